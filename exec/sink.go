package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
)

// sink writes rows to the topic of a stream or table.
type sink struct {
	*encoder
	env  *env
	time *timeColumn // nil: record times are row times.
	late []uint32
	out  batch
}

func newSink(e *env, n *plan.Sink, out *outlet) (*sink, error) {
	enc, err := newEncoder(e, n.Out(), n.KeyFormat, n.ValueFormat, out, true)
	if err != nil {
		return nil, err
	}
	s := &sink{encoder: enc, env: e}
	if n.Timestamp != nil {
		s.time, err = newTimeColumn(n.Timestamp, n.Out())
	}
	return s, err
}

func (s *sink) push(b *batch) {
	if s.time == nil {
		s.write(b, b.Sel)
		return
	}
	s.out = *b
	s.out.Time = s.time.read(b, b.Sel, func(row uint32, reason string) {
		s.env.errors.addRow(s.env, "sink", b, row, reason)
	})
	rows := s.late[:0]
	for _, r := range b.Sel {
		if b.NoValue.Get(int(r)) {
			s.out.Time[r] = s.env.task.count.streamTime.Load()
		}
		if t := s.out.Time[r]; t >= 0 {
			rows = append(rows, r)
		} else if t != timeFailed {
			s.env.errors.addRow(s.env, "sink", b, r, "the timestamp column is negative")
		}
	}
	s.late = rows
	s.write(&s.out, rows)
}

func (s *sink) open(e *env) error {
	s.turn = e.meta.Int("sink.turn")
	if s.time != nil {
		e.task.count.streamTime.Store(e.meta.Int("sink.streamTime"))
	}
	return nil
}

func (s *sink) save(m *state.Meta) {
	setInt(m, "sink.turn", s.turn)
	if s.time != nil {
		setInt(m, "sink.streamTime", s.env.task.count.streamTime.Load())
	}
}

func (s *sink) release() {
	s.encoder.release()
	s.late, s.out = nil, batch{}
}

// setInt sets a number that has changed.
func setInt(m *state.Meta, name string, v int64) {
	if m.Int(name) != v {
		m.SetInt(name, v)
	}
}

// discard ends the chain of a query that only materialises its source.
type discard struct{}

func (discard) push(*batch) {}
func (discard) release()    {}
