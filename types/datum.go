package types

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// DecimalValue is a DECIMAL at the edge: Unscaled * 10^-Scale.
type DecimalValue struct {
	Unscaled *big.Int
	Scale    int
}

func (d DecimalValue) String() string { return DecimalText(d.Unscaled, d.Scale) }

// DateValue is a DATE at the edge, days since 1970-01-01.
type DateValue int32

func (d DateValue) String() string {
	return time.Unix(int64(d)*86400, 0).UTC().Format("2006-01-02")
}

// TimeValue is a TIME at the edge, milliseconds of the day.
type TimeValue int32

func (t TimeValue) String() string {
	return time.UnixMilli(int64(t)).UTC().Format("15:04:05.000")
}

// TimestampValue is a TIMESTAMP at the edge, milliseconds since the epoch.
type TimestampValue int64

func (t TimestampValue) String() string {
	return time.UnixMilli(int64(t)).UTC().Format("2006-01-02T15:04:05.000")
}

// MapValue is a MAP at the edge, in entry order.
type MapValue []MapEntry

// MapEntry is one entry of a MapValue.
type MapEntry struct{ Key, Value any }

// StructValue is a STRUCT at the edge, in field order.
type StructValue []StructField

// StructField is one field of a StructValue.
type StructField struct {
	Name  string
	Value any
}

// Any returns row i as a Go value that stays valid: nil, bool, int32, int64,
// float64, DecimalValue, string, []byte, DateValue, TimeValue, TimestampValue,
// []any, MapValue or StructValue. It is for the edges; kernels never call it.
func (v *Vector) Any(i int) any {
	if v.IsNull(i) {
		return nil
	}
	switch v.Type.Kind {
	case Boolean:
		return v.Bool[i]
	case Integer:
		return v.I32[i]
	case Date:
		return DateValue(v.I32[i])
	case Time:
		return TimeValue(v.I32[i])
	case BigInt:
		return v.I64[i]
	case Timestamp:
		return TimestampValue(v.I64[i])
	case Double:
		return v.F64[i]
	case Decimal:
		return DecimalValue{new(big.Int).Set(v.BigAt(i)), v.Type.Scale}
	case String:
		return strings.Clone(v.Str[i])
	case Bytes:
		return []byte(v.Str[i])
	case Array:
		s := v.Span[i]
		out := make([]any, s.Len)
		for k := range out {
			out[k] = v.Kids[0].Any(int(s.Start) + k)
		}
		return out
	case Map:
		s := v.Span[i]
		out := make(MapValue, s.Len)
		for k := range out {
			out[k] = MapEntry{v.Kids[0].Any(int(s.Start) + k), v.Kids[1].Any(int(s.Start) + k)}
		}
		return out
	case Struct:
		out := make(StructValue, len(v.Kids))
		for k, kid := range v.Kids {
			out[k] = StructField{v.Type.Fields[k].Name, kid.Any(i)}
		}
		return out
	}
	return nil
}

// AppendAny appends a value of the kinds Any returns (int for the integer types
// too). The value must already have the vector's type; a mismatch is an error
// and appends nothing.
func (v *Vector) AppendAny(x any) error {
	i := v.Extend()
	if err := v.SetAny(i, x); err != nil {
		v.resize(i)
		return err
	}
	return nil
}

// SetAny is AppendAny for an existing row.
func (v *Vector) SetAny(i int, x any) error {
	if x == nil {
		v.SetNull(i)
		return nil
	}
	v.Nulls.Clear(i)
	ok := true
	switch v.Type.Kind {
	case Boolean:
		v.Bool[i], ok = x.(bool)
	case Integer, Date, Time:
		v.I32[i], ok = anyInt32(x)
	case BigInt, Timestamp:
		v.I64[i], ok = anyInt64(x)
	case Double:
		v.F64[i], ok = x.(float64)
	case Decimal:
		var d DecimalValue
		if d, ok = x.(DecimalValue); ok && d.Scale == v.Type.Scale {
			v.SetDecimal(i, d.Unscaled)
		} else {
			ok = false
		}
	case String:
		var s string
		if s, ok = x.(string); ok {
			v.Str[i] = v.OwnString(s)
		}
	case Bytes:
		var b []byte
		if b, ok = x.([]byte); ok {
			v.Str[i] = v.Own(b)
		}
	default:
		return v.setNested(i, x)
	}
	if !ok {
		return v.mismatch(x)
	}
	return nil
}

func (v *Vector) setNested(i int, x any) error {
	switch x := x.(type) {
	case []any:
		if v.Type.Kind != Array {
			return v.mismatch(x)
		}
		start := v.Kids[0].Len
		for _, e := range x {
			if err := v.Kids[0].AppendAny(e); err != nil {
				return err
			}
		}
		v.Span[i] = Span{uint32(start), uint32(len(x))}
		return nil
	case MapValue:
		if v.Type.Kind != Map {
			return v.mismatch(x)
		}
		start := v.Kids[0].Len
		for _, e := range x {
			if err := v.Kids[0].AppendAny(e.Key); err != nil {
				return err
			}
			if err := v.Kids[1].AppendAny(e.Value); err != nil {
				return err
			}
		}
		v.Span[i] = Span{uint32(start), uint32(len(x))}
		return nil
	case StructValue:
		if v.Type.Kind != Struct || len(x) != len(v.Kids) {
			return v.mismatch(x)
		}
		for k, f := range x {
			if err := v.Kids[k].SetAny(i, f.Value); err != nil {
				return err
			}
		}
		return nil
	}
	return v.mismatch(x)
}

func (v *Vector) mismatch(x any) error {
	return fmt.Errorf("a Go value of type %T cannot be stored as %s", x, v.Type)
}

func anyInt32(x any) (int32, bool) {
	switch x := x.(type) {
	case int32:
		return x, true
	case int:
		return int32(x), int(int32(x)) == x
	case DateValue:
		return int32(x), true
	case TimeValue:
		return int32(x), true
	}
	return 0, false
}

func anyInt64(x any) (int64, bool) {
	switch x := x.(type) {
	case int64:
		return x, true
	case int32:
		return int64(x), true
	case int:
		return int64(x), true
	case TimestampValue:
		return int64(x), true
	}
	return 0, false
}
