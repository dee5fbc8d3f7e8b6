package state

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// The benchmarks compare with Go maps in the same run, as absolute times differ
// between machines: read the ratio of the two lines.

const (
	benchKeys = 100_000
	benchRows = 4096
	benchRing = 64 // Batches, so that the keys are not in the cache by accident.
)

type keyBatch struct {
	ints    []int64
	keys    Keys
	strings []string
}

// benchBatches makes batches of keys, uniform or skewed by Zipf's law.
func benchBatches(zipf bool) []keyBatch {
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.1, 1, benchKeys-1)
	batches := make([]keyBatch, benchRing)
	for i := range batches {
		b := &batches[i]
		for range benchRows {
			k := int64(r.IntN(benchKeys))
			if zipf {
				k = int64(z.Uint64())
			}
			b.ints = append(b.ints, k*7919)
			b.keys.Pos = append(b.keys.Pos, uint32(len(b.keys.Data)))
			from := len(b.keys.Data)
			b.keys.Data = fmt.Appendf(b.keys.Data, "auction-%d", k*7919)
			b.keys.Len = append(b.keys.Len, int32(len(b.keys.Data)-from))
			b.strings = append(b.strings, string(b.keys.Data[from:]))
		}
	}
	return batches
}

func allRows(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

type benchAgg struct{ count, sum, max uint64 }

func (a *benchAgg) add(v uint64) {
	a.count++
	a.sum += v
	a.max = max(a.max, v)
}

// aggregate is what a COUNT, SUM, MAX does with the rows of a batch.
func aggregate(words []uint64, groups []uint32) {
	for k, g := range groups {
		(*benchAgg3)(words[g*3:]).add(uint64(k))
	}
}

// benchAgg3 is the three words of a row.
type benchAgg3 [3]uint64

func (a *benchAgg3) add(v uint64) {
	a[0]++
	a[1] += v
	a[2] = max(a[2], v)
}

func benchTable(b *testing.B, l Layout) (*DB, *Table) {
	db, err := Open("", nil, Options{InMemory: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	t, err := db.Table("bench", l)
	if err != nil {
		b.Fatal(err)
	}
	return db, t
}

func BenchmarkGroupBy(b *testing.B) {
	for _, zipf := range []bool{false, true} {
		name := "uniform"
		if zipf {
			name = "zipf"
		}
		batches := benchBatches(zipf)
		rows, groups := allRows(benchRows), make([]uint32, benchRows)
		run := func(b *testing.B, batch func(*keyBatch)) {
			for i := range batches {
				batch(&batches[i])
			}
			b.ResetTimer()
			for i := range b.N {
				batch(&batches[i%benchRing])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
		}
		b.Run(name+"/int/table", func(b *testing.B) {
			_, t := benchTable(b, Layout{Words: 3, IntKey: true})
			created := make([]uint64, benchRows/64)
			run(b, func(k *keyBatch) {
				t.UpsertInts(k.ints, rows, groups, created)
				aggregate(t.Words(), groups)
			})
		})
		b.Run(name+"/int/map", func(b *testing.B) {
			m := map[int64]*benchAgg{}
			run(b, func(k *keyBatch) {
				for i, key := range k.ints {
					a := m[key]
					if a == nil {
						a = &benchAgg{}
						m[key] = a
					}
					a.add(uint64(i))
				}
			})
		})
		b.Run(name+"/bytes/table", func(b *testing.B) {
			_, t := benchTable(b, Layout{Words: 3})
			created := make([]uint64, benchRows/64)
			run(b, func(k *keyBatch) {
				t.UpsertBatch(&k.keys, rows, groups, created)
				aggregate(t.Words(), groups)
			})
		})
		b.Run(name+"/bytes/map", func(b *testing.B) {
			m := map[string]*benchAgg{}
			run(b, func(k *keyBatch) {
				for i := range k.keys.Pos {
					key := k.keys.Data[k.keys.Pos[i]:][:k.keys.Len[i]]
					a := m[string(key)]
					if a == nil {
						a = &benchAgg{}
						m[string(key)] = a
					}
					a.add(uint64(i))
				}
			})
		})
	}
}

// BenchmarkCommit is the same work with a commit every 16 batches, as a busy
// task does it: what the delta costs per row.
func BenchmarkCommit(b *testing.B) {
	batches := benchBatches(true)
	rows, groups := allRows(benchRows), make([]uint32, benchRows)
	db, t := benchTable(b, Layout{Words: 3})
	lsn := uint64(0)
	b.ResetTimer()
	for i := range b.N {
		t.UpsertBatch(&batches[i%benchRing].keys, rows, groups, nil)
		aggregate(t.Words(), groups)
		if i%16 == 15 {
			delta, err := t.AppendDelta(nil)
			if err != nil {
				b.Fatal(err)
			}
			lsn++
			db.Committed(lsn, "bench", delta)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

// BenchmarkPressure groups rows over ten times as many keys as fit into memory.
func BenchmarkPressure(b *testing.B) {
	db, err := Open(b.TempDir(), nil, Options{Memory: 8 << 20})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	t, err := db.Table("bench", Layout{Words: 3, IntKey: true})
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.1, 1, 1_000_000-1)
	keys, rows, groups := make([]int64, benchRows), allRows(benchRows), make([]uint32, benchRows)
	b.ResetTimer()
	for i := range b.N {
		for k := range keys {
			keys[k] = int64(z.Uint64())
		}
		t.UpsertInts(keys, rows, groups, nil)
		aggregate(t.Words(), groups)
		delta, err := t.AppendDelta(nil)
		if err != nil {
			b.Fatal(err)
		}
		db.Committed(uint64(i+1), "bench", delta)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
	b.ReportMetric(float64(t.fetched)/float64(b.N)/benchRows, "fetches/row")
	used, bound := db.Usage()
	b.ReportMetric(float64(used)/float64(bound), "memory/bound")
}

// BenchmarkRestore opens a database with a million keys, and touches them.
func BenchmarkRestore(b *testing.B) {
	const keys = 1_000_000
	dir := b.TempDir()
	layout := Layout{Words: 3}
	db, err := Open(dir, nil, Options{FlushInterval: -1})
	if err != nil {
		b.Fatal(err)
	}
	t, err := db.Table("bench", layout)
	if err != nil {
		b.Fatal(err)
	}
	var key []byte
	for i := range keys {
		key = append(binary.BigEndian.AppendUint64(key[:0], uint64(i)*mul1), "-user"...)
		row, _ := t.Upsert(key)
		t.Words()[row*3] = uint64(i)
	}
	delta, err := t.AppendDelta(nil)
	if err != nil {
		b.Fatal(err)
	}
	db.Committed(1, "bench", delta)
	b.Run("flushed", func(b *testing.B) {
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		for range b.N {
			restore(b, dir, nil, keys)
		}
	})
	b.Run("replayed", func(b *testing.B) {
		log := &fakeLog{groups: []*group{{lsn: 1, store: "bench", data: delta, durable: true}}}
		for range b.N {
			restore(b, b.TempDir(), log, keys)
		}
	})
}

func restore(b *testing.B, dir string, j Journal, keys int) {
	began := time.Now()
	db, err := Open(dir, j, Options{FlushInterval: -1})
	if err != nil {
		b.Fatal(err)
	}
	t, err := db.Table("bench", Layout{Words: 3})
	if err != nil {
		b.Fatal(err)
	}
	if n := t.Len(); n != keys {
		b.Fatalf("%d keys", n)
	}
	b.ReportMetric(time.Since(began).Seconds(), "s/restore")
	t.Close()
	_ = db.fail(errCrash) // What was replayed need not be written.
	_ = db.Close()
}
