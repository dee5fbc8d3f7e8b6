package state

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const testGap = 15

type sessionsSubject struct {
	n     string
	s     *Sessions
	model sessionsModel
}

type sessionsModel struct {
	keys             map[string][]sessionModel // Ordered by start.
	expired, emitted int64
}

type sessionModel struct {
	start, end int64
	row        rowModel
}

func (m sessionsModel) clone() sessionsModel {
	c := m
	c.keys = map[string][]sessionModel{}
	for k, list := range m.keys {
		c.keys[k] = slices.Clone(list)
	}
	return c
}

func (s *sessionsSubject) name() string  { return s.n }
func (s *sessionsSubject) store() Store  { return s.s }
func (s *sessionsSubject) snapshot() any { return s.model.clone() }

func (s *sessionsSubject) restore(m any) {
	s.model = sessionsModel{keys: map[string][]sessionModel{}, expired: -1000}
	if m != nil {
		s.model = m.(sessionsModel).clone()
	}
	s.s.Expire(s.model.expired)
}

func (s *sessionsSubject) open(db *DB) (err error) {
	s.s, err = db.Sessions(s.n, testLayout, 10, 320)
	return err
}

// drawTime draws a time not long before the last ended sessions.
func (s *sessionsSubject) drawTime(t *rapid.T) int64 {
	return max(s.model.emitted, -100) + rapid.Int64Range(-60, 300).Draw(t, "time")
}

func (s *sessionsSubject) mutate(t *rapid.T) {
	switch a := rapid.IntRange(0, 29).Draw(t, "change"); {
	case a == 0:
		s.expire(s.drawTime(t) - 100)
	case a < 3:
		s.ended(t)
	case a < 5:
		s.remove(t)
	default:
		for range rapid.IntRange(1, 20).Draw(t, "events") {
			s.event(t, drawKey(t, false), s.drawTime(t))
		}
	}
}

func (s *sessionsSubject) expire(before int64) {
	s.s.Expire(before)
	s.model.expired = max(s.model.expired, before)
	for k, list := range s.model.keys {
		s.model.keys[k] = slices.DeleteFunc(list, func(x sessionModel) bool { return x.end < s.model.expired })
	}
}

// overlapping is what Find should give.
func (s *sessionsSubject) overlapping(key string, from, to int64) (list []sessionModel) {
	for _, x := range s.model.keys[key] {
		if x.end >= from && x.start <= to {
			list = append(list, x)
		}
	}
	return list
}

func (s *sessionsSubject) find(t *rapid.T, key string, from, to int64) []Session {
	got := s.s.Find(nil, []byte(key), from, to)
	want := s.overlapping(key, from, to)
	if !slices.EqualFunc(got, want, func(g Session, w sessionModel) bool {
		words := s.s.Words()[int(g.Row)*s.s.Stride():]
		return g.Start == w.start && g.End == w.end && words[0] == w.row.words[0] && words[1] == w.row.words[1] &&
			string(s.s.Blob(g.Row, 0)) == w.row.blob && string(s.s.Key(g.Row)) == key
	}) {
		t.Fatalf("sessions of %q from %d to %d: %v, not %v", key, from, to, got, want)
	}
	return got
}

// event does to the store what an aggregation does for an event, and to the
// model.
func (s *sessionsSubject) event(t *rapid.T, key string, at int64) {
	if at < s.model.expired {
		return
	}
	found := s.find(t, key, at-testGap, at+testGap)
	merged := sessionModel{start: at, end: at}
	for _, x := range s.overlapping(key, at-testGap, at+testGap) {
		merged.start, merged.end = min(merged.start, x.start), max(merged.end, x.end)
		merged.row.words[0] += x.row.words[0]
		merged.row.blob += x.row.blob
	}
	merged.row.words[0]++
	merged.row.words[1] = uint64(at)
	if merged.row.blob += "."; len(merged.row.blob) > 50 {
		merged.row.blob = "long"
	}
	var row uint32
	if len(found) > 0 && rapid.Bool().Draw(t, "move") {
		row = found[0].Row
		s.s.Move(row, merged.start, merged.end)
		found = found[1:]
	} else {
		row = s.s.Put([]byte(key), merged.start, merged.end)
	}
	for _, x := range found {
		s.s.Remove(x.Row)
	}
	words := s.s.Words()[int(row)*s.s.Stride():]
	words[0], words[1] = merged.row.words[0], merged.row.words[1]
	s.s.SetBlob(row, 0, []byte(merged.row.blob))
	list := slices.DeleteFunc(s.model.keys[key], func(x sessionModel) bool { return x.end >= at-testGap && x.start <= at+testGap })
	list = append(list, merged)
	slices.SortFunc(list, func(a, b sessionModel) int { return cmp.Compare(a.start, b.start) })
	s.model.keys[key] = list
}

