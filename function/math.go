package function

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/leatdb/leat/types"
)

func mathFunctions() []*Scalar {
	return []*Scalar{
		scalar("ABS", categoryMath, "Returns the absolute value of a number.", docs{"value": "the number"},
			[]Example{{"ABS(-3)", "3"}, {"ABS(-1.5)", "1.5"}},
			over("(value INT) -> INT", map1(func(x int32) int32 { return max(x, -x) })),
			over("(value BIGINT) -> BIGINT", map1(func(x int64) int64 { return max(x, -x) })),
			over("(value DOUBLE) -> DOUBLE", map1(math.Abs)),
			absDecimal()),
		scalar("SIGN", categoryMath, "Returns -1, 0 or 1 for a negative number, zero or a positive number.", docs{"value": "the number"},
			[]Example{{"SIGN(-7)", "-1"}, {"SIGN(0)", "0"}},
			over("(value INT) -> INT", map1(sign[int32])),
			over("(value BIGINT) -> INT", map1(sign[int64])),
			over("(value DOUBLE) -> INT", map1(sign[float64]))),
		scalar("GEO_DISTANCE", categoryMath, "Returns the distance between two points on the earth along its surface.",
			docs{"lat1": "latitude of the first point in degrees, from -90 to 90", "lon1": "longitude of the first point in degrees, from -180 to 180",
				"lat2": "latitude of the second point", "lon2": "longitude of the second point", "unit": "km, the default, or miles"},
			[]Example{{"ROUND(GEO_DISTANCE(37.4439, -122.1663, 51.5257, -0.1122))", "8635"},
				{"ROUND(GEO_DISTANCE(37.4439, -122.1663, 51.5257, -0.1122, 'mi'))", "5366"}},
			over("(lat1 DOUBLE!, lon1 DOUBLE!, lat2 DOUBLE!, lon2 DOUBLE!) -> DOUBLE", perRow(geoDistance)),
			over("(lat1 DOUBLE!, lon1 DOUBLE!, lat2 DOUBLE!, lon2 DOUBLE!, unit STRING) -> DOUBLE", perRow(geoDistance))),
	}
}

func absDecimal() ScalarOverload {
	return decimalOver("(value DECIMAL) -> DECIMAL", sameDecimal, perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
		if w := args[0].WideAt(i); w != nil {
			out.SetDecimal(i, new(big.Int).Abs(w))
			return nil
		}
		x := args[0].I64[i]
		if x == math.MinInt64 {
			out.SetDecimal(i, new(big.Int).Abs(big.NewInt(x)))
			return nil
		}
		out.SetDecimal64(i, max(x, -x))
		return nil
	}))
}

func sign[T int32 | int64 | float64](x T) int32 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

const (
	earthKilometres = 6371.0
	earthMiles      = 3959.0
)

// geoDistance uses the haversine formula on a sphere.
func geoDistance(args []*types.Vector, i int, out *types.Vector) error {
	lat1, lon1, lat2, lon2 := args[0].F64[i], args[1].F64[i], args[2].F64[i], args[3].F64[i]
	if !(math.Abs(lat1) <= 90 && math.Abs(lat2) <= 90) {
		return fmt.Errorf("latitudes are %v and %v; expected degrees from -90 to 90", lat1, lat2)
	}
	if !(math.Abs(lon1) <= 180 && math.Abs(lon2) <= 180) {
		return fmt.Errorf("longitudes are %v and %v; expected degrees from -180 to 180", lon1, lon2)
	}
	radius := earthKilometres
	if len(args) == 5 && !args[4].IsNull(i) {
		var err error
		if radius, err = earthRadius(args[4].Str[i]); err != nil {
			return err
		}
	}
	radians := func(degrees float64) float64 { return degrees / 180 * math.Pi }
	haversine := func(x float64) float64 { s := exactSin(x / 2); return s * s }
	a := haversine(radians(lat2-lat1)) + haversine(radians(lon2-lon1))*exactCos(radians(lat1))*exactCos(radians(lat2))
	out.F64[i] = 2 * exactAsin(math.Sqrt(a)) * radius
	return nil
}

func earthRadius(unit string) (float64, error) {
	switch strings.ToLower(unit) {
	case "km", "kilometer", "kilometers", "kilometre", "kilometres":
		return earthKilometres, nil
	case "mi", "mile", "miles":
		return earthMiles, nil
	}
	if strings.TrimSpace(unit) == "" {
		return earthKilometres, nil
	}
	return 0, fmt.Errorf("unknown unit of distance %q: expected km or mi", unit)
}
