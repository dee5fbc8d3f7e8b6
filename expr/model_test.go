package expr

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"unicode/utf16"

	"github.com/leatdb/leat/types"
)

// model evaluates expressions one row at a time over Go values: the dialect's
// rules in the plainest form. A value is nil, bool, int32, int64, float64,
// *big.Rat (DECIMAL), string or []any.
type model struct {
	cols     []*types.Vector
	row      int
	forgiven int // Failures that became NULL inside the expression.
}

var errModel = errors.New("failed")

func (m *model) eval(e *Expr) (any, error) {
	switch e.Op {
	case OpConst:
		if e.Null {
			return nil, nil
		}
		return read(e.Text, e.Type)
	case OpColumn:
		return plain(m.cols[e.Index].Any(m.row)), nil
	case OpAnd, OpOr:
		return m.logic(e)
	case OpCase:
		return m.caseWhen(e)
	case OpIn, OpBetween:
		return m.list(e)
	case OpArray:
		out := make([]any, len(e.Args))
		for i, a := range e.Args {
			out[i] = m.attempt(a)
		}
		return out, nil
	case OpCall:
		return m.call(e)
	}
	args := make([]any, len(e.Args))
	for i, a := range e.Args {
		var err error
		if args[i], err = m.eval(a); err != nil {
			return nil, err
		}
	}
	return strict(e, args)
}

// strict computes operations that need all of their operands.
func strict(e *Expr, args []any) (any, error) {
	null := args[0] == nil || len(args) > 1 && args[1] == nil
	switch e.Op {
	case OpIsNull:
		return (args[0] == nil) == (e.Name == ""), nil
	case OpDistinct:
		same := args[0] == nil && args[1] == nil || !null && order(args[0], args[1]) == 0
		return same == (e.Name == "not"), nil
	case OpCompare:
		return !null && holds(e.Name, order(args[0], args[1])), nil
	case OpNot:
		if null {
			return nil, errModel
		}
		return !args[0].(bool), nil
	case OpLike:
		if null {
			return nil, errModel
		}
		return matches(args[0].(string), args[1].(string)) == (e.Name == ""), nil
	}
	if null && (e.Op == OpNegate || e.Op == OpArith) {
		return nil, errModel
	}
	if null {
		return nil, nil
	}
	switch e.Op {
	case OpNegate:
		return arithmetic("-", zeroOf(args[0]), args[0], e.Type)
	case OpArith:
		return arithmetic(e.Name, args[0], args[1], e.Type)
	case OpConcat:
		return args[0].(string) + args[1].(string), nil
	case OpCast:
		return castValue(args[0], e.Args[0].Type, e.Type)
	case OpSubscript:
		list, i := args[0].([]any), int(args[1].(int32))
		if i < 0 {
			i += len(list) + 1
		}
		if i < 1 || i > len(list) {
			return nil, nil
		}
		return list[i-1], nil
	}
	panic(fmt.Sprint("no model of ", e.Op))
}

func zeroOf(x any) any {
	switch x.(type) {
	case int32:
		return int32(0)
	case int64:
		return int64(0)
	case float64:
		return math.Copysign(0, -1)
	}
	return new(big.Rat)
}

func (m *model) attempt(e *Expr) any {
	x, err := m.eval(e)
	if err != nil {
		m.forgiven++
		return nil
	}
	return x
}

func (m *model) logic(e *Expr) (any, error) {
	for _, a := range e.Args {
		x, err := m.eval(a)
		if err != nil || x == nil {
			return nil, errModel
		}
		if x.(bool) == (e.Op == OpOr) {
			return x, nil
		}
	}
	return e.Op == OpAnd, nil
}

func (m *model) caseWhen(e *Expr) (any, error) {
	args := e.Args
	for ; len(args) >= 2; args = args[2:] {
		x, err := m.eval(args[0])
		if err != nil {
			return nil, err
		}
		if x == true {
			return m.eval(args[1])
		}
	}
	if len(args) == 1 {
		return m.eval(args[0])
	}
	return nil, nil
}

