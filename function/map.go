package function

import (
	"slices"

	"github.com/leatdb/leat/types"
)

func mapFunctions() []*Scalar {
	var overloads []ScalarOverload
	for _, t := range []string{"INT", "BIGINT", "DOUBLE", "BOOLEAN", "STRING"} {
		overloads = append(overloads,
			over("(map MAP<STRING, "+t+">, sorted BOOLEAN!) -> ARRAY<STRUCT<K STRING, V "+t+">>", perCallStrict(entriesOf)))
	}
	entries := scalar("ENTRIES", categoryMap, "Returns the entries of a map as an array of structs with the fields K and V.",
		docs{"map": "the map", "sorted": "whether to sort the entries by key"},
		[]Example{{"ENTRIES(MAP('b' := 2, 'a' := 1), true)", "[Struct{K=a,V=1}, Struct{K=b,V=2}]"}}, overloads...)
	return []*Scalar{
		entries,
		scalar("AS_MAP", categoryMap, "Makes a map of an array of keys and one of values; a missing value is NULL, and the last of equal keys counts.",
			docs{"keys": "the keys", "values": "the values, in the order of the keys"},
			[]Example{{"AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])", "{a=1, b=2}"}},
			over("(keys ARRAY<STRING>, values ARRAY<T>) -> MAP<STRING, T>", perCallStrict(asMap))),
		scalar("MAP_KEYS", categoryMap, "Returns the keys of a map as an array in no particular order.", docs{"map": "the map"},
			[]Example{{"MAP_KEYS(MAP('a' := 1))", "[a]"}},
			over("(map MAP<STRING, T>) -> ARRAY<STRING>", perCallStrict(columnOf(0)))),
		scalar("MAP_VALUES", categoryMap, "Returns the values of a map as an array in no particular order.", docs{"map": "the map"},
			[]Example{{"MAP_VALUES(MAP('a' := 1))", "[1]"}},
			over("(map MAP<STRING, T>) -> ARRAY<T>", perCallStrict(columnOf(1)))),
		scalar("MAP_UNION", categoryMap, "Merges two maps; for a key of both the value of the second counts.",
			docs{"first": "a map; a NULL map is like an empty one", "second": "a map of the same type"},
			[]Example{{"MAP_UNION(MAP('a' := 1, 'b' := 2), MAP('b' := 3))", "{a=1, b=3}"}},
			over("(first MAP<STRING, T>, second MAP<STRING, T>) -> MAP<STRING, T>", perCall(unionMaps))),
	}
}

// entriesOf relies on the guard: sorted is never NULL.
func entriesOf(*Call) rowFunc {
	var order mapOrder
	return func(args []*types.Vector, i int, out *types.Vector) error {
		m := args[0]
		rows := order.rows(m, i)
		if args[1].Bool[i] {
			slices.SortFunc(rows, func(a, b uint32) int { return types.CompareString(m.Kids[0].Str[a], m.Kids[0].Str[b]) })
		}
		kid := out.Kids[0]
		start := kid.Len
		for _, e := range rows {
			row := kid.Extend()
			kid.Kids[0].Copy(row, m.Kids[0], int(e))
			kid.Kids[1].Copy(row, m.Kids[1], int(e))
		}
		out.Span[i] = types.Span{Start: uint32(start), Len: uint32(len(rows))}
		return nil
	}
}

// columnOf returns the keys (0) or values (1) of maps.
func columnOf(kid int) func(*Call) rowFunc {
	return func(*Call) rowFunc {
		var order mapOrder
		return func(args []*types.Vector, i int, out *types.Vector) error {
			w := newArrayWriter(out, i)
			for _, e := range order.rows(args[0], i) {
				w.add(args[0].Kids[kid], int(e))
			}
			w.close()
			return nil
		}
	}
}

// entryWriter writes the entries of one row of a map; the last value put under
// a key counts, at the place of the first.
type entryWriter struct {
	out        *types.Vector
	row, start int
	seen       rowSet
}

func (w *entryWriter) begin(out *types.Vector, row int) {
	w.out, w.row, w.start = out, row, out.Kids[0].Len
	w.seen.reset()
}

// put returns the row for the value of the key in row j of keys, and whether
// the key is new.
func (w *entryWriter) put(keys *types.Vector, j int) (int, bool) {
	r, isNew := w.seen.put(keys, j)
	if isNew {
		w.out.Kids[0].AppendFrom(keys, j)
		r.v, r.row = w.out.Kids[0], w.out.Kids[1].Extend()
	}
	return r.row, isNew
}

func (w *entryWriter) close() {
	w.out.Span[w.row] = types.Span{Start: uint32(w.start), Len: uint32(w.out.Kids[0].Len - w.start)}
}

func asMap(*Call) rowFunc {
	var w entryWriter
	return func(args []*types.Vector, i int, out *types.Vector) error {
		keys, values := args[0].Span[i], args[1].Span[i]
		w.begin(out, i)
		for k := range keys.Len {
			row, _ := w.put(args[0].Kids[0], int(keys.Start+k))
			if k < values.Len {
				out.Kids[1].Copy(row, args[1].Kids[0], int(values.Start+k))
			} else {
				out.Kids[1].SetNull(row)
			}
		}
		w.close()
		return nil
	}
}

func unionMaps(*Call) rowFunc {
	var w entryWriter
	return func(args []*types.Vector, i int, out *types.Vector) error {
		if args[0].IsNull(i) && args[1].IsNull(i) {
			out.SetNull(i)
			return nil
		}
		w.begin(out, i)
		for _, m := range args {
			if m.IsNull(i) {
				continue
			}
			for e := range elements(m, i) {
				row, _ := w.put(m.Kids[0], e)
				out.Kids[1].Copy(row, m.Kids[1], e)
			}
		}
		w.close()
		return nil
	}
}
