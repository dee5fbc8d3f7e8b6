package clienttest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

const (
	sessionTimeout    = 6 * time.Second // The shortest that the broker takes.
	heartbeatInterval = 300 * time.Millisecond
)

// eventually asks until the answer is true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// tally counts values, by anybody at any time.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (y *tally) add(values ...string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.counts == nil {
		y.counts = map[string]int{}
	}
	for _, v := range values {
		y.counts[v]++
	}
}

func (y *tally) len() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return len(y.counts)
}

// has says whether all values of other are here.
func (y *tally) has(other *tally) bool { return len(other.without(y)) == 0 }

// without returns the values that other does not have, sorted.
func (y *tally) without(other *tally) []string {
	mine := y.snapshot()
	for v := range other.snapshot() {
		delete(mine, v)
	}
	return slices.Sorted(maps.Keys(mine))
}

// twice returns the values that were added more than once.
func (y *tally) twice() (out []string) {
	for v, n := range y.snapshot() {
		if n > 1 {
			out = append(out, v)
		}
	}
	return out
}

func (y *tally) snapshot() map[string]int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return maps.Clone(y.counts)
}

// collect adds the values that c reads to a tally until stop, which waits for the end of that.
func collect(t *testing.T, c consumer) (got *tally, stop func()) {
	got = &tally{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { // Ends with stop.
		defer close(done)
		for {
			records, err := c.poll(ctx)
			if err != nil {
				return
			}
			for _, r := range records {
				got.add(r.value)
			}
		}
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return got, stop
}

// readUntil reads values until those of want have come.
func readUntil(t *testing.T, c consumer, want *tally) *tally {
	t.Helper()
	ctx := withPatience(t)
	got := &tally{}
	for !got.has(want) {
		records, err := c.poll(ctx)
		if err != nil {
			t.Fatalf("%v: %d of %d values are missing, such as %.3q", err, len(want.without(got)), want.len(), want.without(got))
		}
		for _, r := range records {
			got.add(r.value)
		}
	}
	return got
}

// shares returns how many partitions each member of a group has, sorted; nil while the group is not stable.
func shares(t *testing.T, s *server, group string) []int {
	cl, err := franz{}.client(s)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	described, err := kadm.NewClient(cl).DescribeGroups(ctx, group)
	g := described[group]
	if err != nil || g.Err != nil || g.State != "Stable" {
		return nil
	}
	out := []int{}
	for _, m := range g.Members {
		n := 0
		if a, ok := m.Assigned.AsConsumer(); ok {
			for _, topic := range a.Topics {
				n += len(topic.Partitions)
			}
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// waitForShares waits until the partitions of a group are shared like that.
func waitForShares(t *testing.T, s *server, group string, want ...int) {
	t.Helper()
	var last []int
	defer func() {
		if t.Failed() {
			t.Logf("shares of %s at last: %v, want %v", group, last, want)
		}
	}()
	eventually(t, "the group shares its partitions", func() bool {
		last = shares(t, s, group)
		return slices.Equal(last, want)
	})
}
