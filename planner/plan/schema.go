package plan

import "github.com/leatdb/leat/types"

// Out returns the schema of the node's output batches.
func (n *Source) Out() *Schema { return &n.Schema }

// Out is the input's schema: a filter changes no column.
func (n *Filter) Out() *Schema { return n.Input.Out() }

// Out has the named columns; headers end here.
func (n *Project) Out() *Schema {
	in := n.Input.Out()
	out := &Schema{Relation: in.Relation, Window: in.Window}
	if n.Rekey {
		out.Window = nil
	}
	out.Key = columnsOf(n.Key)
	out.Value = columnsOf(n.Value)
	return out
}

// Out is the input's columns followed by the calls'.
func (n *Flatten) Out() *Schema {
	in := n.Input.Out()
	out := &Schema{Relation: in.Relation, Window: in.Window}
	out.Key = in.Key
	out.Value = append(append([]types.Column(nil), in.Schema.Columns()[len(in.Key):]...), columnsOf(n.Calls)...)
	return out
}

// Out is the input's schema.
func (n *Repartition) Out() *Schema { return n.Input.Out() }

// Out is the grouping key and the aggregates.
func (n *Aggregate) Out() *Schema {
	out := &Schema{Relation: Table}
	out.Key = n.Input.Out().Key
	for _, c := range n.Calls {
		out.Value = append(out.Value, c.Column)
	}
	if w := n.Window; w != nil {
		out.Window = &KeyWindow{Kind: w.Kind}
		if w.Kind != Session {
			out.Window.SizeMillis = w.SizeMillis
		}
	}
	return out
}

// Out is the key, the left and the right value columns.
func (n *Join) Out() *Schema {
	left, right := n.Left.Out(), n.Right.Out()
	out := &Schema{Relation: left.Relation, Window: left.Window}
	out.Key = n.Key
	out.Value = append(append(out.Value, left.Value...), right.Value...)
	return out
}

// Out is the input's schema.
func (n *Sink) Out() *Schema { return n.Input.Out() }

// Inputs of a source: none.
func (n *Source) Inputs() []Node { return nil }

// Inputs returns the one input.
func (n *Filter) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Project) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Flatten) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Repartition) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Aggregate) Inputs() []Node { return []Node{n.Input} }

// Inputs returns left and right.
func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }

// Inputs returns the one input.
func (n *Sink) Inputs() []Node { return []Node{n.Input} }

func columnsOf(named []Named) []types.Column {
	out := make([]types.Column, len(named))
	for i, n := range named {
		out[i] = types.Column{Name: n.Name, Type: n.Expr.Type}
	}
	return out
}
