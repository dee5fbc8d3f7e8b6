package expr

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

// attempt evaluates something whose failure is not its surroundings': a failed
// row becomes NULL and goes on.
type attempt struct{ value value }

func (n attempt) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	v := n.value.eval(x, rows)
	if x.mark() > mark {
		x.forgive(v, mark)
	}
	return v
}

// attempts compiles the parts of a constructor.
func (c *compiler) attempts(list []*Expr) ([]value, error) {
	out, err := c.values(list)
	for i, v := range out {
		out[i] = c.attempt(v)
	}
	return out, err
}

// attempt lets v fail alone, if that is wanted and it can fail at all.
func (c *compiler) attempt(v value) value {
	switch v.(type) {
	case column, *constant:
		return v
	}
	if c.options.NestedErrorsFail {
		return v
	}
	return attempt{v}
}

// element is array[index] or map[key].
type element struct {
	from, index value
	isMap       bool
	out         *scratch
	at, source  *scratch // Rows of out and the child rows they come from.
}

func (n *element) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	from := n.from.eval(x, rows)
	rows = x.alive(rows, mark, n.out)
	index := n.index.eval(x, rows)
	rows = x.alive(rows, mark, n.out)
	out := n.out.vector(x.n)
	at, source := n.at.rows(len(rows))[:0], n.source.rows(len(rows))[:0]
	for _, r := range rows {
		i := int(r)
		child, ok := 0, false
		if !from.IsNull(i) && (n.isMap || !index.IsNull(i)) {
			if n.isMap {
				child, ok = from.Entry(from.Span[i], index, i)
			} else {
				child, ok = position(from.Span[i], index.I64[i])
			}
		}
		if !ok {
			out.SetNull(i)
			continue
		}
		at, source = append(at, r), append(source, uint32(child))
	}
	out.CopyRows(at, from.Kids[len(from.Kids)-1], source)
	return out
}

// position returns the child row of a 1-based index, counted from the end when
// negative.
func position(s types.Span, index int64) (int, bool) {
	switch n := int64(s.Len); {
	case index >= 1 && index <= n:
		return int(s.Start) + int(index-1), true
	case index <= -1 && index >= -n:
		return int(s.Start) + int(n+index), true
	}
	return 0, false
}

func (c *compiler) subscript(e *Expr) (value, error) {
	index := e.Args[1]
	isMap := e.Args[0].Type.Kind == types.Map
	if !isMap {
		if e.Args[0].Type.Kind != types.Array {
			return nil, fmt.Errorf("%s has no elements", e.Args[0].Type)
		}
		index = Cast(index, types.BigIntType)
	}
	from, err := c.value(e.Args[0])
	if err != nil {
		return nil, err
	}
	at, err := c.value(index)
	if err != nil {
		return nil, err
	}
	return &element{from, at, isMap, c.scratch(e.Type), c.scratch(nil), c.scratch(nil)}, nil
}

// field is struct->field: the child vector itself, or a header over it that
// adds the NULL structs.
type field struct {
	from  value
	index int
	view  types.Vector
	nulls types.Bitmap
}

func (n *field) eval(x *frame, rows []uint32) *types.Vector {
	from := n.from.eval(x, rows)
	kid := from.Kids[n.index]
	if !from.Nulls.Any() {
		return kid
	}
	n.view = *kid
	n.nulls = n.nulls.Reset().Grow(64 * max(len(from.Nulls), len(kid.Nulls)))
	for w, bits := range from.Nulls {
		n.nulls[w] |= bits
	}
	for w, bits := range kid.Nulls {
		n.nulls[w] |= bits
	}
	n.view.Nulls = n.nulls
	return &n.view
}

func (c *compiler) field(e *Expr) (value, error) {
	from, err := c.value(e.Args[0])
	if err != nil {
		return nil, err
	}
	if t := e.Args[0].Type; t.Kind != types.Struct || e.Index < 0 || e.Index >= len(t.Fields) {
		return nil, fmt.Errorf("%s has no field number %d", t, e.Index)
	}
	return &field{from: from, index: e.Index}, nil
}

