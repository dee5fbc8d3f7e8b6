package expr

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

func TestCasts(t *testing.T) {
	var examples []example
	for _, c := range []struct{ from, text, to, want string }{
		{"BOOLEAN", "true", "STRING", "true"}, {"BOOLEAN", "false", "STRING", "false"},
		{"INT", "-5", "BIGINT", "-5"}, {"INT", "-5", "DOUBLE", "-5.0"}, {"INT", "-5", "STRING", "-5"}, {"INT", "5", "DECIMAL(4, 2)", "5.00"},
		{"INT", "100", "DECIMAL(4, 2)", "NULL !numeric overflow: a field with precision 4 and scale 2 must round to an absolute value less than 10^2, got 100.00"},
		{"BIGINT", "4294967301", "INT", "5"}, {"BIGINT", "-2147483649", "INT", "2147483647"}, {"BIGINT", "9007199254740993", "DOUBLE", "9.007199254740992E15"},
		{"BIGINT", "12", "STRING", "12"}, {"BIGINT", "9223372036854775807", "DECIMAL(19, 0)", "9223372036854775807"},
		{"BIGINT", "9223372036854775807", "DECIMAL(20, 1)", "9223372036854775807.0"}, {"BIGINT", "10", "DECIMAL(2, 1)", "NULL !numeric overflow"},
		{"DECIMAL(4, 2)", "-1.99", "INT", "-1"}, {"DECIMAL(4, 2)", "1.99", "BIGINT", "1"}, {"DECIMAL(12, 0)", "4294967301", "INT", "5"},
		{"DECIMAL(20, 0)", "18446744073709551621", "BIGINT", "5"}, {"DECIMAL(20, 0)", "-18446744073709551621", "BIGINT", "-5"},
		{"DECIMAL(40, 20)", "1.5", "INT", "1"}, {"DECIMAL(4, 2)", "1.50", "DOUBLE", "1.5"}, {"DECIMAL(30, 25)", "0.1", "DOUBLE", "0.1"},
		{"DECIMAL(25, 5)", "12345678901234567890.12345", "DOUBLE", "1.2345678901234567E19"}, {"DECIMAL(400, 0)", "1e390", "DOUBLE", "Infinity"},
		{"DECIMAL(4, 2)", "1.5", "STRING", "1.50"}, {"DECIMAL(4, 2)", "1.55", "DECIMAL(3, 1)", "1.6"}, {"DECIMAL(4, 2)", "-1.55", "DECIMAL(3, 1)", "-1.6"},
		{"DECIMAL(4, 2)", "1.54", "DECIMAL(3, 1)", "1.5"}, {"DECIMAL(4, 2)", "99.95", "DECIMAL(3, 1)", "NULL !numeric overflow"},
		{"DECIMAL(4, 2)", "99.94", "DECIMAL(3, 1)", "99.9"}, {"DECIMAL(4, 2)", "1.5", "DECIMAL(30, 20)", "1.50000000000000000000"},
		{"DECIMAL(30, 20)", "1.55", "DECIMAL(2, 1)", "1.6"},
		{"DOUBLE", "1.9", "INT", "1"}, {"DOUBLE", "-1.9", "INT", "-1"}, {"DOUBLE", "1e10", "INT", "2147483647"}, {"DOUBLE", "-1e10", "INT", "-2147483648"},
		{"DOUBLE", "1e19", "BIGINT", "9223372036854775807"}, {"DOUBLE", "-1e19", "BIGINT", "-9223372036854775808"}, {"DOUBLE", "1.005", "DECIMAL(3, 2)", "1.01"},
		{"DOUBLE", "1e10", "STRING", "1.0E10"}, {"DOUBLE", "10", "DECIMAL(2, 1)", "NULL !numeric overflow"}, {"DOUBLE", "1e-5", "STRING", "1.0E-5"},
		{"STRING", " TRUE ", "BOOLEAN", "true"}, {"STRING", "yes", "BOOLEAN", "true"}, {"STRING", "x", "BOOLEAN", "false"},
		{"STRING", "12", "INT", "12"}, {"STRING", "x", "INT", `NULL !"x" is not an INTEGER value: expected a whole number`}, {"STRING", "12", "BIGINT", "12"},
		{"STRING", "1.555", "DECIMAL(3, 2)", "1.56"}, {"STRING", "10", "DECIMAL(2, 1)", "NULL !numeric overflow"}, {"STRING", "1e3", "DOUBLE", "1000.0"},
		{"STRING", "NaN", "DOUBLE", "NULL !"}, {"STRING", "12:30", "TIME", "12:30"}, {"STRING", "2020-02", "DATE", "2020-02-01"},
		{"STRING", "2020-02-03T04:05:06+01:00", "TIMESTAMP", "2020-02-03T03:05:06.000"}, {"STRING", "AQI=", "BYTES", "AQI="}, {"STRING", "!", "BYTES", "NULL !"},
		{"TIME", "12:30:01.5", "STRING", "12:30:01.500"}, {"DATE", "2020-02-03", "STRING", "2020-02-03"}, {"DATE", "1969-12-31", "TIMESTAMP", "1969-12-31T00:00:00.000"},
		{"TIMESTAMP", "1969-12-31T23:59:59.999", "DATE", "1969-12-31"}, {"TIMESTAMP", "1969-12-31T23:59:59.999", "TIME", "23:59:59.999"},
		{"TIMESTAMP", "2020-02-03T04:05", "STRING", "2020-02-03T04:05:00.000"},
	} {
		examples = append(examples, example{castTo(lit(c.text, c.from), c.to), c.want}, example{castTo(null(c.from), c.to), "NULL"})
	}
	run(t, append(examples, []example{
		{castTo(array(integer(1), null("INT")), "ARRAY<STRING>"), "[1, null]"},
		{castTo(array(str("1"), str("x")), "ARRAY<INT>"), `NULL !"x" is not an INTEGER`},
		{castTo(array(integer(1), null("INT")), "STRING"), "[1, null]"},
		{castTo(mapOf(str("1"), integer(1)), "MAP<INT, DOUBLE>"), "{1=1.0}"},
		{castTo(mapOf(lit("1.5", "DOUBLE"), integer(1), lit("1.7", "DOUBLE"), integer(2)), "MAP<INT, INT>"), "{1=2}"},
		{castTo(mapOf(str("a"), array(integer(1))), "STRING"), "{a=[1]}"},
		{castTo(structOf(integer(1), str("x")), "STRUCT<B STRING, C INT, A BIGINT>"), "Struct{B=x,A=1}"},
		{castTo(structOf(integer(1), str("x")), "STRING"), "Struct{A=1,B=x}"},
		{castTo(array(structOf(str("1")), structOf(str("y"))), "ARRAY<STRUCT<A INT>>"), `NULL !"y" is not an INTEGER`},
		{castTo(null("ARRAY<INT>"), "ARRAY<STRING>"), "NULL"},
		{castTo(&Expr{Op: OpConst, Type: types.NullType, Null: true}, "ARRAY<STRING>"), "NULL"},
	}...))
}

