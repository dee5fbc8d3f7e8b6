package leat

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// Value is a Go type that functions of users take and return: BOOLEAN, INTEGER,
// BIGINT, DOUBLE and STRING.
type Value interface {
	bool | int32 | int64 | float64 | string
}

// WithFunction1 adds a scalar SQL function of one argument, resolved like the
// built-in ones. NULL gives NULL without a call; an error makes the result NULL
// and goes to the processing log. fn may be called by several goroutines. Strings
// it is given are valid during the call only.
func WithFunction1[A, R Value](name, summary string, fn func(A) (R, error)) Option {
	return withScalar(name, summary, []string{sqlType[A]()}, sqlType[R](), func(args []*types.Vector, i int, out *types.Vector) error {
		r, err := fn(cell[A](args[0], i))
		if err == nil {
			setCell(out, i, r)
		}
		return err
	})
}

// WithFunction2 is WithFunction1 for two arguments.
func WithFunction2[A, B, R Value](name, summary string, fn func(A, B) (R, error)) Option {
	return withScalar(name, summary, []string{sqlType[A](), sqlType[B]()}, sqlType[R](), func(args []*types.Vector, i int, out *types.Vector) error {
		r, err := fn(cell[A](args[0], i), cell[B](args[1], i))
		if err == nil {
			setCell(out, i, r)
		}
		return err
	})
}

// WithFunction3 is WithFunction1 for three arguments.
func WithFunction3[A, B, C, R Value](name, summary string, fn func(A, B, C) (R, error)) Option {
	return withScalar(name, summary, []string{sqlType[A](), sqlType[B](), sqlType[C]()}, sqlType[R](), func(args []*types.Vector, i int, out *types.Vector) error {
		r, err := fn(cell[A](args[0], i), cell[B](args[1], i), cell[C](args[2], i))
		if err == nil {
			setCell(out, i, r)
		}
		return err
	})
}

// WithAggregate adds an aggregate function written over Go values; see
// [function.GoAggregate].
func WithAggregate[S any](a function.GoAggregate[S]) Option {
	return withRegistration(func(r *function.Registry) error {
		made, err := a.Aggregate()
		if err != nil {
			return err
		}
		return r.RegisterAggregate(made)
	})
}

// WithFunctions gives full access to the catalogue of functions, for functions
// that the typed options cannot express.
func WithFunctions(register func(*function.Registry) error) Option { return withRegistration(register) }

func withRegistration(register func(*function.Registry) error) Option {
	return func(o *options) error {
		o.functions = append(o.functions, register)
		return nil
	}
}

// withScalar registers a function whose rows are computed one by one.
func withScalar(name, summary string, params []string, result string, row func(args []*types.Vector, i int, out *types.Vector) error) Option {
	for i := range params {
		params[i] = fmt.Sprintf("arg%d %s", i+1, params[i])
	}
	sig := function.Sig("(" + strings.Join(params, ", ") + ") -> " + result)
	f := &function.Scalar{
		Info: function.Info{Name: strings.ToUpper(name), Category: "USER", Summary: summary},
		Overloads: []function.ScalarOverload{{Params: sig.Params, Variadic: sig.Variadic, Result: sig.Result, Volatile: true,
			New: func(*function.Call) (function.Kernel, error) { return rowKernel(strings.ToUpper(name), row), nil }}},
	}
	return withRegistration(func(r *function.Registry) error { return r.RegisterScalar(f) })
}

func rowKernel(name string, row func(args []*types.Vector, i int, out *types.Vector) error) function.Kernel {
	return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *function.Errors) {
		defer function.NamePanic(name)
	next:
		for _, r := range rows {
			for _, a := range args {
				if a.IsNull(int(r)) {
					out.SetNull(int(r))
					continue next
				}
			}
			if err := row(args, int(r), out); err != nil {
				out.SetNull(int(r))
				errs.Add(r, err)
			}
		}
	}
}

func sqlType[T Value]() string {
	switch any(*new(T)).(type) {
	case bool:
		return "BOOLEAN"
	case int32:
		return "INTEGER"
	case int64:
		return "BIGINT"
	case float64:
		return "DOUBLE"
	}
	return "STRING"
}

// cell reads a value; the type switch is on a type parameter, which costs no
// boxing of the value.
func cell[T Value](v *types.Vector, i int) (x T) {
	switch p := any(&x).(type) {
	case *bool:
		*p = v.Bool[i]
	case *int32:
		*p = v.I32[i]
	case *int64:
		*p = v.I64[i]
	case *float64:
		*p = v.F64[i]
	case *string:
		*p = v.Str[i]
	}
	return x
}

func setCell[T Value](v *types.Vector, i int, x T) {
	switch p := any(&x).(type) {
	case *bool:
		v.Bool[i] = *p
	case *int32:
		v.I32[i] = *p
	case *int64:
		v.I64[i] = *p
	case *float64:
		v.F64[i] = *p
	case *string:
		v.Str[i] = v.OwnString(*p)
	}
}
