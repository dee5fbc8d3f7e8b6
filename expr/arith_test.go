package expr

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

const (
	divZero     = "NULL !division by zero"
	nullOperand = "NULL !an operand of an arithmetic operator is NULL"
)

func TestArithmetic(t *testing.T) {
	run(t, []example{
		{arith("+", integer(2), integer(3)), "5"},
		{arith("+", integer(2147483647), integer(1)), "-2147483648"},
		{arith("-", integer(-2147483648), integer(1)), "2147483647"},
		{arith("*", integer(65536), integer(65536)), "0"},
		{arith("+", lit("9223372036854775807", "BIGINT"), integer(1)), "-9223372036854775808"},
		{arith("*", integer(2), lit("3", "BIGINT")), "6"},
		{arith("/", integer(7), integer(2)), "3"},
		{arith("/", integer(-7), integer(2)), "-3"},
		{arith("%", integer(-7), integer(2)), "-1"},
		{arith("%", integer(7), integer(-2)), "1"},
		{arith("/", integer(-2147483648), integer(-1)), "-2147483648"},
		{arith("/", integer(1), integer(0)), divZero},
		{arith("%", lit("1", "BIGINT"), lit("0", "BIGINT")), divZero},
		{arith("/", null("INT"), integer(0)), nullOperand},
		{arith("/", lit("1", "DOUBLE"), lit("0", "DOUBLE")), "Infinity"},
		{arith("/", lit("0", "DOUBLE"), lit("0", "DOUBLE")), "NaN"},
		{arith("%", lit("-5.5", "DOUBLE"), lit("2", "DOUBLE")), "-1.5"},
		{arith("-", integer(10), lit("2.5", "DOUBLE")), "7.5"},
		{arith("-", lit("2.5", "DOUBLE"), integer(10)), "-7.5"},
		{arith("+", integer(1), null("INT")), nullOperand},
		{arith("+", null("DOUBLE"), integer(1)), nullOperand},
		{callOf("COALESCE", types.IntegerType, arith("+", integer(1), null("INT")), integer(5)), nullOperand},
		{&Expr{Op: OpNegate, Type: types.IntegerType, Args: []*Expr{null("INT")}}, nullOperand},
		{&Expr{Op: OpNegate, Type: types.IntegerType, Args: []*Expr{integer(-2147483648)}}, "-2147483648"},
		{&Expr{Op: OpNegate, Type: types.DoubleType, Args: []*Expr{lit("0", "DOUBLE")}}, "-0.0"},
		{&Expr{Op: OpConcat, Type: types.StringType, Args: []*Expr{str("a"), str("b")}}, "ab"},
		{&Expr{Op: OpConcat, Type: types.StringType, Args: []*Expr{str("a"), null("STRING")}}, "NULL"},
	})
}

func TestDecimalArithmetic(t *testing.T) {
	run(t, []example{
		{arith("+", lit("1.5", "DECIMAL(2, 1)"), lit("2.25", "DECIMAL(3, 2)")), "3.75"},
		{arith("-", lit("1.5", "DECIMAL(2, 1)"), lit("2.25", "DECIMAL(3, 2)")), "-0.75"},
		{arith("*", lit("1.5", "DECIMAL(2, 1)"), lit("2.25", "DECIMAL(3, 2)")), "3.375"},
		{arith("/", lit("1.5", "DECIMAL(2, 1)"), lit("0.5", "DECIMAL(2, 1)")), "3.000000"},
		{arith("/", lit("1", "DECIMAL(2, 1)"), lit("3", "DECIMAL(2, 1)")), "NULL !the exact quotient"},
		{arith("/", lit("1", "DECIMAL(2, 1)"), lit("0", "DECIMAL(2, 1)")), divZero},
		{arith("%", lit("7.5", "DECIMAL(2, 1)"), lit("2", "DECIMAL(2, 1)")), "1.5"},
		{arith("%", lit("-7.5", "DECIMAL(2, 1)"), lit("2", "DECIMAL(2, 1)")), "-1.5"},
		{arith("%", lit("1", "DECIMAL(2, 1)"), lit("0", "DECIMAL(2, 1)")), divZero},
		{arith("%", lit("99.99", "DECIMAL(4, 2)"), lit("0.01", "DECIMAL(2, 2)")), "NULL !the whole part"},
		{arith("%", lit("10.00", "DECIMAL(4, 2)"), lit("0.01", "DECIMAL(2, 2)")), "0.00"},
		{arith("+", lit("1.5", "DECIMAL(2, 1)"), integer(3)), "4.5"},
		{arith("*", lit("2", "BIGINT"), lit("1.50", "DECIMAL(3, 2)")), "3.00"},
		{arith("+", lit("0.5", "DECIMAL(2, 1)"), lit("1", "DOUBLE")), "1.5"},
		{arith("+", lit("9223372036854775807", "DECIMAL(19, 0)"), lit("9223372036854775807", "DECIMAL(19, 0)")), "18446744073709551614"},
		{arith("*", lit("9223372036854775807", "DECIMAL(19, 0)"), lit("-9223372036854775807", "DECIMAL(19, 0)")), "-85070591730234615847396907784232501249"},
		{arith("-", lit("18446744073709551614", "DECIMAL(20, 0)"), lit("18446744073709551613", "DECIMAL(20, 0)")), "1"},
		{&Expr{Op: OpNegate, Type: types.DecimalOf(20, 1), Args: []*Expr{lit("1234567890123456789.5", "DECIMAL(20, 1)")}}, "-1234567890123456789.5"},
		{arith("+", null("DECIMAL(3, 1)"), integer(3)), nullOperand},
	})
}