func (s *sessionsSubject) remove(t *rapid.T) {
	key := drawKey(t, false)
	for _, x := range s.find(t, key, math.MinInt64, math.MaxInt64) {
		s.s.Remove(x.Row)
	}
	delete(s.model.keys, key)
}

func (s *sessionsSubject) ended(t *rapid.T) {
	from := s.model.emitted
	before := from + rapid.Int64Range(0, 100).Draw(t, "advance")
	s.model.emitted = before
	type ended struct {
		key string
		sessionModel
	}
	var want []ended
	for k, list := range s.model.keys {
		for _, x := range list {
			if x.end >= from && x.end < before {
				want = append(want, ended{k, x})
			}
		}
	}
	slices.SortFunc(want, func(a, b ended) int {
		return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start), cmp.Compare(a.key, b.key))
	})
	var p Page
	scan := s.s.Ended(from, before)
	n := 0
	for scan.Next(&p) {
		for row := range uint32(p.Len()) {
			if n == len(want) {
				t.Fatalf("%q at %d has not ended", p.Key(row), p.End(row))
			}
			checkPageRow(t, &p, row, want[n].key, want[n].start, want[n].row)
			if p.End(row) != want[n].end {
				t.Fatalf("%q ended at %d, not %d", p.Key(row), p.End(row), want[n].end)
			}
			n++
		}
	}
	if n < len(want) || scan.Err() != nil {
		t.Fatalf("%d sessions ended from %d to %d, not %d: %v", n, from, before, len(want), scan.Err())
	}
}

func (s *sessionsSubject) check(t *rapid.T) {
	for range 10 {
		s.find(t, drawKey(t, false), s.drawTime(t), s.drawTime(t))
	}
	key := drawKey(t, false)
	var p Page
	s.s.FetchKey(&p, []byte(key))
	for i, x := range s.model.keys[key] {
		checkPageRow(t, &p, uint32(i), key, x.start, x.row)
	}
	if p.Len() != len(s.model.keys[key]) {
		t.Fatalf("%q has %d sessions, not %d", key, p.Len(), len(s.model.keys[key]))
	}
	s.checkScan(t)
}

func (s *sessionsSubject) checkScan(t *rapid.T) {
	left := s.model.clone().keys
	var p Page
	scan := s.s.Scan()
	for scan.Next(&p) {
		for row := range uint32(p.Len()) {
			key := string(p.Key(row))
			if len(left[key]) == 0 {
				t.Fatalf("the scan has %q at %d, which is not there", key, p.Start(row))
			}
			checkPageRow(t, &p, row, key, left[key][0].start, left[key][0].row)
			left[key] = left[key][1:]
		}
	}
	maps.DeleteFunc(left, func(_ string, list []sessionModel) bool { return len(list) == 0 })
	if len(left) > 0 || scan.Err() != nil {
		t.Fatalf("the scan misses %v, error %v", left, scan.Err())
	}
}

func TestSessionsModel(t *testing.T) {
	t.Parallel()
	eachMemory(t, func(root *testing.T, o Options) {
		rapid.Check(root, func(t *rapid.T) {
			w := newWorld(root, t, o, &sessionsSubject{n: "q3/sessions/0"}, &tableSubject{n: "q3/counts/0", l: testLayout})
			w.run(t, 150)
		})
	})
}
