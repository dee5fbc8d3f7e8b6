package exec

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// An aggregation behind a repartition has its rows sent to it in *parts*, where
// its functions can be computed so: what the rows of a batch that have a key in
// common come to, made before the topic, instead of the rows. A hot key then
// travels once per batch, with less than a row.
//
// With the cache off every change of a group is a result, so each row is a part
// by itself. What is in the topic therefore does not depend on the cache, which
// may be another after a restart.

// partColumn is the one value column of a topic of parts.
var partColumn = []types.Column{{Name: "PART", Type: types.BytesType}}

// inParts tells whether the rows for an aggregation can be sent in parts.
// Windows need the rows: each may be late, or not, for a window of its own.
func (q *Query) inParts(n *plan.Aggregate) bool {
	if n.Window != nil || n.Input.Out().Relation != plan.Stream || n.Input.Out().Window != nil {
		return false
	}
	for i := range n.Calls {
		acc, err := accumulator(q.functions, &n.Calls[i])
		if err != nil {
			return false // The building of the operator will say what is wrong.
		}
		if _, ok := acc.(function.Parted); !ok {
			return false
		}
	}
	return true
}

// wire is how rows travel through a repartition topic.
type wire struct {
	schema     *plan.Schema
	key, value plan.Format
	parts      *plan.Aggregate // The aggregation whose parts they are, nil for rows.
}

// wire returns how the rows of a repartition travel. The plan's format of keys is
// needed only where rows must meet those of another topic, by the partition that
// follows from the bytes of their keys. An aggregation reads nothing else, so its
// keys are written as the engine likes it best.
func (q *Query) wire(n *plan.Repartition) wire {
	w := wire{schema: n.Out(), key: n.KeyFormat, value: n.ValueFormat}
	reader := q.grouped[n]
	if reader == nil {
		return w
	}
	w.key = plan.Format{Name: format.Internal}
	if q.inParts(reader) {
		parts := *w.schema
		parts.Value, parts.Headers = partColumn, nil
		w.schema, w.value, w.parts = &parts, plan.Format{Name: "KAFKA"}, reader
	}
	return w
}

// partMaker makes parts of the rows on their way to a repartition topic.
type partMaker struct {
	aggregation
	parts *state.Groups
	at    []uint32        // By part: the first row that has its key.
	cols  []*types.Vector // Keys and parts.
	buf   []byte
}

func newPartMaker(e *env, n *plan.Aggregate, next operator) (*partMaker, error) {
	a, err := newAggregation(e, n, next)
	if err != nil {
		return nil, err
	}
	for i := range a.calls {
		a.calls[i].acc = a.calls[i].acc.(function.Parted).Part()
	}
	return &partMaker{aggregation: a, parts: state.NewGroups(a.layout)}, nil
}

func (m *partMaker) push(b *batch) {
	m.groups = resize(m.groups, len(b.Sel))
	m.parts.Reset()
	if m.env.cache {
		m.keyer.load(b.Cols[:m.keys], b.Sel)
		m.keyer.group(m.parts, m.groups)
	} else {
		m.parts.Each(m.groups)
	}
	m.evalArgs(b, b.Sel)
	m.update(m.parts, m.groups, b.Sel, +1, nil)
	m.report(b)
	touch(m.parts, m.groups, b.Sel, b.Time, nil)
	m.send(b)
}

// timeWord is the first word of a group: the time of its result. A part need not
// carry it, since its record has the time.
const timeWord = 1

// send hands on the parts.
func (m *partMaker) send(b *batch) {
	n := m.parts.Len()
	m.at = m.at[:0]
	for _, k := range m.parts.Keys() {
		m.at = append(m.at, b.Sel[k])
	}
	if m.cols == nil {
		m.cols = newVectors(append(slices.Clone(m.node.Input.Out().Key), partColumn...))
	}
	for c, v := range b.Cols[:m.keys] {
		m.cols[c].Gather(v, m.at)
	}
	m.encode(m.cols[m.keys], n)
	out := &m.out
	out.N, out.Sel, out.Cols = n, firstRows(n), m.cols
	out.gatherPlace(b, m.at)
	words, stride := m.parts.Words(), m.parts.Stride()
	for k := range n {
		out.Time[k] = int64(words[k*stride])
	}
	m.next.push(out)
}

// encode writes the bytes of the n parts to v.
func (m *partMaker) encode(v *types.Vector, n int) {
	v.Reset(n)
	m.buf = m.buf[:0]
	for k := range n {
		from := len(m.buf)
		m.buf = m.parts.AppendPart(m.buf, uint32(k), timeWord)
		v.Str[k] = types.View(m.buf[from:]) // In old memory, where buf has moved since.
	}
}

func (m *partMaker) release() {
	m.releaseScratch()
	m.parts.Release()
	m.at, m.cols, m.buf = nil, nil, nil
}

// addParts adds the parts that the rows of b are to the groups. With outs the
// result after each row is written there at the row's number.
func (a *aggregation) addParts(st function.State, parts *state.Groups, b *batch, groups []uint32, outs []*types.Vector) {
	parts.Reset()
	part := b.Cols[a.keys]
	for _, r := range b.Sel {
		if err := parts.Load(bytesOf(part.Str[r]), timeWord); err != nil {
			a.env.task.chain.fail(fmt.Errorf("%s-%d@%d: %w", b.Topic, b.Partition[r], b.Offset[r], err))
			return
		}
	}
	for i := range a.calls {
		c := &a.calls[i]
		c.acc.(function.Parted).AddParts(st, c.at, groups, parts, b.Sel, c.out(outs))
	}
}
