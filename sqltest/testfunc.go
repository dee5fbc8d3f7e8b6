package sqltest

import (
	"errors"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// Conformance cases call functions that a test server has besides the built-in
// ones. They are registered for runs of cases only, as functions of a user.

// errThrown is what functions that fail on purpose report.
var errThrown = errors.New("failed on purpose")

// testFunctions are the functions that only cases use, for one run. What they
// remember outlives a restart of the engine.
type testFunctions struct{ calls int }

// register adds the functions.
func (t *testFunctions) register(r *function.Registry) error {
	for _, f := range t.scalars() {
		if err := r.RegisterScalar(f); err != nil {
			return err
		}
	}
	for _, f := range testTables() {
		if err := r.RegisterTable(f); err != nil {
			return err
		}
	}
	for _, make := range testAggregates() {
		f, err := make(r)
		if err != nil {
			return err
		}
		if err := r.RegisterAggregate(f); err != nil {
			return err
		}
	}
	return nil
}

func testInfo(name string) function.Info {
	return function.Info{Name: name, Category: "TEST", Summary: "Is there for conformance cases only."}
}

func (t *testFunctions) scalars() []*function.Scalar {
	scalar := func(name string, overloads ...function.ScalarOverload) *function.Scalar {
		return &function.Scalar{Info: testInfo(name), Overloads: overloads}
	}
	return []*function.Scalar{
		scalar("TEST_UDF",
			scalarOver("(a INT, b STRING) -> STRING", says("doStuffIntString")),
			scalarOver("(a BIGINT, b STRING) -> STRING", says("doStuffLongString")),
			scalarOver("(a BIGINT, b BIGINT, c STRING) -> STRING", says("doStuffLongLongString")),
			scalarOver("(a BIGINT...) -> STRING", says("doStuffLongVarargs")),
			scalarOver("(a STRUCT<A STRING>) -> STRING", fieldA),
			scalarOver("() -> STRUCT<A STRING>", structFoo)),
		scalar("BAD_UDF",
			scalarOver("(a INT) -> INT", func([]*types.Vector, int, *types.Vector) error { return errThrown }),
			scalarOver("(a BOOLEAN) -> INT", zeroOrThrow),
			nullEveryOther(&t.calls)),
		scalar("WHENCONDITION", scalarOver("(value BOOLEAN, allowed BOOLEAN) -> BOOLEAN", firstIfAllowed)),
		scalar("WHENRESULT", scalarOver("(value INT, allowed BOOLEAN) -> INT", firstIfAllowed)),
		scalar("TOSTRUCT", scalarOver("(value STRING) -> STRUCT<A STRING>", structOf)),
	}
}

// rowFunc computes row i of out; an error fails the row.
type rowFunc func(args []*types.Vector, i int, out *types.Vector) error

// scalarOver makes an overload of a function that sees NULLs. It is volatile, so
// that no call happens before there is a row.
func scalarOver(signature string, f rowFunc) function.ScalarOverload {
	s := function.Sig(signature)
	return function.ScalarOverload{Params: s.Params, Variadic: s.Variadic, Result: s.Result, Volatile: true,
		New: func(*function.Call) (function.Kernel, error) { return f.kernel, nil }}
}

func (f rowFunc) kernel(args []*types.Vector, rows []uint32, out *types.Vector, errs *function.Errors) {
	for _, r := range rows {
		if err := f(args, int(r), out); err != nil {
			out.SetNull(int(r))
			errs.Add(r, err)
		}
	}
}

// says returns a function that tells which overload was called.
func says(text string) rowFunc {
	return func(_ []*types.Vector, i int, out *types.Vector) error { return out.SetAny(i, text) }
}

func fieldA(args []*types.Vector, i int, out *types.Vector) error {
	if args[0].IsNull(i) {
		out.SetNull(i)
		return nil
	}
	out.Copy(i, args[0].Kids[0], i)
	return nil
}

func structFoo(_ []*types.Vector, i int, out *types.Vector) error {
	return out.SetAny(i, types.StructValue{{Name: "A", Value: "foo"}})
}

func structOf(args []*types.Vector, i int, out *types.Vector) error {
	return out.SetAny(i, types.StructValue{{Name: "A", Value: args[0].Any(i)}})
}

func zeroOrThrow(args []*types.Vector, i int, out *types.Vector) error {
	if args[0].IsNull(i) || args[0].Bool[i] {
		return errThrown
	}
	return out.SetAny(i, 0)
}

func firstIfAllowed(args []*types.Vector, i int, out *types.Vector) error {
	if args[1].IsNull(i) || !args[1].Bool[i] {
		return errThrown
	}
	out.Copy(i, args[0], i)
	return nil
}

// nullEveryOther gives NULL for the first call, the third, and so on.
func nullEveryOther(calls *int) function.ScalarOverload {
	o := scalarOver("(a STRING) -> STRING", nil)
	o.New = func(*function.Call) (function.Kernel, error) {
		return rowFunc(func(args []*types.Vector, i int, out *types.Vector) error {
			if *calls++; *calls%2 == 1 {
				out.SetNull(i)
				return nil
			}
			out.Copy(i, args[0], i)
			return nil
		}).kernel, nil
	}
	return o
}
