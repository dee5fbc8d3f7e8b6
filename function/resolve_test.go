package function

import (
	"strings"
	"testing"

	"github.com/leatdb/leat/types"
)

// testRegistry registers one scalar F with the given signatures.
func testRegistry(t *testing.T, signatures ...string) *Registry {
	t.Helper()
	f := &Scalar{Info: Info{Name: "F"}}
	for _, s := range signatures {
		f.Overloads = append(f.Overloads, over(s, kernel(coalesce)))
	}
	r := NewRegistry()
	if err := r.RegisterScalar(f); err != nil {
		t.Fatal(err)
	}
	return r
}

// argList reads "INT, NULL, UNIT, lambda:2:BIGINT": the last is a lambda of two
// parameters whose body has type BIGINT, or that of parameter n with "lambda:2:#n".
func argList(text string) []Arg {
	var args []Arg
	for _, word := range strings.Split(text, "; ") {
		switch {
		case word == "":
		case word == "UNIT":
			args = append(args, Arg{Unit: true})
		case strings.HasPrefix(word, "lambda:"):
			n, body := int(word[7]-'0'), word[9:]
			args = append(args, Arg{Params: n, Bind: func(in []*types.Type) (*types.Type, error) {
				if body[0] == '#' {
					return in[body[1]-'1'], nil
				}
				return types.MustType(body), nil
			}})
		default:
			args = append(args, Arg{Type: types.MustType(word)})
		}
	}
	return args
}

// callText prints what was resolved: the signature, the argument types and the
// result type.
func callText(c *ScalarCall) string {
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		parts[i] = "-"
		if a != nil {
			parts[i] = a.String()
		}
	}
	return c.Overload.signature().Text("F") + " [" + strings.Join(parts, "; ") + "] " + c.Return.String()
}

