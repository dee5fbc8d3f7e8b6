package exec

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/planner/plan"
)

// The rows that each operator hands on are counted once per batch, between two
// operators: one addition for up to 4096 rows. Rates are means over the last
// rateSpan, in which what was long ago counts less; they are brought up to date
// by the rounds of the task, seldom, and by whoever asks, so that a query that
// is idle needs no clock.

// rateSpan is the time after which a row counts 1/e in a rate.
const rateSpan = 10 * time.Second

// sampleEvery is how often a busy task brings its rates up to date.
const sampleEvery = 500 * time.Millisecond

// meters are the counts of a task by plan node.
type meters struct {
	// nodes is complete when the task has been built for the first time, and keeps
	// its counts when it is built again.
	nodes  []meter
	began  time.Time
	sample atomic.Pointer[sample]
}

// meter is what one node has handed on.
type meter struct {
	node plan.Node
	rows *atomic.Int64
}

// sample is the rates at a moment. It never changes.
type sample struct {
	at   time.Time
	rows []int64   // Counts by node at that moment.
	rate []float64 // Rows per second, not yet divided by weight.
	// weight is how much of the mean is measured: less than 1 while the task is
	// younger than a few spans.
	weight float64
}

// of returns the count of a node, which it makes when there is none.
func (m *meters) of(n plan.Node, rows *atomic.Int64) *atomic.Int64 {
	for _, have := range m.nodes {
		if have.node == n {
			return have.rows
		}
	}
	if rows == nil {
		rows = new(atomic.Int64)
	}
	m.nodes = append(m.nodes, meter{n, rows})
	return rows
}

// tick brings the rates up to date, if that was long enough ago.
func (m *meters) tick(now time.Time) {
	if len(m.nodes) == 0 {
		return // A client's query.
	}
	if s := m.sample.Load(); s == nil || now.Sub(s.at) >= sampleEvery {
		m.sample.Store(m.measure(s, now))
	}
}

// measure returns the sample of a moment, which follows last.
func (m *meters) measure(last *sample, now time.Time) *sample {
	if last == nil {
		last = &sample{at: m.began, rows: make([]int64, len(m.nodes)), rate: make([]float64, len(m.nodes))}
	}
	seconds := now.Sub(last.at).Seconds()
	if seconds <= 0 {
		return last
	}
	keep := math.Exp(-seconds / rateSpan.Seconds())
	s := &sample{at: now, rows: make([]int64, len(m.nodes)), rate: make([]float64, len(m.nodes)), weight: last.weight*keep + 1 - keep}
	for i, n := range m.nodes {
		s.rows[i] = n.rows.Load()
		s.rate[i] = last.rate[i]*keep + float64(s.rows[i]-last.rows[i])/seconds*(1-keep)
	}
	return s
}

// metered counts the rows on the way from one operator to the next.
type metered struct {
	rows *atomic.Int64
	next operator
}

func (m *metered) push(b *batch) {
	m.rows.Add(int64(len(b.Sel)))
	m.next.push(b)
}

func (m *metered) release() {}

// meter counts what a node hands to next. The rows of a repartition are counted
// where they are written.
func (b *builder) meter(n plan.Node, next operator) operator {
	if _, written := n.(*plan.Repartition); written || b.env.transient {
		return next
	}
	return &metered{b.task.meters.of(n, nil), next}
}

// Flow is what went through a node of a plan since the query was started here, in
// all tasks together.
type Flow struct {
	Node  plan.Node
	Depth int // 0 for the root; inputs are one deeper.
	// In are the rows that its inputs handed on, Out those it handed on itself: rows
	// decoded of a source, records written of a repartition or sink.
	In, Out int64
	// InRate and OutRate are rows per second, the mean of about ten seconds.
	InRate, OutRate float64
}

// Flows returns what goes through the nodes of the plan at this moment, in the
// order of plan.Text.
func (q *Query) Flows() []Flow {
	now := time.Now()
	rows, rates := map[plan.Node]int64{}, map[plan.Node]float64{}
	q.eachTask(func(t *task) {
		s := t.meters.measure(t.meters.sample.Load(), now)
		for i, n := range t.meters.nodes {
			rows[n.node] += s.rows[i]
			if s.weight > 0 {
				rates[n.node] += s.rate[i] / s.weight
			}
		}
	})
	var flows []Flow
	var add func(n plan.Node, depth int)
	add = func(n plan.Node, depth int) {
		f := Flow{Node: n, Depth: depth, Out: rows[n], OutRate: rates[n]}
		for _, in := range n.Inputs() {
			f.In += rows[in]
			f.InRate += rates[in]
		}
		flows = append(flows, f)
		for _, in := range n.Inputs() {
			add(in, depth+1)
		}
	}
	add(q.plan.Root, 0)
	return flows
}
