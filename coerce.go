package leat

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/leatdb/leat/types"
)

// coerce turns a Go value into one that a vector of type t stores. Numbers
// widen when nothing is lost; strings become times, decimals and numbers by
// their text; slices, maps and structs become ARRAY, MAP and STRUCT; nil
// pointers, slices and maps become NULL.
func coerce(x any, t *types.Type) (any, error) {
	if x == nil {
		return nil, nil
	}
	switch v := reflect.ValueOf(x); v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		if v.Type() != reflect.TypeFor[*big.Int]() {
			return coerce(v.Elem().Interface(), t)
		}
	case reflect.Slice, reflect.Map:
		if v.IsNil() {
			return nil, nil
		}
	}
	if v, ok := coerceScalar(x, t); ok {
		return v, nil
	}
	if t.Kind.Nested() {
		return coerceNested(x, t)
	}
	return nil, fmt.Errorf("a Go %T (%v) does not fit a column of type %s", x, x, t)
}

func coerceScalar(x any, t *types.Type) (any, bool) {
	if n, ok := x.(json.Number); ok {
		x = string(n)
	}
	switch t.Kind {
	case types.Boolean:
		b, ok := x.(bool)
		return b, ok
	case types.String:
		switch s := x.(type) {
		case string:
			return s, true
		case fmt.Stringer:
			return s.String(), true
		}
		if v := reflect.ValueOf(x); v.Kind() == reflect.String {
			return v.String(), true
		}
	case types.Bytes:
		switch b := x.(type) {
		case []byte:
			return b, true
		case string:
			return []byte(b), true
		}
	case types.Integer, types.BigInt, types.Double, types.Decimal:
		return coerceNumber(x, t)
	case types.Date, types.Time, types.Timestamp:
		return coerceTime(x, t)
	}
	return nil, false
}

func coerceNumber(x any, t *types.Type) (any, bool) {
	if t.Kind == types.Double {
		switch f := reflect.ValueOf(x); {
		case f.CanFloat():
			return f.Float(), true
		case f.CanInt():
			return float64(f.Int()), true
		}
	}
	r, ok := rational(x)
	if !ok {
		return nil, false
	}
	switch t.Kind {
	case types.Double:
		f, _ := r.Float64()
		return f, true
	case types.Decimal:
		scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(types.Pow10(t.Scale)))
		if !scaled.IsInt() || scaled.Num().CmpAbs(types.Pow10(t.Precision)) >= 0 {
			return nil, false
		}
		return types.DecimalValue{Unscaled: new(big.Int).Set(scaled.Num()), Scale: t.Scale}, true
	}
	if !r.IsInt() || !r.Num().IsInt64() {
		return nil, false
	}
	n := r.Num().Int64()
	if t.Kind == types.BigInt {
		return n, true
	}
	return int32(n), int64(int32(n)) == n
}

// rational returns the exact value of a Go number, or of its text.
func rational(x any) (*big.Rat, bool) {
	switch n := x.(type) {
	case string:
		return new(big.Rat).SetString(strings.TrimSpace(n))
	case types.DecimalValue:
		return new(big.Rat).SetFrac(n.Unscaled, types.Pow10(n.Scale)), true
	case *big.Int:
		return new(big.Rat).SetInt(n), true
	case big.Rat:
		return new(big.Rat).Set(&n), true
	}
	switch v := reflect.ValueOf(x); {
	case v.CanInt():
		return new(big.Rat).SetInt64(v.Int()), true
	case v.CanUint():
		return new(big.Rat).SetUint64(v.Uint()), true
	case v.CanFloat():
		r := new(big.Rat).SetFloat64(v.Float())
		return r, r != nil
	}
	return nil, false
}

