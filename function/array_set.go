package function

import "github.com/leatdb/leat/types"

func setFunctions() []*Scalar {
	two := func(name, summary, example, result string, f func(w *arrayWriter, seen, other *rowSet, a, b *types.Vector, i int)) *Scalar {
		return scalar(name, categoryArray, summary, docs{"left": "an array", "right": "an array of the same type"},
			[]Example{{name + example, result}},
			over("(left ARRAY<T>, right ARRAY<T>) -> ARRAY<T>", perCallStrict(func(*Call) rowFunc {
				var seen, other rowSet
				return func(args []*types.Vector, i int, out *types.Vector) error {
					seen.reset()
					other.reset()
					w := newArrayWriter(out, i)
					f(&w, &seen, &other, args[0], args[1], i)
					w.close()
					return nil
				}
			})))
	}
	return []*Scalar{
		scalar("ARRAY_CONCAT", categoryArray, "Puts the elements of one array behind those of another; a NULL array is like an empty one.",
			docs{"left": "an array", "right": "an array of the same type"},
			[]Example{{"ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 2, 3]"}},
			over("(left ARRAY<T>, right ARRAY<T>) -> ARRAY<T>", perRow(concatArrays))),
		scalar("ARRAY_DISTINCT", categoryArray, "Returns the different elements of an array in order of their first occurrence.", docs{"array": "the array"},
			[]Example{{"ARRAY_DISTINCT(ARRAY[1, 2, 1])", "[1, 2]"}},
			over("(array ARRAY<T>) -> ARRAY<T>", perCallStrict(func(*Call) rowFunc {
				var seen rowSet
				return func(args []*types.Vector, i int, out *types.Vector) error {
					seen.reset()
					w := newArrayWriter(out, i)
					w.addNew(&seen, args[0], i)
					w.close()
					return nil
				}
			}))),
		two("ARRAY_EXCEPT", "Returns the different elements of one array that another does not have.", "(ARRAY[1, 2, 1, 3], ARRAY[2])", "[1, 3]",
			func(w *arrayWriter, seen, other *rowSet, a, b *types.Vector, i int) {
				for e := range elements(b, i) {
					other.add(b.Kids[0], e)
				}
				for e := range elements(a, i) {
					if !other.has(a.Kids[0], e) && seen.add(a.Kids[0], e) {
						w.add(a.Kids[0], e)
					}
				}
			}),
		two("ARRAY_INTERSECT", "Returns the different elements that two arrays have in common, in the order of the first.", "(ARRAY[1, 2, 1, 3], ARRAY[3, 1])", "[1, 3]",
			func(w *arrayWriter, seen, other *rowSet, a, b *types.Vector, i int) {
				for e := range elements(b, i) {
					other.add(b.Kids[0], e)
				}
				for e := range elements(a, i) {
					if other.has(a.Kids[0], e) && seen.add(a.Kids[0], e) {
						w.add(a.Kids[0], e)
					}
				}
			}),
		two("ARRAY_UNION", "Returns the different elements of two arrays, those of the first first.", "(ARRAY[1, 2, 1], ARRAY[3, 1])", "[1, 2, 3]",
			func(w *arrayWriter, seen, _ *rowSet, a, b *types.Vector, i int) {
				w.addNew(seen, a, i)
				w.addNew(seen, b, i)
			}),
	}
}

// addNew adds the elements of array i that are not in seen yet.
func (w *arrayWriter) addNew(seen *rowSet, v *types.Vector, i int) {
	for e := range elements(v, i) {
		if seen.add(v.Kids[0], e) {
			w.add(v.Kids[0], e)
		}
	}
}

func concatArrays(args []*types.Vector, i int, out *types.Vector) error {
	if args[0].IsNull(i) && args[1].IsNull(i) {
		out.SetNull(i)
		return nil
	}
	w := newArrayWriter(out, i)
	for _, a := range args {
		if !a.IsNull(i) {
			for e := range elements(a, i) {
				w.add(a.Kids[0], e)
			}
		}
	}
	w.close()
	return nil
}
