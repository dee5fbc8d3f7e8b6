package log

import (
	"fmt"
	"testing"
)

// TestCompactionSettings: maintenance compacts when enough is new, or for too long, keeps what is too young, and comes back for
// null values that have reached their horizon though nothing is new.
func TestCompactionSettings(t *testing.T) {
	t.Parallel()
	open := func(pairs ...string) (*Log, *clock) {
		now := &clock{}
		now.millis.Store(1_000_000)
		settings := map[string]string{"cleanup.policy": "compact", "segment.bytes": "100"}
		for i := 0; i < len(pairs); i += 2 {
			settings[pairs[i]] = pairs[i+1]
		}
		return openMem(t, Options{Now: now.now}, TopicConfig{Settings: settings}), now
	}
	// write puts one value per key, each in a segment of its own, and one more that stays in the active segment.
	write := func(l *Log, now *clock, keys ...string) {
		t.Helper()
		for _, k := range append(keys, "active") {
			value := "v"
			if k[0] == '-' {
				k, value = k[1:], ""
			}
			put(t, l, k, value, now.millis.Load())
			mustFlush(t, l)
		}
	}
	left := func(what string, l *Log, want int) {
		t.Helper()
		if err := l.maintain(); err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, l, "t", 0); len(got) != want {
			t.Fatalf("%s: %v, expected %d records", what, got, want)
		}
	}

	l, now := open("min.cleanable.dirty.ratio", "0.5")
	var keys []string
	for i := range 8 {
		keys = append(keys, fmt.Sprint("k", i))
	}
	write(l, now, keys...)
	left("all are different", l, 9)
	write(l, now, "k0", "k1")
	left("too few are new", l, 12)
	write(l, now, "k0", "k1", "k2", "k3", "k4")
	left("half is new", l, 10) // one of each key, and the newest in the active segment besides

	l, now = open("min.compaction.lag.ms", "1000", "min.cleanable.dirty.ratio", "0")
	write(l, now, "k", "k")
	now.millis.Add(999)
	left("all are too young", l, 3)
	write(l, now, "k")
	now.millis.Add(1)
	left("two are old enough", l, 4) // of k, k, active
	now.millis.Add(999)
	left("all are", l, 3)

	l, now = open("min.cleanable.dirty.ratio", "1", "max.compaction.lag.ms", "1000")
	write(l, now, "k", "x")
	left("all are new", l, 3)
	write(l, now, "k")
	left("some are not", l, 5)
	now.millis.Add(1001)
	left("they wait for too long", l, 4)

	l, now = open("delete.retention.ms", "1000")
	write(l, now, "k", "-k")
	left("the null is met", l, 2)
	now.millis.Add(999)
	left("the null is kept", l, 2)
	now.millis.Add(1)
	left("the null has expired", l, 1)
	if h := l.topics["t"].parts[0].horizon; h != 0 {
		t.Fatal("horizon", h)
	}
}
