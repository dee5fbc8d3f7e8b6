package function

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/types"
)

func arrayFunctions() []*Scalar {
	return []*Scalar{
		scalar("ARRAY_LENGTH", categoryArray, "Returns the number of elements of an array.", docs{"array": "the array"},
			[]Example{{"ARRAY_LENGTH(ARRAY[1, 2, 3])", "3"}},
			over("(array ARRAY<T>) -> INT", perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
				out.I32[i] = int32(args[0].Span[i].Len)
				return nil
			}))),
		scalar("ARRAY_CONTAINS", categoryArray, "Tells whether an array has an element that equals a value; NULL equals NULL here.",
			docs{"array": "the array; a NULL array contains nothing", "value": "the value to find"},
			[]Example{{"ARRAY_CONTAINS(ARRAY['a', 'b'], 'b')", "true"}},
			over("(array ARRAY<T>, value T) -> BOOLEAN", perRow(func(args []*types.Vector, i int, out *types.Vector) error {
				out.Bool[i] = !args[0].IsNull(i) && findRow(args[0].Kids[0], args[0].Span[i], args[1], i) >= 0
				return nil
			}))),
		scalar("ARRAY_REMOVE", categoryArray, "Removes every element that equals a value from an array.",
			docs{"array": "the array", "value": "the value to remove; NULL removes NULLs"},
			[]Example{{"ARRAY_REMOVE(ARRAY['a', 'b', 'a'], 'a')", "[b]"}},
			over("(array ARRAY<T>, value T) -> ARRAY<T>", perRow(func(args []*types.Vector, i int, out *types.Vector) error {
				if args[0].IsNull(i) {
					out.SetNull(i)
					return nil
				}
				w := newArrayWriter(out, i)
				for e := range elements(args[0], i) {
					if !types.EqualAt(args[0].Kids[0], e, args[1], i) {
						w.add(args[0].Kids[0], e)
					}
				}
				w.close()
				return nil
			}))),
		scalar("ARRAY_JOIN", categoryArray, "Joins the elements of an array to a text; a NULL element is written as null.",
			docs{"array": "an array of BOOLEAN, number or STRING elements", "delimiter": "what to put between them, by default a comma; NULL is nothing"},
			[]Example{{"ARRAY_JOIN(ARRAY[1, 2, 3])", "1,2,3"}, {"ARRAY_JOIN(ARRAY['a', 'b'], '; ')", "a; b"}},
			over("(array ARRAY<T>) -> STRING", perCall(joinElements)),
			over("(array ARRAY<T>, delimiter STRING) -> STRING", perCall(joinElements))),
		extremeElement("ARRAY_MAX", "greatest", "[1, 3, 2]", "3", 1),
		extremeElement("ARRAY_MIN", "least", "[1, 3, 2]", "1", -1),
		scalar("ARRAY_SORT", categoryArray, "Sorts the elements of an array; NULLs come last.",
			docs{"array": "the array", "direction": "ASC or ASCENDING, the default, or DESC or DESCENDING, in any case; anything else gives NULL"},
			[]Example{{"ARRAY_SORT(ARRAY[3, 1, 2])", "[1, 2, 3]"}, {"ARRAY_SORT(ARRAY[3, 1, 2], 'DESC')", "[3, 2, 1]"}},
			orderedOver("(array ARRAY<T>) -> ARRAY<T>", perCallStrict(sortElements)),
			orderedOver("(array ARRAY<T>, direction STRING) -> ARRAY<T>", perCallStrict(sortElements))),
		scalar("SLICE", categoryArray, "Returns a part of an array.",
			docs{"array": "the array", "from": "the first element of the part, 1 for the first of the array; NULL is the first", "to": "its last element; NULL is the last"},
			[]Example{{"SLICE(ARRAY['a', 'b', 'c', 'd'], 2, 3)", "[b, c]"}},
			over("(array ARRAY<T>, from INT, to INT) -> ARRAY<T>", perRow(slice))),
	}
}

// elements ranges over the rows of the elements of array i.
func elements(v *types.Vector, i int) func(yield func(row int) bool) {
	return func(yield func(row int) bool) {
		s := v.Span[i]
		for e := s.Start; e < s.Start+s.Len; e++ {
			if !yield(int(e)) {
				return
			}
		}
	}
}

// arrayWriter writes the elements of one row of an array.
type arrayWriter struct {
	out        *types.Vector
	row, start int
}

func newArrayWriter(out *types.Vector, row int) arrayWriter {
	return arrayWriter{out, row, out.Kids[0].Len}
}

