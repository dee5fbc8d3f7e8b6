package expr

import (
	"fmt"
	"math"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// Options vary the meaning of an expression by where it stands.
type Options struct {
	// NullArithmetic makes arithmetic with NULL just NULL, as in pull queries.
	// Otherwise it is a failure, as in persistent and push queries: the row is
	// reported and the whole expression is NULL.
	NullArithmetic bool
	// NestedErrorsFail makes the failure of an array item, map entry, struct field
	// or nested call a failure of the whole expression instead of a NULL in its
	// place (the property ksql.nested.error.set.null is false).
	NestedErrorsFail bool
	// NullText makes CAST(x AS STRING) the text "null" where x is NULL (the property
	// ksql.cast.strings.preserve.nulls is false).
	NullText bool
}

// Compile turns a bound expression into kernels, with the meaning it has in a
// persistent query. Parts that depend on nothing are evaluated here, once.
func Compile(e *Expr, funcs Functions) (*Program, error) { return Options{}.Compile(e, funcs) }

// Compile is the function Compile with options.
func (o Options) Compile(e *Expr, funcs Functions) (*Program, error) {
	p := &Program{typ: e.Type}
	c := &compiler{funcs: funcs, prog: p, scope: &scope{}, options: o}
	if err := c.program(e); err != nil {
		return nil, err
	}
	return p, nil
}

// program compiles e as the program's root.
func (c *compiler) program(e *Expr) error {
	root, err := c.value(e)
	if err != nil {
		return err
	}
	c.prog.root = root
	if e.Type.Kind == types.Boolean {
		c.prog.pred = truthOf(root, false)
	}
	return nil
}

type compiler struct {
	funcs Functions
	prog  *Program
	scope *scope
	// varying counts the inputs and volatile calls compiled so far: an expression
	// that adds none is constant.
	varying int
	// volatile counts the volatile calls among them.
	volatile int
	held     []*held
	options  Options
	group    *Group // Whose expressions may be computed once; nil for none.
}

// nullArithmetic is the failure of arithmetic with NULL, if it is one.
func (c *compiler) nullArithmetic() error {
	if c.options.NullArithmetic {
		return nil
	}
	return errNullArithmetic
}

// scratch returns memory for a node, known to the program for Release.
func (c *compiler) scratch(t *types.Type) *scratch {
	s := &scratch{typ: t}
	c.prog.scratch = append(c.prog.scratch, s)
	return s
}

// value compiles e.
func (c *compiler) value(e *Expr) (value, error) { return c.common(e) }

// folded compiles e; a constant expression becomes a constant, unless its
// evaluation fails: that is then reported for every row, as if not folded.
func (c *compiler) folded(e *Expr) (value, error) {
	before := c.varying
	v, err := c.build(e)
	if err != nil {
		return nil, err
	}
	if _, done := v.(*constant); done || c.varying > before {
		return v, nil
	}
	var errs function.Errors
	b := types.Batch{N: 1}
	x := frame{n: 1, batch: &b, errs: &errs}
	row := v.eval(&x, b.Rows())
	if len(errs.Rows) > 0 || len(x.forgiven.Rows) > 0 {
		return v, nil
	}
	one := types.NewVector(e.Type)
	one.AppendFrom(row, 0)
	return &constant{one: one, all: c.scratch(e.Type)}, nil
}

// values compiles a list.
func (c *compiler) values(list []*Expr) ([]value, error) {
	out := make([]value, len(list))
	for i, e := range list {
		v, err := c.value(e)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// build compiles e itself, one case per operation.
func (c *compiler) build(e *Expr) (value, error) {
	if err := checkArgs(e); err != nil {
		return nil, err
	}
	switch e.Op {
	case OpConst:
		return c.constant(e)
	case OpColumn, OpPseudo, OpParam:
		c.varying++
		return c.input(e)
	case opHeld:
		c.varying++
		return c.held[e.Index], nil
	case OpCall:
		return c.call(e)
	case OpCast:
		return c.cast(e)
	case OpArith:
		return c.arith(e)
	case OpNegate:
		return c.negate(e)
	case OpConcat:
		return c.concat(e)
	case OpCompare:
		return c.compare(e)
	case OpDistinct:
		return c.distinct(e)
	case OpIsNull:
		return c.isNull(e)
	case OpBetween:
		return c.between(e)
	case OpIn:
		return c.in(e)
	case OpLike:
		return c.like(e)
	case OpAnd, OpOr:
		return c.logic(e)
	case OpNot:
		return c.negation(e)
	case OpCase:
		return c.caseWhen(e)
	case OpSubscript:
		return c.subscript(e)
	case OpField:
		return c.field(e)
	case OpArray:
		return c.newArray(e)
	case OpMap:
		return c.newMap(e)
	case OpStruct:
		return c.newStruct(e)
	}
	return nil, fmt.Errorf("expression operation %q does not stand for a value", e.Op)
}

// operands is how many operands an operation has at least and at most.
var operands = map[Op][2]int{
	OpCast: {1, 1}, OpArith: {2, 2}, OpNegate: {1, 1}, OpConcat: {2, 2}, OpCompare: {2, 2}, OpDistinct: {2, 2}, OpIsNull: {1, 1},
	OpBetween: {3, 3}, OpIn: {1, math.MaxInt}, OpLike: {2, 2}, OpAnd: {1, math.MaxInt}, OpOr: {1, math.MaxInt}, OpNot: {1, 1},
	OpCase: {2, math.MaxInt}, OpSubscript: {2, 2}, OpField: {1, 1},
}

// checkArgs guards against a damaged plan.
func checkArgs(e *Expr) error {
	n, ok := operands[e.Op]
	if ok && (len(e.Args) < n[0] || len(e.Args) > n[1]) {
		return fmt.Errorf("expression operation %q has %d operands", e.Op, len(e.Args))
	}
	return nil
}
