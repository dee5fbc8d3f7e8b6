package function

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/leatdb/leat/types"
)

// doubleFunctions are the functions of numbers whose result is always DOUBLE.
func doubleFunctions() []*Scalar {
	out := []*Scalar{
		double1("ACOS", "Returns the inverse cosine of a number in radians.", "ACOS(1.0)", "0.0", exactAcos),
		double1("ASIN", "Returns the inverse sine of a number in radians.", "ASIN(0)", "0.0", exactAsin),
		double1("ATAN", "Returns the inverse tangent of a number in radians.", "ATAN(0)", "0.0", exactAtan),
		double1("CBRT", "Returns the cube root of a number.", "CBRT(27)", "3.0", exactCbrt),
		double1("COS", "Returns the cosine of an angle in radians.", "COS(0)", "1.0", exactCos),
		double1("COSH", "Returns the hyperbolic cosine of a number.", "COSH(0)", "1.0", exactCosh),
		double1("COT", "Returns the cotangent of an angle in radians.", "COT(0)", "Infinity", exactCot),
		double1("DEGREES", "Converts an angle from radians to degrees.", "DEGREES(PI())", "180.0", func(x float64) float64 { return x * (180 / math.Pi) }),
		double1("EXP", "Returns e to the power of a number.", "EXP(0)", "1.0", exactExp),
		double1("LN", "Returns the natural logarithm of a number.", "LN(1)", "0.0", exactLog),
		double1("RADIANS", "Converts an angle from degrees to radians.", "RADIANS(180)", "3.141592653589793", func(x float64) float64 { return x * (math.Pi / 180) }),
		double1("SIN", "Returns the sine of an angle in radians.", "SIN(0)", "0.0", exactSin),
		double1("SINH", "Returns the hyperbolic sine of a number.", "SINH(0)", "0.0", exactSinh),
		double1("SQRT", "Returns the square root of a number, NaN of a negative one.", "SQRT(9)", "3.0", math.Sqrt),
		double1("TAN", "Returns the tangent of an angle in radians.", "TAN(0)", "0.0", exactTan),
		double1("TANH", "Returns the hyperbolic tangent of a number.", "TANH(0)", "0.0", exactTanh),
		double2("ATAN2", "Returns the angle of a point from the x axis in radians.", "y", "x", docs{"y": "the y coordinate", "x": "the x coordinate"},
			"ATAN2(0, 1)", "0.0", exactAtan2),
		double2("POWER", "Returns a number to the power of another.", "base", "exponent", docs{"base": "the base", "exponent": "the exponent"},
			"POWER(2, 10)", "1024.0", exactPow),
		logFunction(),
		scalar("PI", categoryMath, "Returns the number pi.", nil, []Example{{"PI()", "3.141592653589793"}},
			over("() -> DOUBLE", perRow(func(_ []*types.Vector, i int, out *types.Vector) error {
				out.F64[i] = math.Pi
				return nil
			}))),
	}
	random := over("() -> DOUBLE", perRow(func(_ []*types.Vector, i int, out *types.Vector) error {
		out.F64[i] = rand.Float64()
		return nil
	}))
	random.Volatile = true
	return append(out, scalar("RANDOM", categoryMath, "Returns a random number from 0 (inclusive) to 1 (exclusive), another one for each row.", nil,
		[]Example{{"RANDOM() < 1", "true"}}, random))
}

// double1 is a function of one number, given as any of the number types.
func double1(name, summary, example, result string, f func(float64) float64) *Scalar {
	return scalar(name, categoryMath, summary, docs{"value": "the number"}, []Example{{example, result}}, doubles1("value", f)...)
}

func doubles1(param string, f func(float64) float64) []ScalarOverload {
	return []ScalarOverload{
		over("("+param+" INT) -> DOUBLE", map1(func(x int32) float64 { return f(float64(x)) })),
		over("("+param+" BIGINT) -> DOUBLE", map1(func(x int64) float64 { return f(float64(x)) })),
		over("("+param+" DOUBLE) -> DOUBLE", map1(f)),
	}
}

func double2(name, summary, a, b string, params docs, example, result string, f func(x, y float64) float64) *Scalar {
	return scalar(name, categoryMath, summary, params, []Example{{example, result}}, doubles2(a, b, f)...)
}

func doubles2(a, b string, f func(x, y float64) float64) []ScalarOverload {
	sig := func(t string) string {
		return strings.NewReplacer("a", a, "b", b, "T", t).Replace("(a T, b T) -> DOUBLE")
	}
	return []ScalarOverload{
		over(sig("INT"), map2(func(x, y int32) float64 { return f(float64(x), float64(y)) })),
		over(sig("BIGINT"), map2(func(x, y int64) float64 { return f(float64(x), float64(y)) })),
		over(sig("DOUBLE"), map2(f)),
	}
}

func logFunction() *Scalar {
	base := func(base, x float64) float64 {
		if base <= 0 || base == 1 {
			return math.NaN()
		}
		return exactLog(x) / exactLog(base)
	}
	return scalar("LOG", categoryMath, "Returns the logarithm of a number, the natural one when no base is given.",
		docs{"value": "the number", "base": "the base; one that is not positive or is 1 gives NaN"},
		[]Example{{"LOG(1)", "0.0"}, {"LOG(2, 8)", "3.0"}},
		append(doubles1("value", exactLog), doubles2("base", "value", base)...)...)
}
