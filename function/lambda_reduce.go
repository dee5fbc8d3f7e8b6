package function

import "github.com/leatdb/leat/types"

// reducer folds the collections of all rows at once: step k takes the k-th
// element of every row that has one.
type reducer struct {
	lambda Lambda
	params []*types.Vector // State, element; or state, key, value.
	next   *types.Vector   // The next step's states.
	active []fold
	outer  []uint32
	rows   []uint32
	order  mapOrder
	plan   []uint32 // Element rows of all folds.
	errs   Errors
	// text tells that states have strings in them. Those that a step makes stay
	// only until the next.
	text bool
}

// fold is a row that still has elements.
type fold struct {
	row      uint32
	from, to int // Its elements that are left, in reducer.plan.
}

func reduce(call *Call) (Kernel, error) {
	r := &reducer{lambda: call.Lambda[2], next: types.NewVector(call.Return), text: types.HoldsText(call.Return)}
	r.params = append([]*types.Vector{types.NewVector(call.Return)}, newFlattened(call.Args[0]).params...)
	return r.kernel, nil
}

func (r *reducer) kernel(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
	v := args[0]
	r.begin(v, args[1], rows, out)
	for len(r.active) > 0 {
		r.outer, r.rows = r.outer[:0], r.rows[:0]
		for k := range r.active {
			f := &r.active[k]
			r.outer = append(r.outer, f.row)
			r.rows = append(r.rows, r.plan[f.from])
			f.from++
		}
		for k, kid := range v.Kids {
			r.params[k+1].Gather(kid, r.rows)
		}
		r.errs.Reset()
		states := r.lambda(r.params, r.outer, &r.errs)
		for k, e := range r.errs.Rows {
			fail(r.outer[e], r.errs.Errs[k], out, errs)
			r.active[e].row = failedFold
		}
		r.advance(states, out)
	}
}

const failedFold = ^uint32(0)

// begin collects the rows that have elements; the others are done.
func (r *reducer) begin(v, init *types.Vector, rows []uint32, out *types.Vector) {
	r.active, r.rows, r.plan = r.active[:0], r.rows[:0], r.plan[:0]
	for _, row := range rows {
		i := int(row)
		if init.IsNull(i) || v.IsNull(i) || v.Span[i].Len == 0 {
			out.Copy(i, init, i)
			continue
		}
		from := len(r.plan)
		if v.Type.Kind == types.Map {
			r.plan = append(r.plan, r.order.rows(v, i)...)
		} else {
			for e := range elements(v, i) {
				r.plan = append(r.plan, uint32(e))
			}
		}
		r.active = append(r.active, fold{row, from, len(r.plan)})
		r.rows = append(r.rows, row)
	}
	r.params[0].Gather(init, r.rows)
}

// advance hands on the states of rows that have more elements and writes the
// others to out.
func (r *reducer) advance(states, out *types.Vector) {
	keep := r.active[:0]
	r.rows = r.rows[:0]
	for k, f := range r.active {
		switch {
		case f.row == failedFold:
		case f.from == f.to:
			out.Copy(int(f.row), states, k)
			if r.text {
				out.OwnRow(int(f.row))
			}
		default:
			keep = append(keep, f)
			r.rows = append(r.rows, uint32(k))
		}
	}
	r.active = keep
	r.next.Gather(states, r.rows)
	if r.text {
		for i := range r.next.Len {
			r.next.OwnRow(i)
		}
	}
	r.params[0], r.next = r.next, r.params[0]
}
