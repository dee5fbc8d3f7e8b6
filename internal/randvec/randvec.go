// Package randvec draws random SQL types, values and vectors for property
// tests. Values lean to the corners: zero, limits, NULL, characters beyond the
// basic plane, decimals wider than 64 bits.
package randvec

import (
	"math"
	"math/big"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/types"
)

// Scalar draws a type without children.
func Scalar() *rapid.Generator[*types.Type] {
	return rapid.Custom(func(t *rapid.T) *types.Type {
		switch k := rapid.SampledFrom([]types.Kind{types.Boolean, types.Integer, types.BigInt, types.Double, types.Decimal,
			types.String, types.Bytes, types.Date, types.Time, types.Timestamp}).Draw(t, "kind"); k {
		case types.Decimal:
			p := rapid.SampledFrom([]int{1, 2, 5, 18, 19, 20, 38, 400}).Draw(t, "precision")
			return types.DecimalOf(p, rapid.IntRange(0, p).Draw(t, "scale"))
		default:
			return &types.Type{Kind: k}
		}
	})
}

// Type draws any type of at most the given depth of nesting.
func Type(depth int) *rapid.Generator[*types.Type] {
	return rapid.Custom(func(t *rapid.T) *types.Type {
		if depth == 0 || rapid.IntRange(0, 2).Draw(t, "nest") > 0 {
			return Scalar().Draw(t, "scalar")
		}
		switch rapid.IntRange(0, 2).Draw(t, "nested") {
		case 0:
			return types.ArrayOf(Type(depth-1).Draw(t, "elem"))
		case 1:
			return types.MapOf(Scalar().Draw(t, "key"), Type(depth-1).Draw(t, "elem"))
		}
		var fields []types.Field
		for _, name := range []string{"A", "b c", "C"}[:rapid.IntRange(1, 3).Draw(t, "fields")] {
			fields = append(fields, types.Field{Name: name, Type: Type(depth-1).Draw(t, "field")})
		}
		return types.StructOf(fields...)
	})
}

// Value draws a value of the type as Vector.Any returns it; one in eight is NULL.
func Value(t *rapid.T, typ *types.Type) any {
	if rapid.IntRange(0, 7).Draw(t, "null") == 0 {
		return nil
	}
	return NotNull(t, typ)
}

// NotNull draws a value that is not NULL itself; its parts may be.
func NotNull(t *rapid.T, typ *types.Type) any {
	switch typ.Kind {
	case types.Boolean:
		return rapid.Bool().Draw(t, "bool")
	case types.Integer:
		return int32(rapid.OneOf(rapid.Int32(), rapid.SampledFrom([]int32{0, 1, -1, math.MinInt32, math.MaxInt32})).Draw(t, "int"))
	case types.BigInt:
		return rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, 1, -1, math.MinInt64, math.MaxInt64})).Draw(t, "bigint")
	case types.Double:
		return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1e7, 1e-3, 5e-324, math.Inf(1), math.Inf(-1), math.NaN()})).Draw(t, "double")
	case types.Decimal:
		return types.DecimalValue{Unscaled: unscaled(t, typ.Precision), Scale: typ.Scale}
	case types.String:
		return rapid.StringOf(rapid.SampledFrom([]rune("aAb z\x00\x01ÿ~\uE000\uFFFD😀𐀀"))).Draw(t, "string")
	case types.Bytes:
		return rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF}), 0, 20).Draw(t, "bytes")
	case types.Date:
		return types.DateValue(rapid.OneOf(rapid.Int32Range(-800000, 3000000), rapid.Int32()).Draw(t, "date"))
	case types.Time:
		return types.TimeValue(rapid.Int32Range(0, 86399999).Draw(t, "time"))
	case types.Timestamp:
		return types.TimestampValue(rapid.Int64Range(-70000000000000, 260000000000000).Draw(t, "timestamp"))
	}
	return nested(t, typ)
}

func nested(t *rapid.T, typ *types.Type) any {
	switch typ.Kind {
	case types.Array:
		out := make([]any, rapid.IntRange(0, 4).Draw(t, "len"))
		for i := range out {
			out[i] = Value(t, typ.Elem)
		}
		return out
	case types.Map:
		out := types.MapValue{}
		keys := types.NewVector(typ.Key)
		for range rapid.IntRange(0, 4).Draw(t, "len") {
			key := NotNull(t, typ.Key)
			if err := keys.AppendAny(key); err != nil {
				panic(err)
			}
			for i := range keys.Len - 1 {
				if types.EqualAt(keys, i, keys, keys.Len-1) {
					return out
				}
			}
			out = append(out, types.MapEntry{Key: key, Value: Value(t, typ.Elem)})
		}
		return out
	case types.Struct:
		out := types.StructValue{}
		for _, f := range typ.Fields {
			out = append(out, types.StructField{Name: f.Name, Value: Value(t, f.Type)})
		}
		return out
	}
	return nil
}

// unscaled draws a number of at most p digits.
func unscaled(t *rapid.T, p int) *big.Int {
	limit := types.Pow10(p)
	x := new(big.Int)
	switch rapid.IntRange(0, 2).Draw(t, "decimal") {
	case 0:
		x.SetInt64(rapid.Int64().Draw(t, "narrow"))
	case 1:
		x.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 1+p/2).Draw(t, "wide"))
	default:
		x.Sub(limit, big.NewInt(1))
	}
	if rapid.Bool().Draw(t, "negative") {
		x.Neg(x)
	}
	return x.Rem(x, limit)
}

// Vector draws a vector of n rows.
func Vector(t *rapid.T, typ *types.Type, n int) *types.Vector {
	v := types.NewVector(typ)
	for range n {
		if err := v.AppendAny(Value(t, typ)); err != nil {
			panic(err)
		}
	}
	return v
}
