package state

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type bufferSubject struct {
	n     string
	b     *Buffer
	model bufferModel
}

type bufferModel struct {
	keys    map[string][]entryModel // Ordered by time, then arrival.
	pending []entryModel            // Ordered by time, key, arrival.
	added   int
	expired int64
}

type entryModel struct {
	key    string
	time   int64
	number int
	value  string
}

func (m bufferModel) clone() bufferModel {
	c := m
	c.keys = map[string][]entryModel{}
	for k, list := range m.keys {
		c.keys[k] = slices.Clone(list)
	}
	c.pending = slices.Clone(m.pending)
	return c
}

func (s *bufferSubject) name() string  { return s.n }
func (s *bufferSubject) store() Store  { return s.b }
func (s *bufferSubject) snapshot() any { return s.model.clone() }

func (s *bufferSubject) restore(m any) {
	s.model = bufferModel{keys: map[string][]entryModel{}, expired: -100}
	if m != nil {
		s.model = m.(bufferModel).clone()
	}
	s.b.Expire(s.model.expired)
}

func (s *bufferSubject) open(db *DB) (err error) {
	s.b, err = db.Buffer(s.n, 400)
	return err
}

func (s *bufferSubject) drawTime(t *rapid.T) int64 {
	return s.model.expired + rapid.Int64Range(-20, 400).Draw(t, "time")
}

func (s *bufferSubject) mutate(t *rapid.T) {
	switch a := rapid.IntRange(0, 29).Draw(t, "change"); {
	case a < 2:
		before := s.drawTime(t) - 200
		s.b.Expire(before)
		s.model.expired = max(s.model.expired, before)
	case a < 5:
		s.sweep(t, s.drawTime(t)-150, rapid.IntRange(0, 100).Draw(t, "at most"))
	case a < 10:
		s.match(t)
	default:
		for range rapid.IntRange(1, 20).Draw(t, "entries") {
			s.add(t)
		}
	}
}

func (s *bufferSubject) add(t *rapid.T) {
	m := &s.model
	e := entryModel{key: drawKey(t, false), time: s.drawTime(t), number: m.added}
	e.value = fmt.Sprintf("%d %s", m.added, e.key)
	pending := rapid.Bool().Draw(t, "pending")
	s.b.Add([]byte(e.key), e.time, []byte(e.value), pending)
	if e.time < m.expired {
		return
	}
	m.added++
	m.keys[e.key] = append(m.keys[e.key], e)
	slices.SortFunc(m.keys[e.key], func(a, b entryModel) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.number, b.number))
	})
	if pending {
		m.pending = append(m.pending, e)
		slices.SortFunc(m.pending, func(a, b entryModel) int {
			return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.key, b.key), cmp.Compare(a.number, b.number))
		})
	}
}

func (s *bufferSubject) fetch(t *rapid.T, key string, from, to int64) []Entry {
	got := s.b.Fetch(nil, []byte(key), from, to)
	var want []entryModel
	for _, e := range s.model.keys[key] {
		if e.time >= max(from, s.model.expired) && e.time <= to {
			want = append(want, e)
		}
	}
	if !slices.EqualFunc(got, want, func(g Entry, w entryModel) bool { return g.Time == w.time && string(g.Value) == w.value }) {
		t.Fatalf("%q from %d to %d: %v, not %v", key, from, to, got, want)
	}
	return got
}

func (s *bufferSubject) match(t *rapid.T) {
	key := drawKey(t, false)
	for _, e := range s.fetch(t, key, s.drawTime(t), s.drawTime(t)) {
		s.b.Matched(e)
		s.model.pending = slices.DeleteFunc(s.model.pending, func(p entryModel) bool { return p.value == string(e.Value) })
	}
}

// sweep pops up to n unmatched entries, and adds some in between.
func (s *bufferSubject) sweep(t *rapid.T, before int64, n int) {
	for range n {
		u, ok := s.b.PeekUnmatched(before)
		due := len(s.model.pending) > 0 && s.model.pending[0].time < before
		if ok != due {
			t.Fatalf("unmatched before %d: %t %v, but %v", before, ok, u, s.model.pending)
		}
		if !ok {
			return
		}
		if w := s.model.pending[0]; string(u.Key) != w.key || u.Time != w.time || string(u.Value) != w.value {
			t.Fatalf("unmatched: %q at %d, not %v", u.Key, u.Time, w)
		}
		if rapid.IntRange(0, 9).Draw(t, "add") == 0 {
			s.add(t)
			continue // The added one may come first.
		}
		s.b.PopUnmatched()
		s.model.pending = s.model.pending[1:]
	}
}

func (s *bufferSubject) check(t *rapid.T) {
	for range 20 {
		s.fetch(t, drawKey(t, false), s.drawTime(t), s.drawTime(t))
	}
	for _, key := range slices.Sorted(maps.Keys(s.model.keys))[:min(20, len(s.model.keys))] {
		s.fetch(t, key, -1<<62, 1<<62)
	}
	s.sweep(t, s.model.expired, 1<<30)
}

func TestBufferModel(t *testing.T) {
	t.Parallel()
	eachMemory(t, func(root *testing.T, o Options) {
		rapid.Check(root, func(t *rapid.T) {
			w := newWorld(root, t, o, &bufferSubject{n: "q4/join/0/left"}, &bufferSubject{n: "q4/join/0/right"})
			w.run(t, 150)
		})
	})
}