func TestResolveScalar(t *testing.T) {
	numbers := []string{"(a INT) -> INT", "(a BIGINT) -> BIGINT", "(a DOUBLE) -> DOUBLE", "(a DECIMAL) -> DECIMAL(3, 1)"}
	tests := []struct {
		name       string
		signatures []string
		args       string
		want       string // callText, or "error: " and a part of the text.
	}{
		{"exact first", numbers, "BIGINT", "F(BIGINT a) [BIGINT] BIGINT"},
		{"any decimal", numbers, "DECIMAL(9, 3)", "F(DECIMAL a) [DECIMAL(9, 3)] DECIMAL(3, 1)"},
		{"null literal fits all", numbers, "NULL", "error: ambiguous"},
		{"wrong type", numbers, "STRING", "error: F does not accept the arguments (STRING); expected one of:\n  F(INTEGER a)\n"},
		{"wrong count", numbers, "", "error: does not accept the arguments ()"},
		{"int to bigint", []string{"(a BIGINT) -> INT"}, "INT", "F(BIGINT a) [BIGINT] INTEGER"},
		{"int to decimal", []string{"(a DECIMAL) -> INT"}, "INT", "F(DECIMAL a) [DECIMAL(10, 0)] INTEGER"},
		{"bigint to decimal", []string{"(a DECIMAL) -> INT"}, "BIGINT", "F(DECIMAL a) [DECIMAL(19, 0)] INTEGER"},
		{"decimal to double", []string{"(a DOUBLE) -> INT"}, "DECIMAL(4, 2)", "F(DOUBLE a) [DOUBLE] INTEGER"},
		{"never narrowing", []string{"(a INT) -> INT"}, "BIGINT", "error: does not accept"},
		{"double not to decimal", []string{"(a DECIMAL) -> INT"}, "DOUBLE", "error: does not accept"},
		{"text to timestamp", []string{"(a TIMESTAMP) -> INT"}, "STRING", "F(TIMESTAMP a) [TIMESTAMP] INTEGER"},
		{"text to bytes", []string{"(a BYTES) -> INT"}, "STRING", "F(BYTES a) [BYTES] INTEGER"},
		{"text not to int", []string{"(a INT) -> INT"}, "STRING", "error: does not accept"},
		{"casts inside arrays", []string{"(a ARRAY<BIGINT>) -> INT"}, "ARRAY<INT>", "F(ARRAY<BIGINT> a) [ARRAY<BIGINT>] INTEGER"},
		{"no casts inside structs", []string{"(a STRUCT<X BIGINT>) -> INT"}, "STRUCT<X INT>", "error: does not accept"},
		{"two casts are ambiguous", []string{"(a BIGINT, b BIGINT) -> INT", "(a DOUBLE, b DOUBLE) -> INT"}, "INT; BIGINT", "error: is ambiguous; CAST"},
		{"generics", []string{"(a ARRAY<T>, b T) -> MAP<STRING, T>"}, "ARRAY<INT>; INT", "F(ARRAY<T> a, T b) [ARRAY<INTEGER>; INTEGER] MAP<STRING, INTEGER>"},
		{"generics are never cast", []string{"(a T, b T) -> T"}, "INT; BIGINT", "error: does not accept"},
		{"generics compare decimals", []string{"(a T, b T) -> T"}, "DECIMAL(3, 1); DECIMAL(4, 1)", "error: does not accept"},
		{"null for a generic", []string{"(a T, b T) -> T"}, "NULL; DATE", "F(T a, T b) [DATE; DATE] DATE"},
		{"only nulls for a generic", []string{"(a T, b T) -> T"}, "NULL; NULL", "F(T a, T b) [NULL; NULL] NULL"},
		{"null for a decimal", []string{"(a DECIMAL, b DECIMAL) -> INT"}, "NULL; DECIMAL(5, 2)", "F(DECIMAL a, DECIMAL b) [DECIMAL(5, 2); DECIMAL(5, 2)] INTEGER"},
		{"any differs", []string{"(a ANY...) -> INT"}, "INT; STRING", "F(ANY... a) [INTEGER; STRING] INTEGER"},
		{"variadic none", []string{"(a INT, b STRING...) -> INT"}, "INT", "F(INTEGER a, STRING... b) [INTEGER] INTEGER"},
		{"variadic many", []string{"(a INT, b STRING...) -> INT"}, "INT; STRING; NULL; STRING", "F(INTEGER a, STRING... b) [INTEGER; STRING; STRING; STRING] INTEGER"},
		{"variadic in the middle", []string{"(a INT, b STRING..., c INT) -> INT"}, "INT; STRING; STRING; INT", "F(INTEGER a, STRING... b, INTEGER c) [INTEGER; STRING; STRING; INTEGER] INTEGER"},
		{"1 non-variadic wins", []string{"(a INT, b INT, c INT...) -> INT", "(a INT, b INT) -> BIGINT"}, "INT; INT", "F(INTEGER a, INTEGER b) [INTEGER; INTEGER] BIGINT"},
		{"2 more parameters win", []string{"(a INT...) -> INT", "(a INT, b INT...) -> BIGINT"}, "INT; INT", "F(INTEGER a, INTEGER... b) [INTEGER; INTEGER] BIGINT"},
		{"3 fewer generics win", []string{"(a T, b INT) -> INT", "(a INT, b INT) -> BIGINT"}, "INT; INT", "F(INTEGER a, INTEGER b) [INTEGER; INTEGER] BIGINT"},
		{"4 no object wins", []string{"(a ANY...) -> INT", "(a INT...) -> BIGINT"}, "INT; INT", "F(INTEGER... a) [INTEGER; INTEGER] BIGINT"},
		{"5 later variadic wins", []string{"(a INT..., b INT) -> INT", "(a INT, b INT...) -> BIGINT"}, "INT; INT", "F(INTEGER a, INTEGER... b) [INTEGER; INTEGER] BIGINT"},
		{"unit", []string{"(a UNIT, b INT) -> INT"}, "UNIT; INT", "F(UNIT a, INTEGER b) [-; INTEGER] INTEGER"},
		{"unit for a value", []string{"(a INT) -> INT"}, "UNIT", "error: arguments (UNIT)"},
		{"value for a unit", []string{"(a UNIT) -> INT"}, "STRING", "error: does not accept"},
		{"lambda", []string{"(a ARRAY<T>, f (T) => R) -> ARRAY<R>"}, "ARRAY<INT>; lambda:1:STRING", "F(ARRAY<T> a, (T) => R f) [ARRAY<INTEGER>; STRING] ARRAY<STRING>"},
		{"lambda parameter", []string{"(a MAP<K, V>, f (K, V) => R) -> R"}, "MAP<STRING, DATE>; lambda:2:#2", "F(MAP<K, V> a, (K, V) => R f) [MAP<STRING, DATE>; DATE] DATE"},
		{"lambda by count", []string{"(a T, f (T) => T) -> INT", "(a T, f (T, T) => T) -> DATE"}, "INT; lambda:2:#1", "F(T a, (T, T) => T f) [INTEGER; INTEGER] DATE"},
		{"lambda of wrong result", []string{"(a ARRAY<T>, f (T) => BOOLEAN) -> T"}, "ARRAY<INT>; lambda:1:#1", "error: lambda in argument 2 of F must return BOOLEAN, but returns INTEGER"},
		{"lambda of other generic", []string{"(s S, f (S) => S) -> S"}, "INT; lambda:1:BIGINT", "error: must return INTEGER, but returns BIGINT"},
		{"lambda of a null", []string{"(a ARRAY<T>, f (T) => R) -> R"}, "NULL; lambda:1:#1", "error: parameter 1 of the lambda in argument 2 of F is unknown"},
		{"lambda for a value", []string{"(a T) -> T"}, "lambda:1:#1", "error: (lambda of 1)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := testRegistry(t, tt.signatures...).ResolveScalar("f", argList(tt.args))
			want, isError := strings.CutPrefix(tt.want, "error: ")
			switch {
			case isError && err == nil:
				t.Fatalf("got %s, want an error", callText(c))
			case isError && !strings.Contains(err.Error(), want):
				t.Fatalf("got error %q, want one with %q", err, want)
			case !isError && err != nil:
				t.Fatal(err)
			case !isError && callText(c) != want:
				t.Fatalf("got  %s\nwant %s", callText(c), want)
			}
		})
	}
}

