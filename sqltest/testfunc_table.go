package sqltest

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// udtfTypes are the types of the arguments of TEST_UDTF.
var udtfTypes = []string{"INT", "BIGINT", "DOUBLE", "BOOLEAN", "STRING", "DECIMAL", "STRUCT<A STRING>"}

// udtfScale is the scale of the decimals that TEST_UDTF returns.
const udtfScale = 10

func testTables() []*function.TableFunction {
	overloads := []function.TableOverload{
		tableOver("("+listOf("%s")+") -> STRING", textsOf(func(v *types.Vector, i int) (*types.Vector, int) { return v, i })),
		tableOver("("+listOf("ARRAY<%s>")+") -> STRING", textsOf(func(v *types.Vector, i int) (*types.Vector, int) { return v.Kids[0], int(v.Span[i].Start) })),
		tableOver("("+listOf("MAP<STRING, %s>")+") -> STRING", textsOf(func(v *types.Vector, i int) (*types.Vector, int) { return v.Kids[1], int(v.Span[i].Start) })),
	}
	for _, t := range udtfTypes {
		if t != "DECIMAL" {
			overloads = append(overloads, tableOver("(a "+t+") -> "+t, oneRow))
		}
	}
	decimal := tableOver("(a DECIMAL) -> DECIMAL(30, 10)", oneDecimal)
	return []*function.TableFunction{
		{Info: testInfo("TEST_UDTF"), Overloads: append(overloads, decimal)},
		{Info: testInfo("THROWING_UDTF"), Overloads: []function.TableOverload{tableOver("(fail BOOLEAN) -> BOOLEAN", oneRowUnlessTrue)}},
	}
}

// listOf writes parameters of all types, each in the form of the pattern.
func listOf(pattern string) string {
	params := make([]string, len(udtfTypes))
	for i, t := range udtfTypes {
		params[i] = fmt.Sprintf("a%d "+pattern, i, t)
	}
	return strings.Join(params, ", ")
}

// rowsFunc appends the rows that row i becomes.
type rowsFunc func(args []*types.Vector, i int, out *types.Vector) error

func tableOver(signature string, f rowsFunc) function.TableOverload {
	s := function.Sig(signature)
	return function.TableOverload{Params: s.Params, Variadic: s.Variadic, Result: s.Result,
		New: func(*function.Call) (function.TableKernel, error) { return f.kernel, nil }}
}

func (f rowsFunc) kernel(args []*types.Vector, rows []uint32, out *types.Vector, spans []types.Span, errs *function.Errors) {
	for k, r := range rows {
		start := out.Len
		for _, a := range args {
			if a.IsNull(int(r)) {
				errs.Add(r, errThrown) // The originals put their arguments in lists that take no null.
			}
		}
		if n := len(errs.Rows); n == 0 || errs.Rows[n-1] != r {
			if err := f(args, int(r), out); err != nil {
				errs.Add(r, err)
			}
		}
		spans[k] = types.Span{Start: uint32(start), Len: uint32(out.Len - start)}
	}
}

// textsOf makes a row of the text of each argument: of the cell that pick finds.
func textsOf(pick func(v *types.Vector, i int) (*types.Vector, int)) rowsFunc {
	return func(args []*types.Vector, i int, out *types.Vector) error {
		for _, a := range args {
			v, at := pick(a, i)
			if err := out.AppendAny(string(v.AppendText(nil, at))); err != nil {
				return err
			}
		}
		return nil
	}
}

func oneRow(args []*types.Vector, i int, out *types.Vector) error {
	out.AppendFrom(args[0], i)
	return nil
}

func oneDecimal(args []*types.Vector, i int, out *types.Vector) error {
	v := args[0]
	x := new(big.Int).Mul(v.BigAt(i), types.Pow10(udtfScale))
	return out.AppendAny(types.DecimalValue{Unscaled: x.Quo(x, types.Pow10(v.Type.Scale)), Scale: udtfScale})
}

func oneRowUnlessTrue(args []*types.Vector, i int, out *types.Vector) error {
	if args[0].Bool[i] {
		return errThrown
	}
	return oneRow(args, i, out)
}