func coerceTime(x any, t *types.Type) (any, bool) {
	switch v := x.(type) {
	case types.DateValue, types.TimeValue, types.TimestampValue:
		return v, true
	case time.Time:
		return fromTime(v.UTC(), t), true
	case time.Duration:
		if t.Kind == types.Time {
			return types.TimeValue(v.Milliseconds()), true
		}
	case string:
		for _, layout := range timeLayouts[t.Kind] {
			if at, err := time.Parse(layout, v); err == nil {
				return fromTime(at.UTC(), t), true
			}
		}
	case int64:
		if t.Kind == types.Timestamp {
			return types.TimestampValue(v), true
		}
	}
	return nil, false
}

var timeLayouts = map[types.Kind][]string{
	types.Date:      {"2006-01-02"},
	types.Time:      {"15:04:05.999", "15:04"},
	types.Timestamp: {time.RFC3339Nano, "2006-01-02T15:04:05.999", "2006-01-02 15:04:05.999", "2006-01-02"},
}

func fromTime(at time.Time, t *types.Type) any {
	switch t.Kind {
	case types.Date:
		return types.DateValue((at.UnixMilli() - at.UnixMilli()%86400000) / 86400000)
	case types.Time:
		return types.TimeValue(at.UnixMilli() % 86400000)
	}
	return types.TimestampValue(at.UnixMilli())
}

func coerceNested(x any, t *types.Type) (any, error) {
	v := reflect.ValueOf(x)
	switch {
	case t.Kind == types.Array && (v.Kind() == reflect.Slice || v.Kind() == reflect.Array):
		out := make([]any, v.Len())
		for i := range out {
			e, err := coerce(v.Index(i).Interface(), t.Elem)
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i+1, err)
			}
			out[i] = e
		}
		return out, nil
	case t.Kind == types.Map && v.Kind() == reflect.Map:
		return coerceMap(v, t)
	case t.Kind == types.Struct && v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		return coerceStruct(v, t)
	case t.Kind == types.Struct && v.Kind() == reflect.Struct && isRecord(v.Type()):
		return coerceFields(v, t)
	}
	return nil, fmt.Errorf("a Go %T does not fit a column of type %s", x, t)
}

func coerceMap(v reflect.Value, t *types.Type) (any, error) {
	out := types.MapValue{}
	for it := v.MapRange(); it.Next(); {
		key, err := coerce(it.Key().Interface(), t.Key)
		if err != nil {
			return nil, fmt.Errorf("map key: %w", err)
		}
		value, err := coerce(it.Value().Interface(), t.Elem)
		if err != nil {
			return nil, fmt.Errorf("map value of %v: %w", key, err)
		}
		out = append(out, types.MapEntry{Key: key, Value: value})
	}
	return out, nil
}

func coerceStruct(v reflect.Value, t *types.Type) (any, error) {
	out := make(types.StructValue, len(t.Fields))
	for i, f := range t.Fields {
		out[i].Name = f.Name
	}
	for it := v.MapRange(); it.Next(); {
		name := it.Key().String()
		i := t.Field(name)
		if i < 0 {
			i = t.Field(strings.ToUpper(name))
		}
		if i < 0 {
			return nil, fmt.Errorf("%s has no field %q", t, name)
		}
		value, err := coerce(it.Value().Interface(), t.Fields[i].Type)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		out[i].Value = value
	}
	return out, nil
}

// coerceFields makes a STRUCT of a Go struct, whose fields must all be known.
func coerceFields(v reflect.Value, t *types.Type) (any, error) {
	fields, out, names := structFields(v.Type()), make(types.StructValue, len(t.Fields)), make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i], out[i].Name = f.Name, f.Name
		at := fields.find(f.Name)
		if at == nil {
			continue
		}
		value, err := coerce(v.FieldByIndex(at).Interface(), f.Type)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		out[i].Value = value
	}
	if name := fields.unknown(v.Type(), names); name != "" {
		return nil, fmt.Errorf("%s has no field for %s of the Go type %s", t, name, v.Type())
	}
	return out, nil
}