func TestSaturatingCasts(t *testing.T) {
	for _, c := range []struct {
		f   float64
		i32 int32
		i64 int64
	}{{math.NaN(), 0, 0}, {math.Inf(1), math.MaxInt32, math.MaxInt64}, {math.Inf(-1), math.MinInt32, math.MinInt64}, {2147483647.5, math.MaxInt32, 2147483647}} {
		if a, b := saturate[int32](c.f), saturate[int64](c.f); a != c.i32 || b != c.i64 {
			t.Errorf("%v becomes %d and %d", c.f, a, b)
		}
	}
}

// The matrix of the dialect: rows are sources, columns targets.
func TestCastMatrix(t *testing.T) {
	names := []string{"BOOLEAN", "INT", "BIGINT", "DECIMAL(9, 2)", "DOUBLE", "STRING", "TIME", "DATE", "TIMESTAMP", "BYTES"}
	for i, row := range []string{
		"x....x....", ".xxxxx....", ".xxxxx....", ".xxxxx....", ".xxxxx....", "xxxxxxxxxx", ".....xx...", ".....x.xx.", ".....xxxx.", ".........x",
	} {
		for j, c := range row {
			from, to := types.MustType(names[i]), types.MustType(names[j])
			if CanCast(from, to) != (c == 'x') {
				t.Errorf("%s to %s: %v", from, to, CanCast(from, to))
			}
			for _, wrap := range []func(*types.Type) *types.Type{types.ArrayOf, func(x *types.Type) *types.Type { return types.StructOf(types.Field{Name: "F", Type: x}) }} {
				if CanCast(wrap(from), wrap(to)) != (c == 'x') {
					t.Errorf("nested %s to %s: %v", from, to, CanCast(wrap(from), wrap(to)))
				}
			}
		}
	}
	for _, c := range [][2]string{{"ARRAY<INT>", "MAP<INT, INT>"}, {"INT", "ARRAY<INT>"}, {"STRING", "ARRAY<INT>"}, {"ARRAY<INT>", "INT"}, {"STRUCT<A INT>", "MAP<STRING, INT>"}} {
		if CanCast(types.MustType(c[0]), types.MustType(c[1])) {
			t.Errorf("%s can be cast to %s", c[0], c[1])
		}
	}
}

