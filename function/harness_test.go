package function

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/leatdb/leat/types"
)

// A check calls a scalar function with values and compares the printed result.
type check struct {
	want string // The value printed by show, or "error: " and a part of the message.
	name string
	args []any
}

// eq expects a result: NULL, true, 12, 1.5, text, [a, NULL], {k=v}, {A: 1}.
func eq(want, name string, args ...any) check { return check{want, name, args} }

// bad expects a failing row whose error contains the text.
func bad(part, name string, args ...any) check { return check{"error: " + part, name, args} }

// typed is a value of a type that its Go form does not tell: an array, a NULL.
type typed struct {
	typ   *types.Type
	value any
}

func of(typ string, value any) typed { return typed{types.MustType(typ), value} }
func null(typ string) typed          { return of(typ, nil) }

// list is an array value of the given type.
func list(typ string, values ...any) typed {
	if values == nil {
		values = []any{}
	}
	return of(typ, values)
}

// pairs is a map value of the given type, from keys and values in turn.
func pairs(typ string, kv ...any) typed {
	m := types.MapValue{}
	for i := 0; i < len(kv); i += 2 {
		m = append(m, types.MapEntry{Key: kv[i], Value: kv[i+1]})
	}
	return of(typ, m)
}

// dec is a decimal value of type DECIMAL(precision, scale).
func dec(precision, scale int, text string) typed {
	t := types.DecimalOf(precision, scale)
	v := types.NewVector(t)
	v.Reset(1)
	must(types.ParseText(text, v, 0))
	return typed{t, v.Any(0)}
}

// parsed is a value read from text as CAST does, e.g. a DATE.
func parsed(typ, text string) typed {
	t := types.MustType(typ)
	v := types.NewVector(t)
	v.Reset(1)
	must(types.ParseText(text, v, 0))
	return typed{t, v.Any(0)}
}

// unit is a time unit in milliseconds.
type unit int64

func toTyped(x any) typed {
	switch x := x.(type) {
	case typed:
		return x
	case bool:
		return typed{types.BooleanType, x}
	case int:
		return typed{types.IntegerType, x}
	case int64:
		return typed{types.BigIntType, x}
	case float64:
		return typed{types.DoubleType, x}
	case string:
		return typed{types.StringType, x}
	case []byte:
		return typed{types.BytesType, x}
	}
	panic(fmt.Sprintf("argument of Go type %T", x))
}

// run resolves and evaluates every check three times: as the only row of a
// batch, with constant arguments, and as row 70 of 80 where other rows hold
// NULLs and are not selected.
func run(t *testing.T, checks ...check) {
	t.Helper()
	runWith(t, nil, checks...)
}

// runWith is run with properties of the query.
func runWith(t *testing.T, properties map[string]string, checks ...check) {
	t.Helper()
	r := NewRegistry().With(properties)
	for _, c := range checks {
		title := fmt.Sprintf("%s%v", c.name, c.args)
		for _, way := range []string{"single", "constant", "selected"} {
			got := c.eval(t, r, way)
			want, isError := strings.CutPrefix(c.want, "error: ")
			if isError && strings.HasPrefix(got, "error: ") && strings.Contains(got, want) {
				continue
			}
			if got != c.want {
				t.Errorf("%s (%s): got %s, want %s", title, way, got, c.want)
				break
			}
		}
	}
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

func (c check) eval(t tester, r *Registry, way string) string {
	t.Helper()
	res, call, err := c.resolve(r)
	if err != nil {
		t.Fatalf("%s%v: %v", c.name, c.args, err)
	}
	n, row := 1, 0
	if way == "selected" {
		n, row = 80, 70
	}
	args := make([]*types.Vector, len(c.args))
	for i, a := range c.args {
		if _, ok := a.(unit); ok {
			continue
		}
		x := toTyped(a)
		v := types.NewVector(res.Args[i])
		v.SetAllNull(n)
		v.Nulls.Clear(row)
		one := types.NewVector(x.typ)
		must(one.AppendAny(x.value))
		castRow(v, row, one)
		args[i] = v
		if way == "constant" {
			call.Const[i] = v
		}
	}
	k, err := res.Overload.New(call)
	if err != nil {
		return "error: " + err.Error()
	}
	out := types.NewVector(res.Return)
	out.Reset(n)
	var errs Errors
	k(args, []uint32{uint32(row)}, out, &errs)
	if len(errs.Errs) > 0 {
		if !out.IsNull(row) || len(errs.Errs) != 1 || errs.Rows[0] != uint32(row) {
			return fmt.Sprintf("a badly reported error: %v", errs)
		}
		return "error: " + errs.Errs[0].Error()
	}
	if out.Nulls.Count() > 1 {
		return "NULLs outside the selection"
	}
	return show(out.Any(row))
}

func (c check) resolve(r *Registry) (*ScalarCall, *Call, error) {
	args := make([]Arg, len(c.args))
	call := &Call{Const: make([]*types.Vector, len(args)), Unit: make([]int64, len(args)), Lambda: make([]Lambda, len(args))}
	for i, a := range c.args {
		switch a := a.(type) {
		case unit:
			args[i] = Arg{Unit: true}
			call.Unit[i] = int64(a)
		default:
			args[i] = Arg{Type: toTyped(a).typ}
		}
	}
	res, err := r.ResolveScalar(c.name, args)
	if err == nil {
		call.Args, call.Return, call.Config = res.Args, res.Return, r.Config(c.name)
	}
	return res, call, err
}

// castRow does the few implicit casts that tests use.
func castRow(v *types.Vector, row int, one *types.Vector) {
	from, to := one.Type.Kind, v.Type.Kind
	switch {
	case one.IsNull(0):
		v.SetNull(row)
	case one.Type.Equal(v.Type):
		v.Copy(row, one, 0)
	case from == types.Integer && to == types.BigInt:
		v.I64[row] = int64(one.I32[0])
	case from == types.Integer && to == types.Double:
		v.F64[row] = float64(one.I32[0])
	case from == types.Decimal && to == types.Double:
		v.F64[row], _ = strconv.ParseFloat(show(one.Any(0)), 64)
	case from == types.Integer && to == types.Decimal:
		v.SetDecimal64(row, int64(one.I32[0]))
	case from == types.String:
		must(types.ParseText(one.Str[0], v, row))
	default:
		panic(fmt.Sprintf("no cast from %s to %s", one.Type, v.Type))
	}
}

// show prints a value of types.Vector.Any.
func show(x any) string {
	switch x := x.(type) {
	case nil:
		return "NULL"
	case string:
		return x
	case []byte:
		return fmt.Sprintf("%x", x)
	case float64:
		return string(types.AppendJavaDouble(nil, x))
	case bool:
		return strconv.FormatBool(x)
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			if parts[i] = show(e); parts[i] == "" {
				parts[i] = "''"
			}
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case types.MapValue:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = show(e.Key) + "=" + show(e.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case types.StructValue:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = e.Name + ": " + show(e.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(x)
}

// structOf is a struct value of the given type.
func structOf(typ string, values ...any) typed {
	t := types.MustType(typ)
	s := types.StructValue{}
	for i, f := range t.Fields {
		s = append(s, types.StructField{Name: f.Name, Value: values[i]})
	}
	return typed{t, s}
}
