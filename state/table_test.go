package state

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// rowModel is the content of a row.
type rowModel struct {
	words [2]uint64
	blob  string
}

var testLayout = Layout{Words: 2, Blobs: 1}

type tableSubject struct {
	n     string
	l     Layout
	t     *Table
	model map[string]rowModel
}

func (s *tableSubject) name() string  { return s.n }
func (s *tableSubject) store() Store  { return s.t }
func (s *tableSubject) snapshot() any { return maps.Clone(s.model) }

func (s *tableSubject) restore(m any) {
	s.model = map[string]rowModel{}
	if m != nil {
		s.model = maps.Clone(m.(map[string]rowModel))
	}
}

func (s *tableSubject) open(db *DB) (err error) {
	s.t, err = db.Table(s.n, s.l)
	return err
}

// drawKey draws one of 300 keys, of different lengths and with common prefixes.
func drawKey(t *rapid.T, intKey bool) string {
	n := rapid.IntRange(0, 299).Draw(t, "key")
	if intKey {
		return string(AppendIntKey(nil, int64(n-150)<<uint(n%40)))
	}
	return testKey(n)
}

func testKey(n int) string {
	if n%7 == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%.*s%d\x00%d", n%30, "a long common prefix of many keys", n, n%3)
}

func (s *tableSubject) mutate(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "delete") == 0 {
		key := drawKey(t, s.l.IntKey)
		row := s.t.Find([]byte(key))
		if _, ok := s.model[key]; ok != (row != None) {
			t.Fatalf("find %q: row %d, in the model %t", key, row, ok)
		}
		if row != None {
			s.t.Delete(row)
			delete(s.model, key)
		}
		return
	}
	if rapid.IntRange(0, 4).Draw(t, "find") == 0 {
		s.changeFound(t)
		return
	}
	s.upsertBatch(t)
}

// changeFound changes rows that are there.
func (s *tableSubject) changeFound(t *rapid.T) {
	keys, names, rows := drawKeys(t, s.l.IntKey)
	groups := make([]uint32, len(rows))
	if s.l.IntKey {
		s.t.FindInts(intKeys(names), rows, groups)
	} else {
		s.t.FindBatch(keys, rows, groups)
	}
	for k, r := range rows {
		m, ok := s.model[names[r]]
		if ok != (groups[k] != None) {
			t.Fatalf("find %q: row %d, in the model %t", names[r], groups[k], ok)
		}
		if ok {
			m.words[0] += 1000
			s.t.Words()[groups[k]*2] += 1000
			s.model[names[r]] = m
		}
	}
	s.t.MarkDirtyBatch(groups)
}

func (s *tableSubject) upsertBatch(t *rapid.T) {
	keys, names, rows := drawKeys(t, s.l.IntKey)
	groups := make([]uint32, len(rows))
	created := make([]uint64, 1)
	if s.l.IntKey {
		s.t.UpsertInts(intKeys(names), rows, groups, created)
	} else {
		s.t.UpsertBatch(keys, rows, groups, created)
	}
	for k, r := range rows {
		s.update(t, names[r], groups[k], created[0]>>k&1 != 0)
	}
}

// drawKeys draws a column of keys, and a selection of its rows.
func drawKeys(t *rapid.T, intKey bool) (keys *Keys, names []string, rows []uint32) {
	keys = &Keys{}
	for i := range rapid.IntRange(1, 60).Draw(t, "rows") {
		key := drawKey(t, intKey)
		keys.Pos = append(keys.Pos, uint32(len(keys.Data)))
		keys.Len = append(keys.Len, int32(len(key)))
		keys.Data = append(keys.Data, key...)
		names = append(names, key)
		if i%5 != 4 {
			rows = append(rows, uint32(i))
		}
	}
	return keys, names, rows
}

func intKeys(names []string) []int64 {
	ints := make([]int64, len(names))
	for i, n := range names {
		ints[i] = IntKey([]byte(n))
	}
	return ints
}

// update changes a row and its model alike.
func (s *tableSubject) update(t *rapid.T, key string, row uint32, created bool) {
	m, ok := s.model[key]
	if ok == created {
		t.Fatalf("upsert %q: created %t, in the model %t", key, created, ok)
	}
	w := s.t.Words()[int(row)*2 : int(row)*2+2]
	if w[0] != m.words[0] || w[1] != m.words[1] || string(s.t.Blob(row, 0)) != m.blob {
		t.Fatalf("%q is %v %q, not %v", key, w, s.t.Blob(row, 0), m)
	}
	m.words[0]++
	m.words[1] += uint64(row)
	if n := rapid.IntRange(0, 20).Draw(t, "blob"); n < 15 {
		m.blob = string(bytes.Repeat([]byte{'a' + byte(n)}, n*n*n/8))
	}
	w[0], w[1] = m.words[0], m.words[1]
	s.t.SetBlob(row, 0, []byte(m.blob))
	s.model[key] = m
}

func (s *tableSubject) check(t *rapid.T) {
	low, high := drawKey(t, s.l.IntKey), drawKey(t, s.l.IntKey)
	s.checkScan(t, nil, nil) // The first thing after a restart, maybe.
	s.checkScan(t, []byte(low), []byte(high))
	if n := s.t.Len(); n != len(s.model) {
		t.Fatalf("%d keys, not %d", n, len(s.model))
	}
	for range 20 {
		key := drawKey(t, s.l.IntKey)
		row := s.t.Find([]byte(key))
		m, ok := s.model[key]
		if ok != (row != None) {
			t.Fatalf("find %q: row %d, in the model %t", key, row, ok)
		}
		if ok && (s.t.Words()[row*2] != m.words[0] || string(s.t.Blob(row, 0)) != m.blob || string(s.t.Key(row)) != key) {
			t.Fatalf("%q differs", key)
		}
	}
}

func (s *tableSubject) checkScan(t *rapid.T, low, high []byte) {
	var want []string
	for k := range s.model {
		if k >= string(low) && (high == nil || k < string(high)) {
			want = append(want, k)
		}
	}
	slices.Sort(want)
	var got []string
	var p Page
	scan := s.t.Scan(low, high)
	for scan.Next(&p) {
		for row := range uint32(p.Len()) {
			k := string(p.Key(row))
			m := s.model[k]
			if w := p.Words()[row*2 : row*2+2]; w[0] != m.words[0] || w[1] != m.words[1] || string(p.Blob(row, 0)) != m.blob {
				t.Fatalf("scan: %q is %v %q, not %v", k, w, p.Blob(row, 0), m)
			}
			got = append(got, k)
		}
	}
	if scan.Err() != nil {
		t.Fatal(scan.Err())
	}
	if !slices.Equal(got, want) {
		t.Fatalf("scan %q to %q: %q, not %q", low, high, got, want)
	}
}

// eachMemory runs a test with ample and with tiny memory.
func eachMemory(t *testing.T, fn func(t *testing.T, o Options)) {
	for name, o := range map[string]Options{"ample": {}, "tiny": {Memory: 4 << 10}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // Badger mostly waits.
			fn(t, o)
		})
	}
}

func TestTableModel(t *testing.T) {
	t.Parallel()
	eachMemory(t, func(root *testing.T, o Options) {
		rapid.Check(root, func(t *rapid.T) {
			w := newWorld(root, t, o,
				&tableSubject{n: "q1/counts/0", l: testLayout},
				&tableSubject{n: "q1/ints/0", l: Layout{Words: 2, Blobs: 1, IntKey: true}})
			w.run(t, 150)
		})
	})
}