// copyOf copies rows of a result, which is valid until the next evaluation only.
func copyOf(t interface{ Fatal(...any) }, v *types.Vector, rows []uint32, n int) *types.Vector {
	out := types.NewVector(v.Type)
	out.Reset(n)
	for _, r := range rows {
		data := types.AppendRow(nil, []*types.Vector{v}, int(r))
		if _, err := types.DecodeRow(data, []*types.Vector{out}, int(r)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// A cast of any value gives a value or one report for the row, whatever else is
// in the batch; and what it gives for a row is what it gives for it alone.
func TestCastsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := randvec.Type(2).Draw(t, "from")
		to := randvec.Type(2).Filter(func(to *types.Type) bool { return CanCast(from, to) || to.Kind == types.String }).Draw(t, "to")
		if !CanCast(from, to) {
			return
		}
		v := randvec.Vector(t, from, 6)
		b := &types.Batch{N: v.Len, Cols: []*types.Vector{v}}
		rows := []uint32{0, 2, 3, 5}
		p, err := Compile(&Expr{Op: OpCast, Type: to, Args: []*Expr{Column(0, from)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var errs function.Errors
		out := copyOf(t, p.Eval(b, rows, &errs), rows, v.Len)
		failed := map[uint32]bool{}
		for _, r := range errs.Rows {
			if failed[r] {
				t.Fatalf("row %d is reported twice", r)
			}
			failed[r] = true
		}
		for _, r := range rows {
			if v.IsNull(int(r)) && (!out.IsNull(int(r)) || failed[r]) || failed[r] && !out.IsNull(int(r)) || !v.IsNull(int(r)) && !failed[r] && out.IsNull(int(r)) {
				t.Fatalf("%v becomes %v, failed: %v", v.Any(int(r)), out.Any(int(r)), failed[r])
			}
			var alone function.Errors
			one := types.NewVector(from)
			one.AppendFrom(v, int(r))
			single := p.Eval(&types.Batch{N: 1, Cols: []*types.Vector{one}}, []uint32{0}, &alone)
			if failed[r] != (len(alone.Rows) > 0) || !types.EqualAt(single, 0, out, int(r)) {
				t.Fatalf("%v becomes %v in a batch and %v alone", v.Any(int(r)), out.Any(int(r)), single.Any(0))
			}
		}
	})
}

func FuzzCastFromString(f *testing.F) {
	for _, s := range []string{"", "1", "-1.5e3", "true", "2020-01-02T03:04:05.678+0100", "12:34:56", "AQID", "1e99999999"} {
		f.Add(s)
	}
	var programs []*Program
	for _, name := range []string{"BOOLEAN", "INT", "BIGINT", "DECIMAL(9, 2)", "DECIMAL(60, 30)", "DOUBLE", "TIME", "DATE", "TIMESTAMP", "BYTES"} {
		p, err := Compile(castTo(castTo(Column(0, types.StringType), name), "STRING"), nil)
		if name == "BYTES" {
			p, err = Compile(castTo(Column(0, types.StringType), name), nil)
		}
		if err != nil {
			f.Fatal(err)
		}
		programs = append(programs, p)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := types.NewVector(types.StringType)
		if err := v.AppendAny(text); err != nil {
			t.Fatal(err)
		}
		b := &types.Batch{N: 1, Cols: []*types.Vector{v}}
		for _, p := range programs {
			var errs function.Errors
			if out := p.Eval(b, b.Rows(), &errs); out.IsNull(0) != (len(errs.Rows) == 1) {
				t.Fatalf("%q gives %v with %d errors", text, out.Any(0), len(errs.Rows))
			}
		}
	})
}