func (w *arrayWriter) add(v *types.Vector, row int) { w.out.Kids[0].AppendFrom(v, row) }

// addText adds a string that lives at least as long as the vector's arguments,
// or in the vector of the elements.
func (w *arrayWriter) addText(s string) {
	kid := w.out.Kids[0]
	kid.Str[kid.Extend()] = s
}

func (w *arrayWriter) close() {
	w.out.Span[w.row] = types.Span{Start: uint32(w.start), Len: uint32(w.out.Kids[0].Len - w.start)}
}

// orderedOver is over for arrays whose elements must have an order.
func orderedOver(signature string, newKernel maker) ScalarOverload {
	o := over(signature, newKernel)
	result := o.Result
	o.Returns = func(args []*types.Type) (*types.Type, error) {
		elem := args[0].Elem
		if elem == nil {
			return types.NullType, nil
		}
		if !ordered(elem) {
			return nil, fmt.Errorf("values of type %s have no order; expected an array of BOOLEAN, number, STRING, BYTES or time elements", elem)
		}
		return bindings{"T": elem}.subst(result), nil
	}
	return o
}

func extremeElement(name, which, array, result string, sign int) *Scalar {
	return scalar(name, categoryArray, "Returns the "+which+" element of an array that is not NULL.", docs{"array": "the array"},
		[]Example{{name + "(ARRAY" + array + ")", result}},
		orderedOver("(array ARRAY<T>) -> T", perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
			best := -1
			v := args[0].Kids[0]
			for e := range elements(args[0], i) {
				if !v.IsNull(e) && (best < 0 || sign*types.CompareAt(v, e, v, best) > 0) {
					best = e
				}
			}
			if best < 0 {
				out.SetNull(i)
				return nil
			}
			out.Copy(i, v, best)
			return nil
		})))
}

func joinElements(call *Call) rowFunc {
	var buf []byte
	return func(args []*types.Vector, i int, out *types.Vector) error {
		v := args[0]
		if v.IsNull(i) {
			out.SetNull(i)
			return nil
		}
		elem := v.Kids[0]
		if k := elem.Type.Kind; k != types.Null && k != types.Boolean && k != types.String && !k.Numeric() {
			return fmt.Errorf("the array has elements of type %s; expected BOOLEAN, number or STRING", elem.Type)
		}
		delimiter := ","
		if len(args) == 2 {
			if delimiter = ""; !args[1].IsNull(i) {
				delimiter = args[1].Str[i]
			}
		}
		buf = buf[:0]
		for e := range elements(v, i) {
			if e > int(v.Span[i].Start) {
				buf = append(buf, delimiter...)
			}
			buf = elem.AppendText(buf, e)
		}
		out.Str[i] = out.Own(buf)
		return nil
	}
}

func sortElements(*Call) rowFunc {
	var order []int
	return func(args []*types.Vector, i int, out *types.Vector) error {
		sign := 1
		if len(args) == 2 {
			switch direction := args[1].Str[i]; {
			case strings.EqualFold(direction, "DESC") || strings.EqualFold(direction, "DESCENDING"):
				sign = -1
			case !strings.EqualFold(direction, "ASC") && !strings.EqualFold(direction, "ASCENDING"):
				out.SetNull(i)
				return nil
			}
		}
		v := args[0].Kids[0]
		order = slices.AppendSeq(order[:0], elements(args[0], i))
		slices.SortStableFunc(order, func(a, b int) int {
			if an, bn := v.IsNull(a), v.IsNull(b); an || bn {
				return int(bit(an)) - int(bit(bn))
			}
			return sign * types.CompareAt(v, a, v, b)
		})
		w := newArrayWriter(out, i)
		for _, e := range order {
			w.add(v, e)
		}
		w.close()
		return nil
	}
}

func slice(args []*types.Vector, i int, out *types.Vector) error {
	v := args[0]
	if v.IsNull(i) {
		out.SetNull(i)
		return nil
	}
	n := int(v.Span[i].Len)
	from, to := 1, n
	if !args[1].IsNull(i) {
		from = int(args[1].I32[i])
	}
	if !args[2].IsNull(i) {
		to = int(args[2].I32[i])
	}
	if from < 1 || to > n {
		out.SetNull(i)
		return nil
	}
	if from > to+1 {
		return fmt.Errorf("the part begins at %d but ends at %d", from, to)
	}
	w := newArrayWriter(out, i)
	for e := from; e <= to; e++ {
		w.add(v.Kids[0], int(v.Span[i].Start)+e-1)
	}
	w.close()
	return nil
}
