package state

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkFlush writes deltas of rows with new keys, 270 bytes each, to Badger
// on disk: the worst case, in which nothing can be merged.
func BenchmarkFlush(b *testing.B) {
	const commits, rows = 40, 4000
	r := rand.New(rand.NewPCG(3, 4))
	value := make([]byte, 250)
	deltas := make([][]byte, commits)
	for i := range deltas {
		d := header{kind: kindTable, layout: Layout{Words: 1, Blobs: 1}}.append(nil)
		for range rows {
			for j := range value {
				value[j] = byte(r.Uint32())
			}
			d = appendPut(d, fmt.Appendf(nil, "%020d", r.Uint64()), value)
		}
		deltas[i] = d
	}
	for b.Loop() {
		b.StopTimer()
		db, err := Open(b.TempDir(), nil, Options{FlushInterval: -1})
		if err != nil {
			b.Fatal(err)
		}
		for i, d := range deltas {
			db.Committed(uint64(i+1), "store", d)
		}
		b.StartTimer()
		if err := db.Flush(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/commits/rows, "ns/row")
}