func (m *model) list(e *Expr) (any, error) {
	v, err := m.eval(e.Args[0])
	if err != nil {
		return nil, err
	}
	found := e.Op == OpBetween
	for i, a := range e.Args[1:] {
		if v == nil && e.Op == OpIn {
			break
		}
		x, err := m.eval(a)
		if err != nil {
			return nil, err
		}
		known := v != nil && x != nil
		if e.Op == OpIn {
			if known && order(v, x) == 0 {
				found = true
				break
			}
			continue
		}
		if !known || order(v, x) == []int{-1, 1}[i] || order(v, x) == 2 {
			found = false
			break
		}
	}
	return found == (e.Name == ""), nil
}

func (m *model) call(e *Expr) (any, error) {
	var args []any
	for _, a := range e.Args {
		inner := a
		for inner.Op == OpCast {
			inner = inner.Args[0]
		}
		if inner.Op == OpCall || inner.Op == OpField {
			args = append(args, m.attempt(a))
			continue
		}
		x, err := m.eval(a)
		if err != nil {
			return nil, err
		}
		args = append(args, x)
	}
	if e.Name == "FAIL_IF_NEGATIVE" {
		if args[0] != nil && args[0].(int32) < 0 {
			return nil, errModel
		}
		return args[0], nil
	}
	for _, x := range args { // COALESCE
		if x != nil {
			return x, nil
		}
	}
	return nil, nil
}

func arithmetic(op string, a, b any, t *types.Type) (any, error) {
	switch x := a.(type) {
	case int32:
		v, err := whole(op, int64(x), int64(b.(int32)))
		return int32(v), err
	case int64:
		return whole(op, x, b.(int64))
	case float64:
		y := b.(float64)
		switch op {
		case "+":
			return x + y, nil
		case "-":
			return x - y, nil
		case "*":
			return x * y, nil
		case "/":
			return x / y, nil
		}
		return math.Mod(x, y), nil
	}
	x, y, z := a.(*big.Rat), b.(*big.Rat), new(big.Rat)
	switch op {
	case "+":
		return z.Add(x, y), nil
	case "-":
		return z.Sub(x, y), nil
	case "*":
		return z.Mul(x, y), nil
	}
	if y.Sign() == 0 {
		return nil, errModel
	}
	z.Quo(x, y)
	if op == "/" && !new(big.Rat).Mul(z, new(big.Rat).SetInt(types.Pow10(t.Scale))).IsInt() {
		return nil, errModel
	}
	return z, nil
}

func whole(op string, x, y int64) (int64, error) {
	switch op {
	case "+":
		return x + y, nil
	case "-":
		return x - y, nil
	case "*":
		return x * y, nil
	}
	if y == 0 {
		return 0, errModel
	}
	if op == "/" {
		return x / y, nil
	}
	return x % y, nil
}

// order is -1, 0 or 1, or 2 when a NaN makes all comparisons but <> false.
func order(a, b any) int {
	switch x := a.(type) {
	case bool:
		return truthOrder(x, b.(bool))
	case string:
		s, o := utf16.Encode([]rune(x)), utf16.Encode([]rune(b.(string)))
		for i := range min(len(s), len(o)) {
			if s[i] != o[i] {
				return 1 - 2*one(s[i] < o[i])
			}
		}
		return one(len(s) > len(o)) - one(len(s) < len(o))
	case float64:
		if y, ok := b.(float64); ok {
			if x != x || y != y {
				return 2
			}
			return one(x > y) - one(x < y)
		}
	}
	return rat(a).Cmp(rat(b))
}

func truthOrder(a, b bool) int { return one(a) - one(b) }

func rat(x any) *big.Rat {
	switch x := x.(type) {
	case int32:
		return big.NewRat(int64(x), 1)
	case int64:
		return big.NewRat(x, 1)
	case float64:
		r, _ := new(big.Rat).SetString(strings.TrimSuffix(string(types.AppendJavaDouble(nil, x)), ".0"))
		return r
	}
	return x.(*big.Rat)
}

