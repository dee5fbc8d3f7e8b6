package plan

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/types"
)

// Text prints a plan as a tree, one node a line, the output first and its
// inputs indented below.
func Text(n Node) string {
	var b strings.Builder
	writeNode(&b, n, 0)
	return b.String()
}

func writeNode(b *strings.Builder, n Node, depth int) {
	b.WriteString(strings.Repeat("  ", depth))
	b.WriteString(describe(n))
	b.WriteByte('\n')
	for _, in := range n.Inputs() {
		writeNode(b, in, depth+1)
	}
}

// Title names a node in a few words, for lists of a plan's nodes.
func Title(n Node) string {
	switch n := n.(type) {
	case *Source:
		return "read " + n.Name
	case *Filter:
		return "filter"
	case *Project:
		if n.Rekey {
			return "rekey"
		}
		return "project"
	case *Flatten:
		return "flatten"
	case *Repartition:
		return "repartition"
	case *Aggregate:
		if n.Window != nil {
			return "aggregate " + strings.ToLower(string(n.Window.Kind))
		}
		return "aggregate"
	case *Join:
		if n.ForeignKey != nil {
			return strings.ToLower(string(n.Type)) + " foreign-key join"
		}
		return strings.ToLower(string(n.Type)) + " join"
	case *Sink:
		return "write " + n.Name
	}
	return describe(n)
}

func describe(n Node) string {
	switch n := n.(type) {
	case *Source:
		return describeSource(n)
	case *Filter:
		return "filter " + exprOver(n.Input, n.Predicate)
	case *Project:
		word := "project"
		if n.Rekey {
			word = "rekey"
		}
		return word + " [" + named(n.Input, n.Key) + "] -> [" + named(n.Input, n.Value) + "]"
	case *Flatten:
		return "flatten " + named(n.Input, n.Calls)
	case *Repartition:
		s := fmt.Sprintf("repartition %s, keys %s", n.Name, n.KeyFormat)
		if n.DropNullKeys {
			s += ", without NULL keys"
		}
		return s
	case *Aggregate:
		return describeAggregate(n)
	case *Join:
		return describeJoin(n)
	case *Sink:
		s := fmt.Sprintf("write %s %s to topic %s (%s), keys %s, values %s%s", n.Out().Relation, n.Name, n.Topic, columns(n.Out()), n.KeyFormat, n.ValueFormat, timestamp(n.Timestamp))
		return s + window(n.Out().Window) + store(n.Store)
	case *Stored:
		return fmt.Sprintf("stored rows (%s)%s", columns(&n.Schema), window(n.Schema.Window))
	}
	return fmt.Sprintf("%T", n)
}

func describeSource(n *Source) string {
	s := fmt.Sprintf("read %s %s from topic %s (%s), keys %s, values %s%s%s%s", n.Schema.Relation, n.Name, n.Topic, columns(&n.Schema),
		n.KeyFormat, n.ValueFormat, timestamp(n.Timestamp), window(n.Schema.Window), store(n.Store))
	if n.Needed == nil {
		return s
	}
	all := n.Schema.Schema.Columns()
	names := make([]string, len(n.Needed))
	for i, c := range n.Needed {
		names[i] = all[c].Name
	}
	return s + ", needs [" + strings.Join(names, ", ") + "]"
}

func describeAggregate(n *Aggregate) string {
	calls := make([]string, len(n.Calls))
	for i, c := range n.Calls {
		var args []string
		for _, a := range c.Args {
			args = append(args, exprOver(n.Input, a))
		}
		for _, l := range c.Literals {
			args = append(args, exprOver(n.Input, l))
		}
		calls[i] = fmt.Sprintf("%s := %s(%s)", c.Column.Name, c.Name, strings.Join(args, ", "))
	}
	s := "aggregate [" + strings.Join(calls, ", ") + "]"
	if w := n.Window; w != nil {
		s += fmt.Sprintf(", window %s %d ms", w.Kind, w.SizeMillis)
		if w.Kind == Hopping {
			s += fmt.Sprintf(" by %d ms", w.AdvanceMillis)
		}
		s += fmt.Sprintf(", grace %d ms, retention %d ms", w.GraceMillis, w.RetentionMillis)
	}
	if n.Final {
		s += ", final results"
	}
	return s + store(n.Store)
}

func describeJoin(n *Join) string {
	kind := "join"
	if n.ForeignKey != nil {
		kind = "foreign-key join on " + exprOver(n.Left, n.ForeignKey)
	}
	s := fmt.Sprintf("%s %s -> [%s]", strings.ToLower(string(n.Type)), kind, columnList(n.Key))
	if w := n.Within; w != nil {
		s += fmt.Sprintf(", within %d ms before and %d ms after", w.BeforeMillis, w.AfterMillis)
		if w.HasGrace {
			s += fmt.Sprintf(", grace %d ms", w.GraceMillis)
		}
	}
	return s + store(n.Store)
}

// String prints the format with its properties.
func (f Format) String() string {
	s := f.Name
	if d, ok := f.Properties["DELIMITER"]; ok {
		s += fmt.Sprintf(" delimited by %q", d)
	}
	if f.WrapSingle != nil {
		s += map[bool]string{true: " wrapped", false: " bare"}[*f.WrapSingle]
	}
	return s
}

func columns(s *Schema) string {
	var parts []string
	for _, c := range s.Key {
		parts = append(parts, c.Name+" "+c.Type.String()+" KEY")
	}
	for _, c := range s.Schema.Columns()[len(s.Key):] {
		parts = append(parts, c.Name+" "+c.Type.String())
	}
	return strings.Join(parts, ", ")
}

func columnList(cols []types.Column) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = c.Name + " " + c.Type.String()
	}
	return strings.Join(parts, ", ")
}

func timestamp(t *Timestamp) string {
	switch {
	case t == nil:
		return ""
	case t.Format != "":
		return fmt.Sprintf(", time from %s as '%s'", t.Column, t.Format)
	}
	return ", time from " + t.Column
}

func window(w *KeyWindow) string {
	switch {
	case w == nil:
		return ""
	case w.Kind == Session:
		return ", windowed SESSION"
	}
	return fmt.Sprintf(", windowed %s %d ms", w.Kind, w.SizeMillis)
}

func store(name string) string {
	if name == "" {
		return ""
	}
	return ", store " + name
}

func named(over Node, list []Named) string {
	parts := make([]string, len(list))
	for i, n := range list {
		text := exprOver(over, n.Expr)
		parts[i] = n.Name + " := " + text
		if text == n.Name {
			parts[i] = text
		}
	}
	return strings.Join(parts, ", ")
}

// exprOver prints an expression over the rows of a node.
func exprOver(n Node, e *expr.Expr) string {
	cols := n.Out().Schema.Columns()
	return exprText(e, func(i int) string {
		if i < len(cols) {
			return cols[i].Name
		}
		return fmt.Sprintf("$%d", i)
	})
}
