package leat

import (
	"database/sql"
	"encoding"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"

	"github.com/leatdb/leat/types"
)

// Scan copies the values of the row into pointers, in the order of the columns.
// A value fits where nothing of it is lost:
//
//   - *any takes every value as Row tells it;
//   - integers and floats take numbers they can hold, *string takes strings and the text
//     of decimals, dates and times, *[]byte takes BYTES;
//   - *time.Time takes TIMESTAMP and DATE (in UTC), and BIGINT as milliseconds since 1970,
//     which is what ROWTIME and the bounds of windows are; *time.Duration takes TIME;
//   - *big.Rat takes every number, and what implements [encoding.TextUnmarshaler] every
//     value that has a text;
//   - slices take ARRAY, maps take MAP and STRUCT, structs take STRUCT (see [Values]);
//   - what implements [sql.Scanner] decides itself.
//
// NULL becomes nil where there is one (pointers to pointers, slices, maps, any) and the
// zero value otherwise.
func (r Row) Scan(dest ...any) error {
	if len(dest) != len(r.Values) {
		return fmt.Errorf("leat: the row has %d values, Scan was given %d pointers", len(r.Values), len(dest))
	}
	for i, d := range dest {
		p := reflect.ValueOf(d)
		if p.Kind() != reflect.Pointer || p.IsNil() {
			return fmt.Errorf("leat: column %d: cannot scan into a %T: give a pointer", i+1, d)
		}
		if err := assign(p.Elem(), r.Values[i]); err != nil {
			return fmt.Errorf("leat: column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign stores a value of a row in dst, which can be set.
func assign(dst reflect.Value, v any) error {
	if done, err := assignSpecial(dst, v); done || err != nil {
		return err
	}
	switch x := v.(type) {
	case []any:
		return assignArray(dst, x)
	case types.MapValue:
		return assignMap(dst, x)
	case types.StructValue:
		return assignStruct(dst, x)
	}
	if assignScalar(dst, v) || assignText(dst, v) {
		return nil
	}
	return misfit(dst, v)
}

func misfit(dst reflect.Value, v any) error {
	return fmt.Errorf("a %T (%v) does not fit into a %s", v, v, dst.Type())
}

// assignSpecial stores NULL, and what the destination's type alone decides.
func assignSpecial(dst reflect.Value, v any) (done bool, err error) {
	if s, ok := dst.Addr().Interface().(sql.Scanner); ok {
		return true, s.Scan(driverValue(v))
	}
	switch {
	case v == nil:
		dst.SetZero()
		return true, nil
	case dst.Kind() == reflect.Interface && dst.NumMethod() == 0, dst.Type() == reflect.TypeOf(v):
		dst.Set(reflect.ValueOf(v))
		return true, nil
	case dst.Kind() == reflect.Pointer:
		p := reflect.New(dst.Type().Elem())
		if err := assign(p.Elem(), v); err != nil {
			return true, err
		}
		dst.Set(p)
		return true, nil
	}
	return false, nil
}

// driverValue turns a value into one of those that a sql.Scanner expects.
func driverValue(v any) any {
	switch x := v.(type) {
	case int32:
		return int64(x)
	case types.TimestampValue:
		return time.UnixMilli(int64(x)).UTC()
	case types.DateValue:
		return time.Unix(int64(x)*86400, 0).UTC()
	case fmt.Stringer:
		return x.String()
	}
	return v
}

// assignScalar stores a number, text, bytes, truth or time and tells whether it fits.
func assignScalar(dst reflect.Value, v any) bool {
	switch to := dst.Addr().Interface().(type) {
	case *time.Time:
		if millis, is := v.(int64); is {
			v = types.TimestampValue(millis)
		}
		at, ok := driverValue(v).(time.Time)
		*to = at
		return ok
	case *time.Duration:
		of, ok := v.(types.TimeValue)
		*to = time.Duration(of) * time.Millisecond
		return ok
	case *big.Rat:
		r, ok := rational(v)
		if _, text := v.(string); !ok || text {
			return false
		}
		to.Set(r)
		return true
	}
	switch dst.Kind() {
	case reflect.Bool:
		b, ok := v.(bool)
		dst.SetBool(b)
		return ok
	case reflect.String:
		return assignString(dst, v)
	case reflect.Slice:
		b, ok := v.([]byte)
		if ok = ok && dst.Type().Elem().Kind() == reflect.Uint8; ok {
			dst.SetBytes(b)
		}
		return ok
	}
	return assignNumber(dst, v)
}

func assignString(dst reflect.Value, v any) bool {
	switch s := v.(type) {
	case string:
		dst.SetString(s)
	case fmt.Stringer:
		dst.SetString(s.String())
	default:
		return false
	}
	return true
}

func assignNumber(dst reflect.Value, v any) bool {
	switch n := v.(type) {
	case int32:
		return assignInteger(dst, int64(n))
	case int64:
		return assignInteger(dst, n)
	case float64:
		if !dst.CanFloat() {
			return false
		}
		dst.SetFloat(n)
		// A float32 rounds, as floats do, but has to hold the size.
		return math.IsInf(n, 0) || !math.IsInf(dst.Float(), 0)
	}
	return false
}

func assignInteger(dst reflect.Value, n int64) bool {
	switch {
	case dst.CanInt() && !dst.OverflowInt(n):
		dst.SetInt(n)
	case dst.CanUint() && n >= 0 && !dst.OverflowUint(uint64(n)):
		dst.SetUint(uint64(n))
	case dst.CanFloat() && int64(float64(n)) == n:
		dst.SetFloat(float64(n))
	default:
		return false
	}
	return true
}

// assignText hands the text of a value to a type that reads texts, such as the
// decimals of other libraries.
func assignText(dst reflect.Value, v any) bool {
	u, ok := dst.Addr().Interface().(encoding.TextUnmarshaler)
	if !ok {
		return false
	}
	text, ok := v.(string)
	if !ok {
		text = string(AppendJSON(nil, v))
		if s, is := v.(fmt.Stringer); is {
			text = s.String()
		}
	}
	return u.UnmarshalText([]byte(text)) == nil
}

func assignArray(dst reflect.Value, elements []any) error {
	switch {
	case dst.Kind() == reflect.Slice:
		dst.Set(reflect.MakeSlice(dst.Type(), len(elements), len(elements)))
	case dst.Kind() != reflect.Array || dst.Len() != len(elements):
		return misfit(dst, elements)
	}
	for i, e := range elements {
		if err := assign(dst.Index(i), e); err != nil {
			return fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	return nil
}

func assignMap(dst reflect.Value, entries types.MapValue) error {
	if dst.Kind() != reflect.Map {
		return misfit(dst, entries)
	}
	m := reflect.MakeMapWithSize(dst.Type(), len(entries))
	for _, e := range entries {
		key, value := reflect.New(dst.Type().Key()).Elem(), reflect.New(dst.Type().Elem()).Elem()
		if err := assign(key, e.Key); err != nil {
			return fmt.Errorf("map key: %w", err)
		}
		if err := assign(value, e.Value); err != nil {
			return fmt.Errorf("map value of %v: %w", e.Key, err)
		}
		m.SetMapIndex(key, value)
	}
	dst.Set(m)
	return nil
}

func assignStruct(dst reflect.Value, fields types.StructValue) error {
	if dst.Kind() == reflect.Map {
		entries := make(types.MapValue, len(fields))
		for i, f := range fields {
			entries[i] = types.MapEntry{Key: f.Name, Value: f.Value}
		}
		return assignMap(dst, entries)
	}
	if dst.Kind() != reflect.Struct {
		return misfit(dst, fields)
	}
	known := structFields(dst.Type())
	for _, f := range fields {
		i := known.find(f.Name)
		if i == nil {
			return fmt.Errorf("the Go type %s has no field for the field %s", dst.Type(), f.Name)
		}
		if err := assign(dst.FieldByIndex(i), f.Value); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}
