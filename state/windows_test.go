package state

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type windowsSubject struct {
	n     string
	w     *Windows
	model windowsModel
}

type windowsModel struct {
	rows    map[int64]map[string]rowModel
	expired int64
}

func (m windowsModel) clone() windowsModel {
	c := windowsModel{map[int64]map[string]rowModel{}, m.expired}
	for start, rows := range m.rows {
		c.rows[start] = maps.Clone(rows)
	}
	return c
}

func (s *windowsSubject) name() string  { return s.n }
func (s *windowsSubject) store() Store  { return s.w }
func (s *windowsSubject) snapshot() any { return s.model.clone() }

func (s *windowsSubject) restore(m any) {
	s.model = windowsModel{rows: map[int64]map[string]rowModel{}, expired: -1 << 62}
	if m != nil {
		s.model = m.(windowsModel).clone()
	}
	// What expired without ever being saved is known to the task only.
	s.w.Expire(s.model.expired)
}

func (s *windowsSubject) open(db *DB) (err error) {
	s.w, err = db.Windows(s.n, testLayout)
	return err
}

// drawStart draws a window around the ones that are not expired.
func (s *windowsSubject) drawStart(t *rapid.T) int64 {
	return max(-50, s.model.expired) + 10*rapid.Int64Range(-2, 8).Draw(t, "window")
}

func (s *windowsSubject) mutate(t *rapid.T) {
	switch a := rapid.IntRange(0, 19).Draw(t, "change"); {
	case a == 0:
		before := s.drawStart(t)
		s.w.Expire(before)
		if before > s.model.expired {
			s.model.expired = before
		}
		maps.DeleteFunc(s.model.rows, func(start int64, _ map[string]rowModel) bool { return start < s.model.expired })
	case a == 1:
		s.w.Seal(s.drawStart(t)) // Only advice.
	default:
		s.changeWindow(t, a < 5)
	}
}

func (s *windowsSubject) changeWindow(t *rapid.T, remove bool) {
	start := s.drawStart(t)
	table := s.w.Window(start)
	if start < s.model.expired {
		if table != nil {
			t.Fatalf("window %d has expired", start)
		}
		return
	}
	if s.model.rows[start] == nil {
		s.model.rows[start] = map[string]rowModel{}
	}
	in := tableSubject{l: testLayout, t: table, model: s.model.rows[start]}
	if remove {
		key := drawKey(t, false)
		if row := table.Find([]byte(key)); row != None {
			table.Delete(row)
		}
		delete(in.model, key)
		return
	}
	in.upsertBatch(t)
}

func (s *windowsSubject) check(t *rapid.T) {
	for range 10 {
		s.checkKey(t, drawKey(t, false), s.drawStart(t), s.drawStart(t))
	}
	from, to := s.drawStart(t), s.drawStart(t)
	s.checkScan(t, from, to, "", "")
	s.checkScan(t, from-1000, to+1000, drawKey(t, false), drawKey(t, false))
	if starts := slices.Sorted(maps.Keys(s.model.rows)); len(starts) > 0 {
		start := rapid.SampledFrom(starts).Draw(t, "window")
		if n := len(s.model.rows[start]); n > 0 && s.w.Lookup(start).Len() != n {
			t.Fatalf("window %d has %d rows, not %d", start, s.w.Lookup(start).Len(), n)
		}
	}
}

func (s *windowsSubject) checkKey(t *rapid.T, key string, from, to int64) {
	var p Page
	s.w.FetchKey(&p, []byte(key), from, to)
	row := uint32(0)
	for _, start := range slices.Sorted(maps.Keys(s.model.rows)) {
		m, ok := s.model.rows[start][key]
		if !ok || start < from || start > to {
			continue
		}
		checkPageRow(t, &p, row, key, start, m)
		row++
	}
	if p.Len() != int(row) {
		t.Fatalf("%q is in %d windows from %d to %d, not %d", key, p.Len(), from, to, row)
	}
}

func checkPageRow(t *rapid.T, p *Page, row uint32, key string, start int64, m rowModel) {
	if int(row) >= p.Len() {
		t.Fatalf("%q in window %d is missing", key, start)
	}
	w := p.Words()[row*2 : row*2+2]
	if string(p.Key(row)) != key || p.Start(row) != start || w[0] != m.words[0] || w[1] != m.words[1] || string(p.Blob(row, 0)) != m.blob {
		t.Fatalf("row %d is %q in %d: %v %q, not %q in %d: %v", row, p.Key(row), p.Start(row), w, p.Blob(row, 0), key, start, m)
	}
}

func (s *windowsSubject) checkScan(t *rapid.T, from, to int64, low, high string) {
	scan := s.w.Scan(from, to, []byte(low), nil)
	if high != "" {
		scan = s.w.Scan(from, to, []byte(low), []byte(high))
	}
	var p Page
	row := uint32(0)
	for _, start := range slices.Sorted(maps.Keys(s.model.rows)) {
		if start < from || start > to {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(s.model.rows[start])) {
			if key < low || high != "" && key >= high {
				continue
			}
			if int(row) == p.Len() {
				if row = 0; !scan.Next(&p) {
					t.Fatalf("the scan ends before %q in %d", key, start)
				}
			}
			checkPageRow(t, &p, row, key, start, s.model.rows[start][key])
			row++
		}
	}
	if int(row) != p.Len() || scan.Next(&p) || scan.Err() != nil {
		t.Fatalf("the scan has too many rows, or error %v", scan.Err())
	}
}

func TestWindowsModel(t *testing.T) {
	t.Parallel()
	eachMemory(t, func(root *testing.T, o Options) {
		rapid.Check(root, func(t *rapid.T) {
			w := newWorld(root, t, o, &windowsSubject{n: "q2/windows/1"}, &tableSubject{n: "q2/counts/1", l: testLayout})
			w.run(t, 150)
		})
	})
}
