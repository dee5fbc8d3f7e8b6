package exec

import (
	"sync/atomic"
	"time"
)

// LatencyBounds are the upper bounds of the buckets of a Latency; its last bucket
// has none.
var LatencyBounds = [...]time.Duration{500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond}

// Latency says how often something took how long.
type Latency struct {
	Buckets [len(LatencyBounds) + 1]int64 // Those of each bucket alone.
	Nanos   int64                         // All together.
}

// latency is a Latency that one goroutine writes and others read.
type latency struct {
	buckets [len(LatencyBounds) + 1]atomic.Int64
	nanos   atomic.Int64
}

func (l *latency) observe(d time.Duration) {
	i := 0
	for i < len(LatencyBounds) && d > LatencyBounds[i] {
		i++
	}
	l.buckets[i].Add(1)
	l.nanos.Add(int64(d))
}

// addTo adds what was observed.
func (l *latency) addTo(sum *Latency) {
	for i := range l.buckets {
		sum.Buckets[i] += l.buckets[i].Load()
	}
	sum.Nanos += l.nanos.Load()
}
