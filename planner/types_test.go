package planner

import (
	"testing"

	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// The types of decimal literals follow from their digits.
func TestDecimalLiterals(t *testing.T) {
	for text, want := range map[string]string{
		"1.": "DECIMAL(1, 0)", "1.5": "DECIMAL(2, 1)", ".5": "DECIMAL(2, 1)", "0.005": "DECIMAL(4, 3)", "007.50": "DECIMAL(3, 2)",
		"-12.25": "DECIMAL(4, 2)", "0.": "DECIMAL(1, 0)", "-0.10": "DECIMAL(3, 2)",
	} {
		if got := decimalConst(text); got.Type.String() != want {
			t.Errorf("%s is %s, not %s", text, got.Type, want)
		}
	}
}

// The digits of results of decimal operators, as semantics §5 says.
func TestDecimalResults(t *testing.T) {
	a, b := types.DecimalOf(5, 2), types.DecimalOf(4, 3)
	for op, want := range map[parser.BinaryOp]*types.Type{
		parser.OpAdd: types.DecimalOf(7, 3),
		parser.OpSub: types.DecimalOf(7, 3),
		parser.OpMul: types.DecimalOf(10, 5),
		parser.OpDiv: types.DecimalOf(13, 7),
		parser.OpMod: types.DecimalOf(4, 3),
	} {
		if got := decimalResult(op, a, b); !got.Equal(want) {
			t.Errorf("%s %s %s is %s, not %s", a, op, b, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"ORDERS", "USERS", "CLICKS", "T"}
	for name, want := range map[string]string{
		"ORDER": "ORDERS", "ordres": "ORDERS", "USRES": "USERS", "CLICK": "CLICKS", "PAYMENTS": "", "X": "", "": "", "TT": "T",
	} {
		if got := nearest(name, names); got != want {
			t.Errorf("nearest to %q is %q, not %q", name, got, want)
		}
	}
}
