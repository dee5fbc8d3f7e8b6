package expr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// Group is expressions that are evaluated over the same batches, such as the
// condition and the columns of a SELECT: what several of them compute, or one of
// them in several places, is computed once per batch and row. That changes no
// result and no report of a failing row. Functions that are volatile are called
// wherever they stand.
//
// A Group and its programs serve one task at a time.
type Group struct {
	funcs   Functions
	options Options
	nodes   map[string]*commonNode // By structure.
	of      map[*Expr]*commonNode
	batch   uint64 // Counts the batches.
}

// commonNode is all expressions of one structure.
type commonNode struct {
	number int
	uses   int // The different expressions it is an operand of, and roots.
	memo   *memo
}

// NewGroup makes a group of the expressions that Compile will be called for.
func (o Options) NewGroup(funcs Functions, list ...*Expr) *Group {
	g := &Group{funcs: funcs, options: o, nodes: map[string]*commonNode{}, of: map[*Expr]*commonNode{}}
	for _, e := range list {
		g.count(e).uses++
	}
	return g
}

// count finds the structure of an expression. The first time it is seen, it is a
// use of its operands.
func (g *Group) count(e *Expr) *commonNode {
	if n := g.of[e]; n != nil {
		return n
	}
	var key strings.Builder
	fmt.Fprintf(&key, "%s %v %q %d %q %t %v", e.Op, e.Type, e.Name, e.Index, e.Text, e.Null, e.Params)
	for _, a := range e.Args {
		key.WriteByte(' ')
		key.WriteString(strconv.Itoa(g.count(a).number))
	}
	n := g.nodes[key.String()]
	if n == nil {
		n = &commonNode{number: len(g.nodes)}
		g.nodes[key.String()] = n
		for _, a := range e.Args {
			g.of[a].uses++
		}
	}
	g.of[e] = n
	return n
}

// Compile compiles one of the group's expressions.
func (g *Group) Compile(e *Expr) (*Program, error) {
	p := &Program{typ: e.Type}
	c := &compiler{funcs: g.funcs, prog: p, scope: &scope{}, options: g.options, group: g}
	if err := c.program(e); err != nil {
		return nil, err
	}
	return p, nil
}

// Begin tells that the programs will be evaluated over another batch. Between two
// calls each of them is evaluated once at most, and all get the same columns, but
// any rows of them.
func (g *Group) Begin() { g.batch++ }

// Release drops the memory that the programs share; each has its own Release.
func (g *Group) Release() {
	for _, n := range g.nodes {
		if m := n.memo; m != nil {
			*m = memo{group: g}
		}
	}
}

// worthSharing tells whether computing e costs more than to remember it.
func worthSharing(e *Expr) bool {
	switch e.Op {
	case OpCall, OpCast, OpConcat, OpSubscript, OpCase:
		return true
	case OpArith:
		return e.Type.Kind == types.Decimal
	}
	return false
}

// common compiles an expression that may be computed elsewhere, too.
func (c *compiler) common(e *Expr) (value, error) {
	volatile := c.volatile
	v, err := c.folded(e)
	// Parameters of a lambda mean something else at every call.
	if err != nil || c.group == nil || c.scope.parent != nil || !worthSharing(e) {
		return v, err
	}
	n := c.group.of[e]
	if _, done := v.(*constant); done || n == nil || n.uses < 2 || c.volatile > volatile {
		return v, nil
	}
	if n.memo == nil {
		n.memo = &memo{group: c.group}
	}
	return &place{n.memo, v}, nil
}

// place is one of the places where an expression that they have in common
// stands. It can compute it.
type place struct {
	*memo
	value value
}

// memo remembers what was computed in one place for the others.
//
// The places are evaluated for different rows, as in CASE WHEN a THEN f(x)+1 WHEN
// b THEN f(x)+2 END: rows nobody asks for must not be computed, for they may
// fail. When a place is asked for rows that are not known yet, it computes all
// known ones again with them and remembers that; or, if the known ones are more,
// only what it is asked for, and remembers nothing. So the whole never costs more
// than twice what it would without a memo. No place computes twice in a batch: a
// column that it has handed out stays what it is.
type memo struct {
	group *Group

	batch    uint64 // The batch that the rest is of.
	vec      *types.Vector
	done     types.Bitmap // Rows that are known, or have failed,
	count    int          // and their number.
	failed   function.Errors
	forgiven function.Errors

	rows   []uint32
	unseen function.Errors
}

func (p *place) eval(x *frame, rows []uint32) *types.Vector {
	m := p.memo
	if m.batch != m.group.batch || m.vec == nil {
		m.batch, m.vec, m.count = m.group.batch, nil, 0
		m.done = m.done.Reset()
		m.failed.Reset()
		m.forgiven.Reset()
	}
	switch {
	case m.knows(x, rows):
		m.replay(x, rows)
		return m.vec
	case len(rows) < m.count:
		return p.value.eval(x, rows)
	}
	known := rows
	if m.count > 0 {
		known = m.with(rows)
	}
	m.compute(p.value, x, known, rows)
	return m.vec
}

// knows tells whether all rows are known.
func (m *memo) knows(x *frame, rows []uint32) bool {
	if m.vec == nil || len(rows) > m.count {
		return false
	}
	if m.count == x.n {
		return true
	}
	for _, r := range rows {
		if !m.done.Get(int(r)) {
			return false
		}
	}
	return true
}

// with returns the known rows and the given ones.
func (m *memo) with(rows []uint32) []uint32 {
	for _, r := range rows {
		m.done = m.done.Grow(int(r) + 1)
		m.done.Set(int(r))
	}
	m.rows = m.done.AppendRows(m.rows[:0])
	return m.rows
}

// compute computes the rows, of which only those that are asked for may fail in
// the frame: the others have failed before.
func (m *memo) compute(v value, x *frame, rows, asked []uint32) {
	again := len(rows) > len(asked)
	mark, forgiven := x.mark(), len(x.forgiven.Rows)
	outer, failed := x.errs, x.failed
	if again {
		// The frame must not see what fails of rows that were not asked for.
		m.unseen.Reset()
		x.errs, x.failed, mark = &m.unseen, nil, 0
	}
	m.vec = v.eval(x, rows)
	m.failed.Rows = append(m.failed.Rows[:0], x.errs.Rows[mark:]...)
	m.failed.Errs = append(m.failed.Errs[:0], x.errs.Errs[mark:]...)
	m.forgiven.Rows = append(m.forgiven.Rows[:0], x.forgiven.Rows[forgiven:]...)
	m.forgiven.Errs = append(m.forgiven.Errs[:0], x.forgiven.Errs[forgiven:]...)
	m.done = m.done.Reset().Grow(x.n)
	for _, r := range rows {
		m.done.Set(int(r))
	}
	m.count = len(rows)
	if again {
		x.errs, x.failed = outer, failed
		x.forgiven.Rows, x.forgiven.Errs = x.forgiven.Rows[:forgiven], x.forgiven.Errs[:forgiven]
		m.replay(x, asked)
	}
}

// replay reports what has failed of the rows.
func (m *memo) replay(x *frame, rows []uint32) {
	for k, r := range m.failed.Rows {
		if _, asked := slices.BinarySearch(rows, r); asked {
			x.fail(r, m.failed.Errs[k])
		}
	}
	for k, r := range m.forgiven.Rows {
		if _, asked := slices.BinarySearch(rows, r); asked {
			x.forgiven.Add(r, m.forgiven.Errs[k])
		}
	}
}
