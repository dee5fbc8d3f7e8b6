package function

import "github.com/leatdb/leat/types"

func conditionalFunctions() []*Scalar {
	return []*Scalar{
		scalar("COALESCE", categoryConditional, "Returns the first argument that is not NULL, or NULL when all are.",
			docs{"first": "the value taken when it is not NULL", "others": "the values tried next, in order"},
			[]Example{{"COALESCE(CAST(NULL AS STRING), 'b', 'c')", "b"}, {"COALESCE(1, 2)", "1"}},
			over("(first T, others T...) -> T", kernel(coalesce))),
		scalar("IFNULL", categoryConditional, "Returns the first argument, or the second when the first is NULL.",
			docs{"value": "the value taken when it is not NULL", "alternative": "the value taken otherwise"},
			[]Example{{"IFNULL(CAST(NULL AS INT), 7)", "7"}, {"IFNULL('a', 'b')", "a"}},
			over("(value T, alternative T) -> T", kernel(coalesce))),
		scalar("NULLIF", categoryConditional, "Returns NULL when both arguments are equal, otherwise the first.",
			docs{"value": "the value", "other": "what to compare it with"},
			[]Example{{"NULLIF('a', 'b')", "a"}, {"NULLIF(1, 1) IS NULL", "true"}},
			over("(value T, other T) -> T", perRow(func(args []*types.Vector, i int, out *types.Vector) error {
				if args[0].IsNull(i) || types.EqualAt(args[0], i, args[1], i) {
					out.SetNull(i)
					return nil
				}
				out.Copy(i, args[0], i)
				return nil
			}))),
		scalar("AS_VALUE", categoryOther, "Returns its argument: copies a key column into the value of the result under an alias.",
			docs{"key": "the key column to copy"},
			[]Example{{"AS_VALUE(5)", "5"}},
			over("(key T) -> T", kernel(coalesce))),
	}
}

// coalesce copies for each row the first argument that is not NULL there.
func coalesce(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
	if len(args) == 1 || len(args[0].Nulls) == 0 {
		out.CopyRows(rows, args[0], rows)
		return
	}
	for _, r := range rows {
		i := int(r)
		k := 0
		for k < len(args) && args[k].IsNull(i) {
			k++
		}
		if k == len(args) {
			out.SetNull(i)
			continue
		}
		out.Copy(i, args[k], i)
	}
}
