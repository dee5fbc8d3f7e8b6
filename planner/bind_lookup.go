package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// maxDisjuncts bounds how far a WHERE clause is spread out; beyond that the
// table is scanned.
const maxDisjuncts = 1024

// bindLookup finds out from WHERE which rows of the table are wanted: keys, a
// range of keys, and bounds of windows. The predicate stays above the rows, so
// that what is found here only has to include them.
func (q *query) bindLookup(p *plan.Pull) error {
	f, ok := q.node.(*plan.Filter)
	l := lookup{keys: q.first.Schema.Key}
	var disjuncts [][]*expr.Expr
	if ok && q.sel.Where != nil {
		disjuncts = spread(f.Predicate)
	}
	l.windowBounds(p, disjuncts)
	keys, found := l.keyLists(disjuncts)
	if found {
		p.Keys = keys
	} else if q.session.enabled(propPullRange) {
		p.Range = l.keyRange(disjuncts)
	}
	for _, key := range keys {
		for i, part := range key {
			if part.Expr.Null {
				return errorf(q.sel.Where, "the key column %s cannot be looked up by NULL", quote(l.keys[i].Name))
			}
		}
	}
	if q.session.enabled(propPullScan) || found && l.once(disjuncts) || p.Range != nil && l.isSimple(disjuncts, q.first.Window != nil) {
		return nil
	}
	var names []string
	for _, k := range l.keys {
		names = append(names, quote(k.Name))
	}
	return errorf(q.sel.From, "this pull query would scan the whole table, and that is disabled").
		hint("fix each key column once with = or IN and constants, joined by AND (%s), or compare one STRING key with a constant; or SET '%s'='true'",
			list(names, "and"), propPullScan)
}

// once tells whether no disjunct speaks of a key column twice.
func (l *lookup) once(disjuncts [][]*expr.Expr) bool {
	for _, d := range disjuncts {
		for k := range l.keys {
			uses := 0
			for _, c := range d {
				if l.fixed([]*expr.Expr{c}, k) != nil {
					uses++
				}
			}
			if uses > 1 {
				return false
			}
		}
	}
	return true
}

// isSimple tells whether a range is one comparison with a STRING key, which
// does not count as a scan.
func (l *lookup) isSimple(disjuncts [][]*expr.Expr, windowed bool) bool {
	compared := 0
	for _, c := range disjuncts[0] {
		reads := map[int]bool{}
		c.Columns(reads)
		if reads[0] {
			compared++
		}
	}
	return compared == 1 && l.keys[0].Type.Kind == types.String && !windowed
}

// spread writes a predicate as a disjunction of conjunctions, as far as AND and
// OR go; nil when that gets too large.
func spread(e *expr.Expr) [][]*expr.Expr {
	switch e.Op {
	case expr.OpOr:
		l, r := spread(e.Args[0]), spread(e.Args[1])
		if l == nil || r == nil || len(l)+len(r) > maxDisjuncts {
			return nil
		}
		return append(l, r...)
	case expr.OpAnd:
		l, r := spread(e.Args[0]), spread(e.Args[1])
		if l == nil || r == nil || len(l)*len(r) > maxDisjuncts {
			return nil
		}
		var out [][]*expr.Expr
		for _, a := range l {
			for _, b := range r {
				out = append(out, append(append([]*expr.Expr(nil), a...), b...))
			}
		}
		return out
	}
	return [][]*expr.Expr{{e}}
}

// lookup reads keys out of predicates.
type lookup struct{ keys []types.Column }

// keyLists returns the keys that the predicate admits, if every disjunct fixes
// all key columns.
func (l *lookup) keyLists(disjuncts [][]*expr.Expr) ([][]plan.Named, bool) {
	var out [][]plan.Named
	for _, d := range disjuncts {
		tuples := [][]plan.Named{nil}
		for k := range l.keys {
			values := l.fixed(d, k)
			if values == nil || len(tuples)*len(values) > maxDisjuncts {
				return nil, false
			}
			var next [][]plan.Named
			for _, t := range tuples {
				for _, v := range values {
					next = append(next, append(append([]plan.Named(nil), t...), plan.Named{Name: l.keys[k].Name, Expr: v}))
				}
			}
			tuples = next
		}
		out = append(out, tuples...)
	}
	return distinctKeys(out), len(out) > 0 && len(l.keys) > 0
}

func distinctKeys(keys [][]plan.Named) [][]plan.Named {
	var out [][]plan.Named
next:
	for _, k := range keys {
		for _, o := range out {
			equal := true
			for i := range k {
				equal = equal && same(k[i].Expr, o[i].Expr)
			}
			if equal {
				continue next
			}
		}
		out = append(out, k)
	}
	return out
}

// fixed returns the constants that a conjunction allows for key column k, nil
// when it does not fix it.
func (l *lookup) fixed(conjuncts []*expr.Expr, k int) []*expr.Expr {
	for _, c := range conjuncts {
		switch {
		case c.Op == expr.OpCompare && c.Name == "=":
			for i := range 2 {
				if l.isKey(c.Args[i], k) && isConstant(c.Args[1-i]) {
					return []*expr.Expr{coerce(c.Args[1-i], l.keys[k].Type)}
				}
			}
		case c.Op == expr.OpIn && c.Name == "" && l.isKey(c.Args[0], k):
			var values []*expr.Expr
			for _, v := range c.Args[1:] {
				if !isConstant(v) {
					return nil
				}
				values = append(values, coerce(v, l.keys[k].Type))
			}
			return values
		}
	}
	return nil
}

// isKey tells whether e is key column k, perhaps widened for a comparison. The
// constant it is compared with is narrowed to the key's type in turn; where
// that changes it, the predicate above drops the row that is found.
func (l *lookup) isKey(e *expr.Expr, k int) bool {
	if e.Op == expr.OpCast && e.Type.Kind.Numeric() && e.Args[0].Type.Kind.Numeric() {
		e = e.Args[0]
	}
	return e.Op == expr.OpColumn && e.Index == k
}

// isConstant tells whether e is the same for all rows.
func isConstant(e *expr.Expr) bool {
	constant := true
	e.Walk(func(x *expr.Expr) bool {
		constant = constant && x.Op != expr.OpColumn && x.Op != expr.OpPseudo
		return constant
	})
	return constant
}

// keyRange returns the bounds that a single conjunction gives the only key
// column, nil when it gives none.
func (l *lookup) keyRange(disjuncts [][]*expr.Expr) *plan.KeyRange {
	if len(disjuncts) != 1 || len(l.keys) != 1 {
		return nil
	}
	var r plan.KeyRange
	for _, c := range disjuncts[0] {
		if c.Op != expr.OpCompare {
			continue
		}
		op, v := c.Name, c.Args[1]
		switch {
		case c.Args[0].Op == expr.OpColumn && c.Args[0].Index == 0 && isConstant(c.Args[1]):
		case c.Args[1].Op == expr.OpColumn && c.Args[1].Index == 0 && isConstant(c.Args[0]):
			op, v = mirrored[op], c.Args[0]
		default:
			continue
		}
		if !v.Type.Equal(l.keys[0].Type) {
			continue
		}
		bound := &plan.Named{Name: l.keys[0].Name, Expr: v}
		switch op {
		case ">", ">=":
			r.Low, r.LowInclusive = bound, op == ">="
		case "<", "<=":
			r.High, r.HighInclusive = bound, op == "<="
		}
	}
	if r.Low == nil && r.High == nil {
		return nil
	}
	return &r
}

// mirrored is the operator with its operands exchanged.
var mirrored = map[string]string{"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