func TestResolveAggregateLiterals(t *testing.T) {
	r := NewRegistry()
	sig := Sig("(col T) -> ARRAY<T>")
	err := r.RegisterAggregate(&Aggregate{Info: Info{Name: "AGG"}, Overloads: []AggregateOverload{{
		Params: sig.Params, Variadic: -1, Literals: Sig("(n INT) -> INT").Params, Result: sig.Result,
		New: func(*AggregateCall) (Accumulator, error) { return nil, nil },
	}}})
	if err != nil {
		t.Fatal(err)
	}
	use, err := r.ResolveAggregate("agg", []Arg{{Type: types.DateType}, {Type: types.IntegerType, Literal: true}})
	if err != nil || use.Return.String() != "ARRAY<DATE>" || len(use.Args) != 2 {
		t.Fatalf("got %v, %v", use, err)
	}
	_, err = r.ResolveAggregate("agg", []Arg{{Type: types.DateType}, {Type: types.IntegerType, SQL: "X + 1"}})
	if err == nil || !strings.Contains(err.Error(), "argument 2 (n) of AGG must be a literal, but is the expression X + 1") {
		t.Fatalf("got %v", err)
	}
	_, err = r.ResolveAggregate("agg", []Arg{{Type: types.DateType}, {Type: types.BigIntType, Literal: true}})
	if err == nil || !strings.Contains(err.Error(), "does not accept") {
		t.Fatalf("aggregates must not cast: %v", err)
	}
}

