package expr

import (
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// batchOf makes a batch from columns of Go values (see types.Vector.AppendAny).
func batchOf(t *testing.T, cols ...*types.Vector) *types.Batch {
	t.Helper()
	b := &types.Batch{N: cols[0].Len, Cols: cols}
	for _, c := range cols {
		if c.Len != b.N {
			t.Fatalf("columns of %d and %d rows", b.N, c.Len)
		}
	}
	return b
}

func vec(t *testing.T, typ *types.Type, values ...any) *types.Vector {
	t.Helper()
	v := types.NewVector(typ)
	for _, x := range values {
		if err := v.AppendAny(x); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func TestColumnIsTheBatchsVector(t *testing.T) {
	b := batchOf(t, vec(t, types.BigIntType, 1, 2), vec(t, types.BooleanType, true, nil))
	p, err := Compile(Column(0, types.BigIntType), nil)
	if err != nil {
		t.Fatal(err)
	}
	var errs function.Errors
	if v := p.Eval(b, b.Rows(), &errs); v != b.Cols[0] {
		t.Error("a column reference was copied")
	}
	p, err = Compile(Column(1, types.BooleanType), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Filter(b, b.Rows(), nil, &errs); len(got) != 1 || got[0] != 0 || len(errs.Rows) != 0 {
		t.Errorf("filter kept %v, %d errors", got, len(errs.Rows))
	}
}

func TestConstantOfALiteral(t *testing.T) {
	v, err := Constant(Const("2021-02-03", types.DateType), nil)
	if err != nil || v.Len < 1 || v.Any(0).(types.DateValue).String() != "2021-02-03" {
		t.Fatalf("%v %v", v, err)
	}
	if _, err := Constant(Column(0, types.DateType), nil); err == nil {
		t.Fatal("a column is not constant")
	}
	if _, err := Constant(Const("x", types.DateType), nil); err == nil {
		t.Fatal("x is not a date")
	}
}