func holds(op string, c int) bool {
	if c == 2 {
		return op == "<>"
	}
	return map[string][3]bool{"=": {false, true, false}, "<>": {true, false, true}, "<": {true, false, false},
		"<=": {true, true, false}, ">": {false, false, true}, ">=": {false, true, true}}[op][c+1]
}

// matches is LIKE without escape, by trying every length for %.
func matches(s, pattern string) bool {
	if pattern == "" {
		return s == ""
	}
	p := []rune(pattern)
	if p[0] == '%' {
		for i := range len(s) + 1 {
			if matches(s[i:], string(p[1:])) {
				return true
			}
		}
		return false
	}
	r := []rune(s)
	return len(r) > 0 && (p[0] == '_' || p[0] == r[0]) && matches(string(r[1:]), string(p[1:]))
}

// castValue casts between INTEGER, BIGINT, DOUBLE, DECIMAL and STRING. The texts
// have their own tests.
func castValue(x any, from, to *types.Type) (any, error) {
	if to.Kind == types.String {
		v := types.NewVector(from)
		if err := v.AppendAny(edge(x, from)); err != nil {
			panic(err)
		}
		return string(v.AppendText(nil, 0)), nil
	}
	switch x := x.(type) {
	case string:
		return read(x, to)
	case int32:
		return numberOf(float64(x), int64(x), rat(x), to)
	case int64:
		return numberOf(float64(x), x, rat(x), to)
	case float64:
		if to.Kind == types.Decimal && (x != x || math.IsInf(x, 0)) {
			return nil, errModel
		}
		if to.Kind == types.Integer {
			return saturate[int32](x), nil
		}
		if to.Kind == types.BigInt {
			return saturate[int64](x), nil
		}
		if to.Kind == types.Double {
			return x, nil
		}
		return numberOf(x, 0, rat(x), to)
	}
	r := x.(*big.Rat)
	f, _ := r.Float64()
	return numberOf(f, lowBits(new(big.Int).Quo(r.Num(), r.Denom())), r, to)
}

// numberOf gives one of the forms of a number the type.
func numberOf(f float64, i int64, r *big.Rat, to *types.Type) (any, error) {
	switch to.Kind {
	case types.Integer:
		return int32(i), nil
	case types.BigInt:
		return i, nil
	case types.Double:
		return f, nil
	}
	scaled := new(big.Rat).Mul(new(big.Rat).Abs(r), new(big.Rat).SetInt(types.Pow10(to.Scale)))
	scaled.Add(scaled, big.NewRat(1, 2))
	unscaled := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	if unscaled.Cmp(types.Pow10(to.Precision)) >= 0 {
		return nil, errModel
	}
	if r.Sign() < 0 {
		unscaled.Neg(unscaled)
	}
	return new(big.Rat).SetFrac(unscaled, types.Pow10(to.Scale)), nil
}

func read(text string, t *types.Type) (any, error) {
	v := types.NewVector(t)
	v.Reset(1)
	if types.ParseText(text, v, 0) != nil {
		return nil, errModel
	}
	return plain(v.Any(0)), nil
}

// plain turns a value of types.Vector.Any into one of the model; edge is the
// inverse.
func plain(x any) any {
	if d, ok := x.(types.DecimalValue); ok {
		return new(big.Rat).SetFrac(d.Unscaled, types.Pow10(d.Scale))
	}
	if list, ok := x.([]any); ok {
		out := make([]any, len(list))
		for i := range list {
			out[i] = plain(list[i])
		}
		return out
	}
	return x
}

func edge(x any, t *types.Type) any {
	if r, ok := x.(*big.Rat); ok {
		u := new(big.Rat).Mul(r, new(big.Rat).SetInt(types.Pow10(t.Scale)))
		return types.DecimalValue{Unscaled: u.Num(), Scale: t.Scale}
	}
	return x
}