// Columns or literals may repeat, also when others follow.
func TestResolveAggregateVariadic(t *testing.T) {
	for _, x := range []struct {
		params, literals string
		variadic         int
		args             int // INT arguments; those that are not columns are literals.
		columns          int // -1: not accepted.
	}{
		{"(a INT, b INT) -> INT", "(c INT, d INT) -> INT", 1, 6, 4},
		{"(a INT, b INT) -> INT", "(c INT, d INT) -> INT", 1, 3, 1},
		{"(a INT, b INT) -> INT", "(c INT, d INT) -> INT", 0, 3, 1},
		{"(a INT, b INT) -> INT", "(c INT, d INT) -> INT", 1, 2, -1},
		{"(a INT, b INT) -> INT", "(c INT, d INT) -> INT", 3, 6, 2},
		{"(a INT, b INT) -> INT", "(c INT, d INT) -> INT", 3, 3, 2},
		{"(a INT, b INT) -> INT", "(c INT, d INT) -> INT", -1, 5, -1},
	} {
		r := NewRegistry()
		o := AggregateOverload{Params: Sig(x.params).Params, Literals: Sig(x.literals).Params, Variadic: x.variadic, Result: P("INT"),
			New: func(*AggregateCall) (Accumulator, error) { return nil, nil }}
		if err := r.RegisterAggregate(&Aggregate{Info: Info{Name: "AGG"}, Overloads: []AggregateOverload{o}}); err != nil {
			t.Fatal(err)
		}
		args := make([]Arg, x.args)
		for i := range args {
			args[i] = Arg{Type: types.IntegerType, Literal: i >= x.columns, SQL: "col"}
		}
		use, err := r.ResolveAggregate("AGG", args)
		if (err == nil) != (x.columns >= 0) {
			t.Errorf("%+v: got error %v", x, err)
		}
		if err == nil && (use.Overload.Columns(x.args) != x.columns || len(use.Args) != x.args) {
			t.Errorf("%+v: got %d columns and %d arguments", x, use.Overload.Columns(x.args), len(use.Args))
		}
		if x.columns < 0 || x.columns == x.args {
			continue
		}
		args[x.columns].Literal = false
		if _, err := r.ResolveAggregate("AGG", args); err == nil || !strings.Contains(err.Error(), "of AGG must be a literal") {
			t.Errorf("%+v: a column in the place of a literal: %v", x, err)
		}
	}
}

func TestRegistryNames(t *testing.T) {
	r := testRegistry(t, "(a INT) -> INT")
	if err := r.RegisterTable(&TableFunction{Info: Info{Name: "F"}, Overloads: []TableOverload{{
		Variadic: -1, Result: P("INT"), New: func(*Call) (TableKernel, error) { return nil, nil }}}}); err == nil ||
		!strings.Contains(err.Error(), "exists already, as a function of kind SCALAR") {
		t.Errorf("a name in two kinds: %v", err)
	}
	for _, name := range []string{"", "f", "1A", "A-B"} {
		if err := r.RegisterScalar(&Scalar{Info: Info{Name: name}, Overloads: []ScalarOverload{over("() -> INT", kernel(coalesce))}}); err == nil {
			t.Errorf("name %q was accepted", name)
		}
	}
	if _, err := r.ResolveScalar("COALESC", nil); err == nil || !strings.Contains(err.Error(), "did you mean COALESCE?") {
		t.Errorf("unknown name: %v", err)
	}
	if _, err := r.ResolveAggregate("F", nil); err == nil || !strings.Contains(err.Error(), "F is a function of kind SCALAR") {
		t.Errorf("wrong kind: %v", err)
	}
	if r.Kind("f") != ScalarKind || r.Kind("nothing") != None {
		t.Error("Kind")
	}
}

func TestPatternText(t *testing.T) {
	for _, text := range []string{"STRING", "DECIMAL", "DECIMAL(4, 2)", "T", "RK", "ANY", "ARRAY<T>", "MAP<STRING, ARRAY<V>>",
		"(S, T) => S", "UNIT", "STRUCT<`A` INTEGER, `b` ARRAY<DATE>>"} {
		if got := P(text).String(); got != text {
			t.Errorf("P(%q) prints %q", text, got)
		}
	}
	for _, text := range []string{"", "Str", "ARRAY<", "ARRAY<T", "INT INT", "STRUCT<A INT", "(T)"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("P(%q) did not panic", text)
				}
			}()
			P(text)
		}()
	}
}
