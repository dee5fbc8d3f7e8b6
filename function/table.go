package function

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

func tableFunctions() []*TableFunction {
	return []*TableFunction{
		table("EXPLODE", "Makes one row of each element of an array; a NULL or empty array makes none.", docs{"array": "the array"},
			[]Example{{"EXPLODE(ARRAY[1, 2])", "1; 2"}},
			tableOver("(array ARRAY<T>) -> T", explode)),
		table("CUBE_EXPLODE", "Makes one row of each combination of elements kept or set to NULL, from none to all of them.",
			docs{"array": "an array of at most 20 elements; those that are NULL stay so"},
			[]Example{{"CUBE_EXPLODE(ARRAY[1, 2])", "[null, null]; [null, 2]; [1, null]; [1, 2]"}},
			tableOver("(array ARRAY<T>) -> ARRAY<T>", cubeExplode)),
	}
}

func table(name, summary string, params docs, examples []Example, overloads ...TableOverload) *TableFunction {
	for _, o := range overloads {
		for i := range o.Params {
			o.Params[i].Summary = params[o.Params[i].Name]
		}
	}
	return &TableFunction{
		Info:      Info{Name: name, Category: categoryTable, Summary: summary, Author: author, Version: version, Examples: examples},
		Overloads: overloads,
	}
}

func tableOver(signature string, k TableKernel) TableOverload {
	s := Sig(signature)
	return TableOverload{Params: s.Params, Variadic: s.Variadic, Result: s.Result, New: func(*Call) (TableKernel, error) { return k, nil }}
}

// explode needs no overload for DECIMAL: T is any type.
func explode(args []*types.Vector, rows []uint32, out *types.Vector, spans []types.Span, _ *Errors) {
	for k, r := range rows {
		start := out.Len
		if !args[0].IsNull(int(r)) {
			for e := range elements(args[0], int(r)) {
				out.AppendFrom(args[0].Kids[0], e)
			}
		}
		spans[k] = types.Span{Start: uint32(start), Len: uint32(out.Len - start)}
	}
}

// maxCube bounds the number of elements: n of them make 2^n rows.
const maxCube = 20

func cubeExplode(args []*types.Vector, rows []uint32, out *types.Vector, spans []types.Span, errs *Errors) {
	v := args[0]
	for k, r := range rows {
		spans[k] = types.Span{Start: uint32(out.Len)}
		if v.IsNull(int(r)) {
			continue
		}
		if n := v.Span[r].Len; n > maxCube {
			errs.Add(r, fmt.Errorf("the array has %d elements; expected at most %d, as there is a row for each combination", n, maxCube))
			continue
		}
		cubeRow(v, int(r), out)
		spans[k].Len = uint32(out.Len) - spans[k].Start
	}
}

// cubeRow counts in binary: the bits of the number say which of the elements
// that are not NULL are kept, the last element's bit being the lowest.
func cubeRow(v *types.Vector, i int, out *types.Vector) {
	elem := v.Kids[0]
	bits := 0
	for e := range elements(v, i) {
		if !elem.IsNull(e) {
			bits++
		}
	}
	for mask := range uint32(1) << bits {
		w := newArrayWriter(out, out.Extend())
		bit := bits
		for e := range elements(v, i) {
			if !elem.IsNull(e) {
				if bit--; mask>>bit&1 == 1 {
					w.add(elem, e)
					continue
				}
			}
			out.Kids[0].AppendNull()
		}
		w.close()
	}
}