// newArray is ARRAY[items...].
type newArray struct {
	items []value
	vecs  []*types.Vector
	out   *scratch
	at    *scratch
}

func (n *newArray) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	for j, item := range n.items {
		n.vecs[j] = item.eval(x, rows)
		rows = x.alive(rows, mark, n.out)
	}
	out := n.out.vector(x.n)
	elems, m := out.Kids[0], len(n.items)
	elems.Reset(len(rows) * m)
	for j, v := range n.vecs {
		at := n.at.rows(len(rows))
		for k := range at {
			at[k] = uint32(k*m + j)
		}
		elems.CopyRows(at, v, rows)
	}
	for k, r := range rows {
		out.Span[r] = types.Span{Start: uint32(k * m), Len: uint32(m)}
	}
	return out
}

func (c *compiler) newArray(e *Expr) (value, error) {
	items, err := c.attempts(castAll(e.Args, e.Type.Elem))
	if err != nil {
		return nil, err
	}
	return &newArray{items, make([]*types.Vector, len(items)), c.scratch(e.Type), c.scratch(nil)}, nil
}

func castAll(list []*Expr, t *types.Type) []*Expr {
	out := make([]*Expr, len(list))
	for i, e := range list {
		out[i] = Cast(e, t)
	}
	return out
}

// newMap is MAP(key := value, ...). Of equal keys the last one counts.
type newMap struct {
	entries []value // Keys and values in turn.
	vecs    []*types.Vector
	out     *scratch
}

func (n *newMap) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	for j, e := range n.entries {
		n.vecs[j] = e.eval(x, rows)
		rows = x.alive(rows, mark, n.out)
	}
	out := n.out.vector(x.n)
	keys, values := out.Kids[0], out.Kids[1]
	for _, r := range rows {
		span := types.Span{Start: uint32(keys.Len)}
		for j := 0; j < len(n.vecs); j += 2 {
			key, value := n.vecs[j], n.vecs[j+1]
			if at, ok := out.Entry(span, key, int(r)); ok {
				values.Copy(at, value, int(r))
				continue
			}
			keys.AppendFrom(key, int(r))
			values.AppendFrom(value, int(r))
			span.Len++
		}
		out.Span[r] = span
	}
	return out
}

func (c *compiler) newMap(e *Expr) (value, error) {
	if len(e.Args)%2 != 0 {
		return nil, fmt.Errorf("MAP has %d keys and values", len(e.Args))
	}
	args := make([]*Expr, len(e.Args))
	for i, a := range e.Args {
		if i%2 == 0 {
			args[i] = Cast(a, e.Type.Key)
		} else {
			args[i] = Cast(a, e.Type.Elem)
		}
	}
	entries, err := c.attempts(args)
	if err != nil {
		return nil, err
	}
	return &newMap{entries, make([]*types.Vector, len(entries)), c.scratch(e.Type)}, nil
}

// newStruct is STRUCT(name := item, ...): a header over the items' vectors.
type newStruct struct {
	items []value
	view  types.Vector
	alive *scratch
}

func (n *newStruct) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	for j, item := range n.items {
		n.view.Kids[j] = item.eval(x, rows)
		rows = x.alive(rows, mark, n.alive)
	}
	n.view.Len = x.n
	n.view.Nulls = n.view.Nulls.Reset()
	return &n.view
}

func (c *compiler) newStruct(e *Expr) (value, error) {
	if len(e.Args) != len(e.Type.Fields) {
		return nil, fmt.Errorf("%s has %d fields, not %d", e.Type, len(e.Type.Fields), len(e.Args))
	}
	args := make([]*Expr, len(e.Args))
	for i, a := range e.Args {
		args[i] = Cast(a, e.Type.Fields[i].Type)
	}
	items, err := c.attempts(args)
	if err != nil {
		return nil, err
	}
	return &newStruct{items, types.Vector{Type: e.Type, Kids: make([]*types.Vector, len(items))}, c.scratch(nil)}, nil
}
