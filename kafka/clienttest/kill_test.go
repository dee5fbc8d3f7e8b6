package clienttest

import (
	"context"
	"fmt"
	"testing"
)

// TestNothingAcknowledgedIsLost kills the server again and again while a producer and a group work, and compares what was
// acknowledged with what the group has seen, and with what is in the topic in the end.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("events", 4, nil))
		m := must[member](t)(c.member(s, membership{group: "g", topic: "events"}))
		seen, _ := collect(t, m)
		w := startWriter(t, c, s, "events")
		for kill := range 4 {
			s.restart()
			w.waitForMore(t, 200)
			eventually(t, fmt.Sprint("the group reads on after kill ", kill+1), func() bool { return seen.len() > 200*kill })
		}
		w.stop()
		eventually(t, "the group has read everything", func() bool { return seen.has(&w.acked) })
		there := readUntil(t, must[consumer](t)(c.reader(s, "events", readUncommitted)), &w.acked)
		for what, extra := range map[string][]string{"the group": seen.without(&w.tried), "the topic": there.without(&w.tried)} {
			if len(extra) > 0 {
				t.Errorf("%s has %d values that nobody wrote: %.3q", what, len(extra), extra)
			}
		}
		if twice := there.twice(); len(twice) > 0 && c.name() != (kafkaGo{}).name() { // The others are idempotent.
			t.Errorf("%d values were written twice, such as %.3q", len(twice), twice)
		}
		t.Logf("%d acknowledged of %d", w.acked.len(), w.tried.len())
	})
}

// writer produces numbered records until stop.
type writer struct {
	tried, acked tally
	stop         func()
}

func startWriter(t *testing.T, c client, s *server, topic string) *writer {
	w := &writer{}
	p := must[producer](t)(c.producer(s, producing{codec: "lz4", acks: -1}))
	ctx, cancel := context.WithCancel(t.Context())
	quit, done := make(chan struct{}), make(chan struct{})
	go func() { // Ends with stop, or with the test.
		defer close(done)
		for n := 0; ; n++ {
			select {
			case <-quit:
				return
			default:
			}
			var records []record
			var values []string
			for i := range 10 {
				v := fmt.Sprintf("%d/%d", n, i)
				values = append(values, v)
				records = append(records, record{topic: topic, key: v, value: v})
			}
			w.tried.add(values...)
			if err := p.produce(ctx, records...); err == nil {
				w.acked.add(values...)
			} else if ctx.Err() == nil {
				t.Logf("batch %d is not acknowledged: %v", n, err)
			}
		}
	}()
	stopped := false
	w.stop = func() {
		if !stopped {
			stopped = true
			close(quit)
			<-done
			p.close()
		}
	}
	t.Cleanup(func() { cancel(); w.stop() })
	return w
}

// waitForMore waits until n more values are acknowledged.
func (w *writer) waitForMore(t *testing.T, n int) {
	t.Helper()
	target := w.acked.len() + n
	eventually(t, "records are acknowledged", func() bool { return w.acked.len() >= target })
}
