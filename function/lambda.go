package function

import (
	"errors"

	"github.com/leatdb/leat/types"
)

func lambdaFunctions() []*Scalar {
	collection := "the array or map; when it is NULL, so is the result"
	return []*Scalar{
		scalar("FILTER", categoryLambda, "Keeps the elements or entries for which a lambda is true.",
			docs{"collection": collection, "condition": "a lambda that tells whether to keep an element (or key and value); it must not return NULL"},
			[]Example{{"FILTER(ARRAY[1, 7, 3], x => x > 2)", "[7, 3]"}, {"FILTER(MAP('a' := 1, 'b' := 7), (k, v) => v > 2)", "{b=7}"}},
			over("(collection ARRAY<T>, condition (T) => BOOLEAN) -> ARRAY<T>", filter),
			over("(collection MAP<K, V>, condition (K, V) => BOOLEAN) -> MAP<K, V>", filter)),
		scalar("TRANSFORM", categoryLambda, "Changes every element, or every key and value, with lambdas.",
			docs{"collection": collection, "change": "a lambda from an element to the new one", "key": "a lambda from a key and a value to the new key; keys must stay different",
				"value": "a lambda from a key and a value to the new value, which must not be NULL"},
			[]Example{{"TRANSFORM(ARRAY[1, 2], x => x * 10)", "[10, 20]"}, {"TRANSFORM(MAP('a' := 1), (k, v) => UCASE(k), (k, v) => v + 1)", "{A=2}"}},
			over("(collection ARRAY<T>, change (T) => R) -> ARRAY<R>", transformArray),
			over("(collection MAP<K, V>, key (K, V) => RK, value (K, V) => RV) -> MAP<RK, RV>", transformMap)),
		scalar("REDUCE", categoryLambda, "Folds an array or map to one value: a lambda makes the new state of the old one and the next element.",
			docs{"collection": "the array or map; when it is NULL the result is the first state", "state": "the first state; when it is NULL, so is the result",
				"step": "a lambda from the state and an element (or key and value) to the next state"},
			[]Example{{"REDUCE(ARRAY[1, 2, 3], 10, (s, x) => s + x)", "16"}, {"REDUCE(MAP('a' := 1, 'b' := 2), 0, (s, k, v) => s + v)", "3"}},
			over("(collection ARRAY<T>, state S, step (S, T) => S) -> S", reduce),
			over("(collection MAP<K, V>, state S, step (S, K, V) => S) -> S", reduce)),
	}
}

// flattened are the elements of the collections of many rows, one evaluation of
// a lambda each.
type flattened struct {
	params []*types.Vector // The elements, or the keys and values.
	rows   []uint32        // The element's row in the collection's child.
	outer  []uint32        // The row of the collection.
	errs   Errors
}

func newFlattened(collection *types.Type) *flattened {
	f := &flattened{}
	if collection.Kind == types.Map {
		f.params = append(f.params, types.NewVector(collection.Key))
	}
	f.params = append(f.params, types.NewVector(collection.Elem))
	return f
}

// fill gathers the elements of the rows that are not NULL; the others become
// NULL in out.
func (f *flattened) fill(v *types.Vector, rows []uint32, out *types.Vector) {
	f.rows, f.outer = f.rows[:0], f.outer[:0]
	for _, r := range rows {
		if v.IsNull(int(r)) {
			out.SetNull(int(r))
			continue
		}
		for e := range elements(v, int(r)) {
			f.rows = append(f.rows, uint32(e))
			f.outer = append(f.outer, r)
		}
	}
	for k, p := range f.params {
		p.Gather(v.Kids[k], f.rows)
	}
}

// run evaluates a lambda for every element. Rows with a failing element become
// NULL in out and are reported once.
func (f *flattened) run(lambda Lambda, out *types.Vector, errs *Errors) *types.Vector {
	f.errs.Reset()
	result := lambda(f.params, f.outer, &f.errs)
	for k, e := range f.errs.Rows {
		f.fail(int(e), f.errs.Errs[k], out, errs)
	}
	return result
}

// fail makes the row of evaluation e fail, unless it is NULL already.
func (f *flattened) fail(e int, err error, out *types.Vector, errs *Errors) {
	if r := f.outer[e]; !out.IsNull(int(r)) {
		fail(r, err, out, errs)
	}
}

// each calls do with every row and its run of evaluations.
func (f *flattened) each(v *types.Vector, rows []uint32, do func(row, from, to int)) {
	from := 0
	for _, r := range rows {
		if v.IsNull(int(r)) {
			continue
		}
		to := from + int(v.Span[r].Len)
		do(int(r), from, to)
		from = to
	}
}

var errNullCondition = errors.New("the lambda returned NULL; expected true or false")

func filter(call *Call) (Kernel, error) {
	f := newFlattened(call.Args[0])
	return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
		v := args[0]
		f.fill(v, rows, out)
		keep := f.run(call.Lambda[1], out, errs)
		f.each(v, rows, func(row, from, to int) {
			start := out.Kids[0].Len
			for e := from; e < to && !out.IsNull(row); e++ {
				switch {
				case keep.IsNull(e):
					f.fail(e, errNullCondition, out, errs)
				case keep.Bool[e]:
					for k, kid := range out.Kids {
						kid.AppendFrom(v.Kids[k], int(f.rows[e]))
					}
				}
			}
			if !out.IsNull(row) {
				out.Span[row] = types.Span{Start: uint32(start), Len: uint32(out.Kids[0].Len - start)}
			}
		})
	}, nil
}

func transformArray(call *Call) (Kernel, error) {
	f := newFlattened(call.Args[0])
	return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
		f.fill(args[0], rows, out)
		result := f.run(call.Lambda[1], out, errs)
		f.each(args[0], rows, func(row, from, to int) {
			if out.IsNull(row) {
				return
			}
			w := newArrayWriter(out, row)
			for e := from; e < to; e++ {
				w.add(result, e)
			}
			w.close()
		})
	}, nil
}

var (
	errSameKey   = errors.New("the lambda returned the same key twice")
	errNullValue = errors.New("the lambda returned NULL as a value")
)

func transformMap(call *Call) (Kernel, error) {
	f := newFlattened(call.Args[0])
	keys := types.NewVector(call.Return.Key)
	var all []uint32
	var w entryWriter
	return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
		f.fill(args[0], rows, out)
		result := f.run(call.Lambda[1], out, errs)
		for len(all) < len(f.rows) {
			all = append(all, uint32(len(all)))
		}
		// The result of the first lambda must outlive the call of the second.
		keys.Gather(result, all[:len(f.rows)])
		values := f.run(call.Lambda[2], out, errs)
		f.each(args[0], rows, func(row, from, to int) {
			w.begin(out, row)
			for e := from; e < to && !out.IsNull(row); e++ {
				if values.IsNull(e) {
					f.fail(e, errNullValue, out, errs)
					continue
				}
				at, isNew := w.put(keys, e)
				if !isNew {
					f.fail(e, errSameKey, out, errs)
					continue
				}
				out.Kids[1].Copy(at, values, e)
			}
			if !out.IsNull(row) {
				w.close()
			}
		})
	}, nil
}
