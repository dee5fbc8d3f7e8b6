package exec

import (
	"errors"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// aggregation is what all aggregations have in common: the calls, the layout of
// a group, and the making of result batches.
//
// The first word of a group is the highest row time it has seen, which is the
// time of its results. Words and blobs of the calls follow.
type aggregation struct {
	env    *env
	node   *plan.Aggregate
	keys   int // Number of key columns.
	keyer  keyer
	exprs  exprs // The arguments.
	calls  []aggCall
	layout state.Layout
	next   operator

	groups []uint32
	vals   []*types.Vector // Results by row.
	times  []int64
	out    batch
	errs   function.Errors
}

// aggCall is one aggregate, or several whose values are kept together.
type aggCall struct {
	acc  function.Accumulator
	of   []int         // The plan's calls that it is.
	into *types.Vector // For several: a STRUCT vector of their results.
	args []*expr.Program
	at   function.Slots
	cols []*types.Vector // Arguments of the batch,
	use  []*types.Vector // or of its expanded rows: what update reads.
}

func newAggregation(e *env, n *plan.Aggregate, next operator) (aggregation, error) {
	in := n.Input.Out()
	a := aggregation{env: e, node: n, keys: len(in.Key), keyer: newKeyer(in), next: next}
	a.layout = state.Layout{Words: 1, IntKey: a.keyer.isInt()}
	var args []*expr.Expr
	for i := range n.Calls {
		args = append(args, n.Calls[i].Args...)
	}
	a.exprs = e.together(args)
	joined, err := e.accumulators(n)
	if err != nil {
		return a, err
	}
	for _, j := range joined {
		if err := a.addCall(j); err != nil {
			return a, err
		}
	}
	return a, nil
}

// accumulators returns those of the calls, joined where that changes nothing:
// sessions are made of others in which rows came by turns. Over a table every
// call is by itself, since it has its old arguments besides.
func (e *env) accumulators(n *plan.Aggregate) (joined []function.Joined, err error) {
	accs := make([]function.Accumulator, len(n.Calls))
	for i := range n.Calls {
		if accs[i], err = accumulator(e.functions, &n.Calls[i]); err != nil {
			return nil, err
		}
		joined = append(joined, function.Joined{Accumulator: accs[i], Calls: []int{i}})
	}
	if n.Input.Out().Relation == plan.Stream && (n.Window == nil || n.Window.Kind != plan.Session) {
		joined = function.Join(accs)
	}
	return joined, nil
}

// addCall makes room for an accumulator in the groups.
func (a *aggregation) addCall(j function.Joined) error {
	c := aggCall{acc: j.Accumulator, of: j.Calls, at: function.Slots{Word: a.layout.Words, Blob: a.layout.Blobs}}
	if len(j.Calls) > 1 {
		c.into = &types.Vector{}
	}
	for _, i := range j.Calls {
		args, err := a.exprs.compileAll(a.node.Calls[i].Args)
		if err != nil {
			return err
		}
		c.args = append(c.args, args...)
	}
	words, blobs := c.acc.Size()
	a.layout.Words += words
	a.layout.Blobs += blobs
	a.calls = append(a.calls, c)
	return nil
}

// out picks the call's vector of the results of all the plan's calls. It is nil
// when no results are wanted.
func (c *aggCall) out(outs []*types.Vector) *types.Vector {
	if outs == nil {
		return nil
	}
	if c.into == nil {
		return outs[c.of[0]]
	}
	c.into.Kids = c.into.Kids[:0]
	for _, i := range c.of {
		c.into.Kids = append(c.into.Kids, outs[i])
	}
	return c.into
}

// evalArgs evaluates the arguments of all calls.
func (a *aggregation) evalArgs(b *batch, rows []uint32) {
	a.exprs.begin()
	for i := range a.calls {
		c := &a.calls[i]
		c.cols = evalAll(c.cols[:0], c.args, &b.Batch, rows, &a.errs)
		c.use = c.cols
	}
	a.report(b)
}

// report sends what has failed to the processing log. Some failures stop the
// query.
func (a *aggregation) report(b *batch) {
	for _, err := range a.errs.Errs {
		var fatal *function.FatalError
		if errors.As(err, &fatal) {
			a.env.task.chain.fail(err)
		}
	}
	a.env.errors.addRows(a.env, "aggregate", b, &a.errs)
}

// update adds rows to their groups (sign > 0) or takes them away. With outs the
// result after each row is written there at the row's number.
func (a *aggregation) update(st function.State, groups, rows []uint32, sign int, outs []*types.Vector) {
	for i := range a.calls {
		c := &a.calls[i]
		c.acc.Update(st, c.at, groups, c.use, rows, sign, c.out(outs), &a.errs)
	}
}

// results writes the results of groups to rows of outs.
func (a *aggregation) results(st function.State, groups, rows []uint32, outs []*types.Vector) {
	for i := range a.calls {
		c := &a.calls[i]
		c.acc.Result(st, c.at, groups, rows, c.out(outs))
	}
}

// touch raises the times of the groups to those of the rows; with out it writes
// the new time of the group of rows[k] there at the row's number.
func touch(st function.State, groups, rows []uint32, times, out []int64) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		i := int(g) * stride
		t := max(int64(w[i]), times[rows[k]])
		w[i] = uint64(t)
		if out != nil {
			out[rows[k]] = t
		}
	}
}

// resetVals makes n rows of results.
func (a *aggregation) resetVals(n int) {
	if a.vals == nil {
		for i := range a.node.Calls {
			a.vals = append(a.vals, types.NewVector(a.node.Calls[i].Column.Type))
		}
	}
	resetVectors(a.vals, n)
	a.times = resize(a.times, n)
}

// emit hands on the results of the selected rows, if there are any.
func (a *aggregation) emit(b *batch) {
	if len(b.Sel) > 0 {
		a.next.push(b)
	}
}

// columns puts keys and results together.
func (a *aggregation) columns(keys, vals []*types.Vector) []*types.Vector {
	return append(append(a.out.Cols[:0], keys...), vals...)
}

// readRows makes the result rows of stored groups; see rowReader.
func (a *aggregation) readRows(out *batch, src rowSource, rows []uint32) error {
	if out.Cols == nil {
		schema := a.node.Out()
		out.Cols = newVectors(append(append([]types.Column(nil), schema.Key...), schema.Value...))
	}
	n := len(rows)
	resetVectors(out.Cols, n)
	out.Time = resize(out.Time, n)
	words, stride := src.Words(), src.Stride()
	for i, row := range rows {
		if err := a.keyer.decode(src.Key(row), out.Cols[:a.keys], i); err != nil {
			return err
		}
		out.Time[i] = int64(words[int(row)*stride])
	}
	a.results(src, rows, firstRows(n), out.Cols[a.keys:])
	return nil
}

func (a *aggregation) releaseScratch() {
	a.exprs.release()
	for i := range a.calls {
		releaseAll(a.calls[i].args)
		a.calls[i].cols, a.calls[i].use = nil, nil
		if a.calls[i].into != nil {
			a.calls[i].into.Kids = nil
		}
	}
	a.keyer.release()
	a.groups, a.vals, a.times, a.out, a.errs = nil, nil, nil, batch{}, function.Errors{}
}
