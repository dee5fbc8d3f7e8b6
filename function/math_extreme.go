package function

import (
	"github.com/leatdb/leat/types"
)

func extremeFunctions() []*Scalar {
	params := docs{"first": "a value", "others": "more values"}
	return []*Scalar{
		scalar("GREATEST", categoryMath, "Returns the greatest of its arguments that are not NULL.", params,
			[]Example{{"GREATEST(3, CAST(NULL AS INT), 7)", "7"}, {"GREATEST('apple', 'pear')", "pear"}}, extremes(1)...),
		scalar("LEAST", categoryMath, "Returns the least of its arguments that are not NULL.", params,
			[]Example{{"LEAST(3, CAST(NULL AS INT), 7)", "3"}, {"LEAST('apple', 'pear')", "apple"}}, extremes(-1)...),
	}
}

// extremes are the overloads for the value that is greater (sign 1) or less
// (sign -1) than the others.
func extremes(sign int) []ScalarOverload {
	var out []ScalarOverload
	for _, t := range []string{"INT", "BIGINT", "DOUBLE", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP", "DECIMAL"} {
		o := over("(first "+t+", others "+t+"...) -> "+t, kernel(func(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
			extreme(args, rows, out, sign)
		}))
		if t == "DECIMAL" {
			o.Returns = widest
		}
		out = append(out, o)
	}
	return out
}

// widest returns the decimal type that holds every value of the given ones.
func widest(args []*types.Type) (*types.Type, error) {
	digits, scale := 0, 0
	for _, t := range args {
		digits, scale = max(digits, t.Precision-t.Scale), max(scale, t.Scale)
	}
	return types.DecimalOf(digits+scale, scale), nil
}

func extreme(args []*types.Vector, rows []uint32, out *types.Vector, sign int) {
	for _, r := range rows {
		i := int(r)
		best := -1
		for k, a := range args {
			if !a.IsNull(i) && (best < 0 || sign*types.CompareAt(a, i, args[best], i) > 0) {
				best = k
			}
		}
		switch {
		case best < 0:
			out.SetNull(i)
		case out.Type.Kind == types.Decimal:
			rescale(out, i, args[best])
		default:
			out.Copy(i, args[best], i)
		}
	}
}

// rescale copies row i of a decimal vector to a wider type.
func rescale(out *types.Vector, i int, v *types.Vector) {
	var err error
	if w := v.WideAt(i); w != nil {
		err = types.RoundDecimal(out, i, w, v.Type.Scale)
	} else {
		err = types.RoundDecimal64(out, i, v.I64[i], v.Type.Scale)
	}
	if err != nil { // A value wider than its own type, such as CEIL's 10.0 of DECIMAL(2, 1).
		out.SetNull(i)
	}
}
