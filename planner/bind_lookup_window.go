package planner

import (
	"strconv"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// windowBounds narrows the windows to those that some disjunct admits.
func (l *lookup) windowBounds(p *plan.Pull, disjuncts [][]*expr.Expr) {
	for i, d := range disjuncts {
		var b plan.Pull
		for _, c := range d {
			narrow(&b, c)
		}
		if i == 0 {
			p.WindowStartMin, p.WindowStartMax, p.WindowEndMin, p.WindowEndMax = b.WindowStartMin, b.WindowStartMax, b.WindowEndMin, b.WindowEndMax
			continue
		}
		p.WindowStartMin, p.WindowEndMin = looser(p.WindowStartMin, b.WindowStartMin, -1), looser(p.WindowEndMin, b.WindowEndMin, -1)
		p.WindowStartMax, p.WindowEndMax = looser(p.WindowStartMax, b.WindowStartMax, 1), looser(p.WindowEndMax, b.WindowEndMax, 1)
	}
}

// looser is the weaker of two bounds: the smaller for sign -1, the larger for 1.
func looser(a, b *int64, sign int64) *int64 {
	switch {
	case a == nil || b == nil:
		return nil
	case (*a-*b)*sign > 0:
		return a
	}
	return b
}

// narrow applies a condition on the bounds of windows.
func narrow(p *plan.Pull, c *expr.Expr) {
	if c.Op == expr.OpBetween && c.Name == "" {
		narrow(p, &expr.Expr{Op: expr.OpCompare, Name: ">=", Args: []*expr.Expr{c.Args[0], c.Args[1]}})
		narrow(p, &expr.Expr{Op: expr.OpCompare, Name: "<=", Args: []*expr.Expr{c.Args[0], c.Args[2]}})
		return
	}
	if c.Op != expr.OpCompare {
		return
	}
	op, bound, v := c.Name, c.Args[0], c.Args[1]
	if bound.Op != expr.OpPseudo {
		op, bound, v = mirrored[op], v, bound
	}
	n, ok := wholeNumber(v)
	if bound.Op != expr.OpPseudo || !ok {
		return
	}
	low, high := &p.WindowStartMin, &p.WindowStartMax
	switch bound.Name {
	case "WINDOWSTART":
	case "WINDOWEND":
		low, high = &p.WindowEndMin, &p.WindowEndMax
	default:
		return
	}
	switch op {
	case "=":
		raise(low, n)
		lower(high, n)
	case ">":
		raise(low, n+1)
	case ">=":
		raise(low, n)
	case "<":
		lower(high, n-1)
	case "<=":
		lower(high, n)
	}
}

func raise(bound **int64, n int64) {
	if *bound == nil || **bound < n {
		*bound = &n
	}
}

func lower(bound **int64, n int64) {
	if *bound == nil || **bound > n {
		*bound = &n
	}
}

// wholeNumber reads a literal, which may have been widened.
func wholeNumber(e *expr.Expr) (int64, bool) {
	if e.Op == expr.OpCast && (e.Args[0].Type.Kind == types.Integer || e.Args[0].Type.Kind == types.BigInt) {
		e = e.Args[0]
	}
	if e.Op != expr.OpConst || e.Null || e.Type.Kind != types.Integer && e.Type.Kind != types.BigInt {
		return 0, false
	}
	n, err := strconv.ParseInt(e.Text, 10, 64)
	return n, err == nil
}
