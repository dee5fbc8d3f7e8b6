package exec

import (
	"math"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// streamJoin joins two streams within a time window.
//
// Each row looks up the rows of the other side that are near it in time, and
// then waits in the buffer of its own side. A row of an outer side that has
// found no partner is emitted with NULLs: at once, when WITHIN has no grace
// period, and else when no partner can come any more. Until then it is marked
// as unmatched in its buffer. See docs/design/exec-joins.md for the rules and
// where they come from.
type streamJoin struct {
	sides
	env   *env
	name  string
	out   joinRows
	side  [2]streamSide
	waits bool // Unmatched rows of an outer side wait for the end of their window.
	grace int64

	streamTime int64 // The highest time of any row of both sides.
	matches    []state.Entry
	row        []byte
}

// streamSide is one side of a stream-stream join.
type streamSide struct {
	outer bool // Its rows are part of the result without a partner, too.
	// A row at time t matches rows of the other side from t-before to t+after.
	before, after int64
	retention     int64
	buffer        *state.Buffer
	clock         int64 // The highest time of its rows; older ones are forgotten by it.
	expired       int64
	keys          joinKeys
	values        int
}

// legacyGrace is the grace period of joins that name none.
const legacyGrace = 24 * 60 * 60 * 1000

func newStreamJoin(e *env, n *plan.Join, next operator) *streamJoin {
	j := &streamJoin{env: e, name: n.Store, out: newJoinRows(e, n, false, next)}
	j.sides.rows = j
	w := n.Within
	outer := [2]bool{n.Type == plan.LeftJoin || n.Type == plan.FullJoin, n.Type == plan.RightJoin || n.Type == plan.FullJoin}
	j.waits = w.HasGrace && (outer[leftSide] || outer[rightSide])
	j.grace = legacyGrace
	if w.HasGrace {
		j.grace = w.GraceMillis
	}
	before, after := w.BeforeMillis, w.AfterMillis
	if n.Type == plan.RightJoin {
		// A RIGHT join is a LEFT join with the sides exchanged, but not the window.
		before, after = after, before
	}
	for s, in := range []plan.Node{n.Left, n.Right} {
		schema := in.Out()
		j.side[s] = streamSide{outer: outer[s], before: before, after: after, keys: newJoinKeys(schema, n.Out().Window, false), values: len(schema.Value),
			retention: add(add(before, after), j.grace)}
		before, after = after, before
	}
	return j
}

// add adds two times that are not negative.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func (j *streamJoin) open(e *env) (err error) {
	for s, name := range []string{"left", "right"} {
		side := &j.side[s]
		if side.buffer, err = e.buffer(j.name+"-"+name, side.retention); err != nil {
			return err
		}
		side.clock, side.expired = e.number(j.name+"."+name+"Clock"), 0
		side.expire()
	}
	j.streamTime = e.number(j.name + ".streamTime")
	return nil
}

func (j *streamJoin) save(m *state.Meta) {
	for s, name := range []string{"left", "right"} {
		setInt(m, j.name+"."+name+"Clock", j.side[s].clock)
	}
	setInt(m, j.name+".streamTime", j.streamTime)
}

func (j *streamJoin) push(b *batch) { j.pushLeft(b) }

func (j *streamJoin) load(s joinSide, b *batch) { j.side[s].keys.loadBatch(b) }

func (j *streamJoin) join(left, right *batch, runs []joinRun) {
	j.out.begin(left, right)
	for _, run := range runs {
		b := j.out.batch(run.side)
		for k := run.from; k < run.to; k++ {
			j.take(run.side, b, int(k))
		}
	}
	j.out.flush()
	j.side[leftSide].expire()
	j.side[rightSide].expire()
}

// take processes the row Sel[k] of a side.
func (j *streamJoin) take(s joinSide, b *batch, k int) {
	side, row := &j.side[s], b.Sel[k]
	t := b.Time[row]
	j.streamTime = max(j.streamTime, t)
	j.out.seq = b.Seq[row]
	if b.NoValue.Get(int(row)) {
		return
	}
	if side.keys.hasNull(b, row) {
		if side.outer {
			j.alone(s, row, t)
		}
		return
	}
	if j.waits && t >= j.streamTime {
		j.sweep()
	}
	key, _ := side.keys.encoded.At(k)
	pending := false
	if !j.matched(s, key, row, t) && side.outer {
		if pending = j.waits && add(t, side.after) >= j.streamTime; !pending {
			j.alone(s, row, t)
		}
	}
	side.clock = max(side.clock, t)
	if t >= side.oldest() {
		j.row = types.AppendRow(j.row[:0], b.Cols[side.keys.cols:side.keys.cols+side.values], int(row))
		side.buffer.Add(key, t, j.row, pending)
	}
}

// matched emits a row for each partner in the other buffer, in the order of
// their times.
func (j *streamJoin) matched(s joinSide, key []byte, row uint32, t int64) bool {
	side, other := &j.side[s], &j.side[s.other()]
	from := max(0, t-side.before, other.oldest())
	to := add(t, side.after)
	if from > to {
		return false
	}
	j.matches = other.buffer.Fetch(j.matches[:0], key, from, to)
	for i := range j.matches {
		m := &j.matches[i]
		r := j.out.row(max(t, m.Time))
		j.out.keyFrom(r, s, row)
		j.out.live(r, s, row)
		j.out.stored(r, s.other(), m.Value)
		if j.waits && other.outer {
			other.buffer.Matched(*m)
		}
	}
	return len(j.matches) > 0
}

// alone emits a row without a partner.
func (j *streamJoin) alone(s joinSide, row uint32, t int64) {
	r := j.out.row(t)
	j.out.keyFrom(r, s, row)
	j.out.live(r, s, row)
	j.out.missing(r, s.other())
}

// sweep emits the rows that have waited for a partner until their window was
// over, in the order of time, side and key.
func (j *streamJoin) sweep() {
	for {
		l, isLeft := j.side[leftSide].peek(j.streamTime, j.grace)
		r, isRight := j.side[rightSide].peek(j.streamTime, j.grace)
		switch {
		case !isLeft && !isRight:
			return
		case isRight && (!isLeft || r.Time <= l.Time):
			j.over(rightSide, r)
		default:
			j.over(leftSide, l)
		}
	}
}

// peek returns the first row of the side that has waited too long.
func (s *streamSide) peek(streamTime, grace int64) (state.Unmatched, bool) {
	if !s.outer {
		return state.Unmatched{}, false
	}
	return s.buffer.PeekUnmatched(streamTime - add(s.after, grace))
}

// over emits a row that waits no longer.
func (j *streamJoin) over(s joinSide, u state.Unmatched) {
	r := j.out.row(u.Time)
	j.out.keyStored(r, &j.side[s].keys, u.Key)
	j.out.stored(r, s, u.Value)
	j.out.missing(r, s.other())
	j.side[s].buffer.PopUnmatched()
}

// oldest is the time before which the side's rows are forgotten.
func (s *streamSide) oldest() int64 { return s.clock - s.retention }

// expire lets the buffer drop what is forgotten. Rows that still wait for the
// next sweep stay.
func (s *streamSide) expire() {
	if before := s.oldest(); before > s.expired {
		s.expired = before
		s.buffer.Expire(before)
	}
}

func (j *streamJoin) release() {
	j.sides.release()
	j.out.release()
	for s := range j.side {
		j.side[s].keys.release()
	}
	j.matches, j.row = nil, nil
}
