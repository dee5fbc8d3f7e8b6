package expr

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

// nested casts ARRAY, MAP and STRUCT part by part. A part that fails fails
// its row.
func (c caster) nested(from, to *types.Type) (unaryKernel, error) {
	switch {
	case from.Kind != to.Kind:
		return nil, fmt.Errorf("%s cannot be cast to %s", from, to)
	case from.Kind == types.Struct:
		return c.fields(from, to)
	}
	elem, err := c.kernel(from.Elem, to.Elem)
	if err != nil {
		return nil, err
	}
	if from.Kind == types.Array {
		return func(x failer, out, a *types.Vector, rows []uint32) {
			c.spans(x, []unaryKernel{elem}, out, a, rows)
		}, nil
	}
	key, err := c.kernel(from.Key, to.Key)
	if err != nil {
		return nil, err
	}
	return func(x failer, out, a *types.Vector, rows []uint32) {
		c.spans(x, []unaryKernel{key, elem}, out, a, rows)
		if !from.Key.Equal(to.Key) {
			for _, r := range rows {
				out.Span[r] = lastOfEqualKeys(out, out.Span[r])
			}
		}
	}, nil
}

// spans casts the children of arrays and maps at the places they have in a.
func (c caster) spans(x failer, kernels []unaryKernel, out, a *types.Vector, rows []uint32) {
	var children []uint32
	for _, r := range rows {
		s := a.Span[r]
		out.Span[r] = s
		for e := range s.Len {
			children = append(children, s.Start+e)
		}
	}
	owner := ownerFailer{x, a, rows}
	for k, kernel := range kernels {
		out.Kids[k].Reset(a.Kids[k].Len)
		c.part(owner, kernel, out.Kids[k], a.Kids[k], children)
	}
}

// part runs a kernel on the rows of a child that are not NULL.
func (c caster) part(x failer, kernel unaryKernel, out, a *types.Vector, rows []uint32) {
	if a.Nulls.Any() {
		if c.printsNull(a.Type, out.Type) {
			for _, r := range rows {
				out.Str[r] = nullText
			}
		} else {
			uniteNulls(out, a)
		}
		rows = notNull(rows, a.Nulls, make([]uint32, len(rows)))
	}
	kernel(x, out, a, rows)
}

// ownerFailer reports a failed child as the row that holds it.
type ownerFailer struct {
	up   failer
	from *types.Vector
	rows []uint32
}

func (f ownerFailer) fail(child uint32, err error) {
	for _, r := range f.rows {
		if s := f.from.Span[r]; child >= s.Start && child < s.Start+s.Len {
			f.up.fail(r, err)
		}
	}
}

// lastOfEqualKeys removes entries whose key comes again: different keys can
// become equal in a cast. The entries are those of one map only.
func lastOfEqualKeys(m *types.Vector, s types.Span) types.Span {
	keys, values := m.Kids[0], m.Kids[1]
	kept := types.Span{Start: s.Start}
	for e := s.Start; e < s.Start+s.Len; e++ {
		at, ok := m.Entry(kept, keys, int(e))
		if !ok {
			at = int(kept.Start + kept.Len)
			kept.Len++
		}
		if at != int(e) {
			keys.Copy(at, keys, int(e))
			values.Copy(at, values, int(e))
		}
	}
	return kept
}

// fields casts a struct: it matches fields by name; one that is missing in the source is NULL.
func (c caster) fields(from, to *types.Type) (unaryKernel, error) {
	kernels := make([]unaryKernel, len(to.Fields))
	source := make([]int, len(to.Fields))
	for k, f := range to.Fields {
		if source[k] = from.Field(f.Name); source[k] < 0 {
			continue
		}
		var err error
		if kernels[k], err = c.kernel(from.Fields[source[k]].Type, f.Type); err != nil {
			return nil, fmt.Errorf("field %s: %w", types.QuoteName(f.Name), err)
		}
	}
	return func(x failer, out, a *types.Vector, rows []uint32) {
		for k, kid := range out.Kids {
			if source[k] < 0 {
				for _, r := range rows {
					kid.SetNull(int(r))
				}
				continue
			}
			c.part(x, kernels[k], kid, a.Kids[source[k]], rows)
		}
	}, nil
}
