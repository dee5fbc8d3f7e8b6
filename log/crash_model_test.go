package log

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// The model of the crash tests. A run is a list of steps; each is one commit group or one change of topics, and the log must
// make them durable in order. So the state that a crash leaves must be the state after k steps, for a k between the steps
// acknowledged before the crash and those begun.

type step struct {
	create, drop string // a topic
	writes       []modelWrite
	offset       int64 // of group g in topic base, partition 0; -1: none
	delta        string
	start        *modelStart
	group        *Group // of a step that is one
	txn          *txnStep
}

type modelWrite struct {
	topic     string
	partition int32
	values    []string
}

type modelStart struct {
	partition int32
	before    int64
}

// model is what happened so far, written by the run and read by the hook of the file system.
type model struct {
	mu       sync.Mutex
	steps    []step
	acked    int
	released int // deltas that may be forgotten
}

func (m *model) begin(s step) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps = append(m.steps, s)
}

func (m *model) ack() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.acked++
}

func (m *model) bounds() (acked, begun int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.acked, len(m.steps)
}

// state is what a log holds, in a form that can be compared.
type state struct {
	topics  map[string][][]string // records of each partition
	starts  map[string]int64
	offset  int64
	deltas  []string
	txn     txnModel
	created bool   // the topic of txn is there
	seen    string // in the place of txn, if the state was observed
}

func newState() *state {
	return &state{topics: map[string][][]string{}, starts: map[string]int64{}, offset: -1}
}

const modelPartitions = 3

func (s *state) apply(st step) {
	if st.create == "txn" {
		s.created = true
	} else if st.create != "" {
		s.topics[st.create] = make([][]string, modelPartitions)
	}
	if st.drop != "" {
		delete(s.topics, st.drop)
	}
	for _, w := range st.writes {
		s.topics[w.topic][w.partition] = append(s.topics[w.topic][w.partition], w.values...)
	}
	if st.offset >= 0 {
		s.offset = st.offset
	}
	if st.delta != "" {
		s.deltas = append(s.deltas, st.delta)
	}
	if st.txn != nil {
		s.txn.apply(st.txn)
	}
	if st.start != nil {
		s.starts[fmt.Sprint("base-", st.start.partition)] = st.start.before
	}
}

func (s *state) String() string {
	var b strings.Builder
	for _, name := range sortedKeys(s.topics) {
		for i, values := range s.topics[name] {
			start := s.starts[fmt.Sprint(name, "-", i)]
			fmt.Fprintf(&b, "%s-%d from %d:", name, i, start)
			if name == "keyed" {
				fmt.Fprintf(&b, " %v", lastOfKeys(values))
			} else {
				for o := start; o < int64(len(values)); o++ {
					fmt.Fprintf(&b, " %d=%s", o, values[o])
				}
			}
			b.WriteByte('\n')
		}
	}
	fmt.Fprintf(&b, "offset %d\n", s.offset)
	if s.seen != "" {
		b.WriteString(s.seen)
	} else if s.created {
		b.WriteString(s.txn.String())
	}
	return b.String()
}

func (s *state) lines() []string {
	return append(strings.Split(s.String(), "\n"), fmt.Sprintf("deltas %v", s.deltas))
}

// lastOfKeys is what a compacted topic means: the last value of every key that has one.
func lastOfKeys(values []string) map[string]string {
	last := map[string]string{}
	for _, v := range values {
		key, value, found := strings.Cut(v, "=")
		if found {
			last[key] = value
		} else {
			delete(last, key)
		}
	}
	return last
}

// matches compares what was observed with a state it should have. Of the deltas the released ones may be missing.
func (s *state) matches(got *state, released int) bool {
	missing := len(s.deltas) - len(got.deltas)
	return missing >= 0 && missing <= released && slices.Equal(s.deltas[missing:], got.deltas) && s.String() == got.String()
}

// observe reads everything a log holds. Offsets that are not dense are an error.
func observe(l *Log) (*state, error) {
	s := newState()
	var c Chunk
	defer c.Release()
	var r Records
	for _, info := range l.Topics() {
		if info.Name == "txn" {
			var err error
			if s.seen, err = observeTxns(l); err != nil {
				return nil, err
			}
			continue
		}
		parts := make([][]string, info.Config.Partitions)
		for p := range parts {
			offset, err := l.StartOffset(info.Name, int32(p))
			if err != nil {
				return nil, err
			}
			s.starts[fmt.Sprint(info.Name, "-", p)] = offset
			parts[p] = make([]string, offset)
			for {
				if err := l.Read(info.Name, int32(p), offset, 300, &c); err != nil {
					return nil, err
				}
				if c.Empty() {
					break
				}
				offset = max(offset, c.Start)
				for offset < c.Next {
					if offset, err = c.Decode(&r, offset, 7); err != nil {
						return nil, err
					}
					for i := range r.N {
						if info.Name == "keyed" {
							parts[p] = append(parts[p], keyedValue(r.Key(i), r.Value(i)))
							continue
						}
						if r.Offset[i] != int64(len(parts[p])) {
							return nil, fmt.Errorf("%s-%d: offset %d follows %d", info.Name, p, r.Offset[i], len(parts[p])-1)
						}
						parts[p] = append(parts[p], string(r.Value(i)))
					}
				}
			}
		}
		s.topics[info.Name] = parts
	}
	if o, ok := l.FetchOffset("g", "base", 0); ok {
		s.offset = o
	}
	err := l.ReplayDeltas(0, func(_ LSN, store string, data []byte) error {
		s.deltas = append(s.deltas, store+":"+string(data))
		return nil
	})
	return s, err
}

func keyedValue(key, value []byte) string {
	if value == nil {
		return string(key)
	}
	return string(key) + "=" + string(value)
}
