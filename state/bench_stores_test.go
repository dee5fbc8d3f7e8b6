package state

import (
	"testing"
	"time"
)

// BenchmarkSessions finds and extends the session of each row, in the rising
// times of a stream.
func BenchmarkSessions(b *testing.B) {
	db, _ := benchTable(b, Layout{})
	s, err := db.Sessions("sessions", Layout{Words: 3}, 10_000, 3_600_000)
	if err != nil {
		b.Fatal(err)
	}
	batches := benchBatches(true)
	var found []Session
	at := int64(0)
	var took time.Duration
	b.ResetTimer()
	for i := range b.N {
		keys := &batches[i%benchRing].keys
		began := time.Now()
		for r := range uint32(benchRows) {
			at++
			key := keys.at(r)
			if found = s.Find(found[:0], key, at-10_000, at+10_000); len(found) == 1 {
				s.Move(found[0].Row, found[0].Start, at)
			} else {
				s.Put(key, at, at)
			}
		}
		took += time.Since(began)
		if _, err := s.AppendDelta(nil); err != nil {
			b.Fatal(err)
		}
		s.Expire(at - 3_600_000)
	}
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

// BenchmarkJoinBuffer adds each row to one buffer and fetches its partners from
// the other, as a join within 10 seconds does; every eighth row waits.
func BenchmarkJoinBuffer(b *testing.B) {
	db, _ := benchTable(b, Layout{})
	var side [2]*Buffer
	for i, name := range []string{"left", "right"} {
		buffer, err := db.Buffer(name, 30_000)
		if err != nil {
			b.Fatal(err)
		}
		side[i] = buffer
	}
	batches := benchBatches(false)
	value := make([]byte, 100)
	var entries []Entry
	at, matches := int64(0), 0
	b.ResetTimer()
	for i := range b.N {
		keys := &batches[i%benchRing].keys
		for r := range uint32(benchRows) {
			at += int64(r & 1)
			own, other := side[r&1], side[r&1^1]
			if _, ok := own.PeekUnmatched(at - 20_000); ok {
				own.PopUnmatched()
			}
			entries = other.Fetch(entries[:0], keys.at(r), at-10_000, at+10_000)
			matches += len(entries)
			for _, e := range entries {
				other.Matched(e)
			}
			own.Add(keys.at(r), at, value, r%8 == 0)
		}
		for _, s := range side {
			s.Expire(at - 30_000)
			if _, err := s.AppendDelta(nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
	b.ReportMetric(float64(matches)/float64(b.N)/benchRows, "matches/row")
}