// In a pull query NULL is an ordinary operand of arithmetic.
func TestNullArithmetic(t *testing.T) {
	for _, e := range []*Expr{arith("+", Column(0, types.IntegerType), integer(1)), arith("/", integer(1), Column(0, types.IntegerType)),
		{Op: OpNegate, Type: types.IntegerType, Args: []*Expr{Column(0, types.IntegerType)}}} {
		p, err := Options{NullArithmetic: true}.Compile(boolean(OpIsNull, "", e), nil)
		if err != nil {
			t.Fatal(err)
		}
		b := batchOf(t, vec(t, types.IntegerType, nil, 1))
		var errs function.Errors
		if v := p.Eval(b, b.Rows(), &errs); !v.Bool[0] || v.Bool[1] || len(errs.Rows) != 0 {
			t.Errorf("%s: %v, %v, errors %v", e.Op, v.Any(0), v.Any(1), errs.Errs)
		}
	}
}

// DECIMAL arithmetic agrees with rational arithmetic, or fails where the result
// type cannot hold the exact quotient.
func TestDecimalArithmeticIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		operand := func() (*types.Vector, *big.Rat) {
			p := rapid.SampledFrom([]int{1, 3, 9, 18, 30}).Draw(t, "precision")
			v := types.NewVector(types.DecimalOf(p, rapid.IntRange(0, p).Draw(t, "scale")))
			x := randvec.NotNull(t, v.Type).(types.DecimalValue)
			if err := v.AppendAny(x); err != nil {
				t.Fatal(err)
			}
			return v, new(big.Rat).SetFrac(x.Unscaled, types.Pow10(x.Scale))
		}
		a, x := operand()
		b, y := operand()
		op := rapid.SampledFrom([]string{"+", "-", "*", "/"}).Draw(t, "op")
		e := arith(op, Column(0, a.Type), Column(1, b.Type))
		want := new(big.Rat)
		switch op {
		case "+":
			want.Add(x, y)
		case "-":
			want.Sub(x, y)
		case "*":
			want.Mul(x, y)
		case "/":
			if y.Sign() == 0 {
				return
			}
			want.Quo(x, y)
		}
		p, err := Compile(e, nil)
		if err != nil {
			t.Fatal(err)
		}
		batch := &types.Batch{N: 1, Cols: []*types.Vector{a, b}}
		var errs function.Errors
		out := p.Eval(batch, batch.Rows(), &errs)
		unscaled := new(big.Rat).Mul(want, new(big.Rat).SetInt(types.Pow10(e.Type.Scale)))
		if !unscaled.IsInt() {
			if op != "/" || len(errs.Rows) != 1 || !out.IsNull(0) {
				t.Fatalf("%v %s %v is %v, which %s cannot hold, but is %v", x, op, y, want, e.Type, out.Any(0))
			}
			return
		}
		if len(errs.Rows) != 0 || out.BigAt(0).Cmp(unscaled.Num()) != 0 || unscaled.Num().CmpAbs(types.Pow10(e.Type.Precision)) >= 0 {
			t.Fatalf("%v %s %v is %v, want %v of %s; %v", x, op, y, out.Any(0), want, e.Type, errs.Errs)
		}
	})
}
