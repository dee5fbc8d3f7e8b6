package clienttest

import (
	"context"
	"fmt"
	"testing"
)

// TestTransactions: a read-committed reader sees what was committed, and nothing of what was aborted, though the server is killed
// within transactions, between them and after they ended.
func TestTransactions(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("t", 3, nil))
		x := must[transactor](t)(c.transactions(s, "tx"))
		seen, _ := collect(t, must[consumer](t)(c.reader(s, "t", readCommitted)))
		committed, aborted := &tally{}, &tally{}
		ctx := withPatience(t)
		for n := range 24 {
			check(t, x.begin())
			what := committed
			if n%3 == 1 {
				what = aborted
			}
			for part := range 2 {
				records := numbered("t", fmt.Sprintf("%d.%d", n, part), 10)
				check(t, x.produce(ctx, records...))
				for _, r := range records {
					what.add(r.value)
				}
				if part == 0 && (n == 6 || n == 7) {
					s.restart()
				}
			}
			if n == 12 || n == 13 {
				s.restart()
			}
			if what == committed {
				check(t, x.commit(ctx))
			} else {
				check(t, x.abort(ctx))
			}
			if n == 18 || n == 19 {
				s.restart()
			}
		}
		eventually(t, "everything that is committed is seen", func() bool { return seen.has(committed) })
		s.restart()
		for name, got := range map[string]*tally{"while": seen, "after": readUntil(t, must[consumer](t)(c.reader(s, "t", readCommitted)), committed)} {
			if extra := got.without(committed); len(extra) > 0 {
				t.Errorf("%s: %d records that were not committed, such as %.3q", name, len(extra), extra)
			}
		}
		there := readUntil(t, must[consumer](t)(c.reader(s, "t", readUncommitted)), committed)
		if !there.has(aborted) {
			readUntil(t, must[consumer](t)(c.reader(s, "t", readUncommitted)), aborted) // Aborted is not deleted.
		}
		if twice := there.twice(); len(twice) > 0 {
			t.Errorf("%d records were written twice, such as %.3q", len(twice), twice)
		}
	})
}

// numbered returns n records with different keys, so that all partitions get some.
func numbered(topic, prefix string, n int) (out []record) {
	for i := range n {
		v := fmt.Sprintf("%s/%d", prefix, i)
		out = append(out, record{topic: topic, key: v, value: v})
	}
	return out
}

// TestCopyExactlyOnce: a program that reads, writes and commits its offsets in transactions copies every record once, though it
// aborts some of them, and though the server is killed; a copier that fails is started again.
func TestCopyExactlyOnce(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		must[transactor](t)(c.transactions(s, "probe")) // Or skip.
		check(t, ad.createTopic("from", 2, nil))
		check(t, ad.createTopic("to", 3, nil))
		want := &tally{}
		p := must[producer](t)(c.producer(s, producing{codec: "none", acks: -1}))
		write := func(n int) {
			records := numbered("from", fmt.Sprint(n), 300)
			check(t, p.produce(withPatience(t), records...))
			for _, r := range records {
				want.add(r.value)
			}
		}
		write(0)
		startCopier(t, c, s)
		seen, _ := collect(t, must[consumer](t)(c.reader(s, "to", readCommitted)))
		for n := range 3 {
			eventually(t, "something is copied", func() bool { return seen.len() > 300*n })
			s.restart()
			write(n + 1)
		}
		eventually(t, "everything is copied", func() bool { return seen.has(want) })
		s.restart()
		got := readUntil(t, must[consumer](t)(c.reader(s, "to", readCommitted)), want)
		if twice := got.twice(); len(twice) > 0 {
			t.Errorf("%d records were copied twice, such as %.3q", len(twice), twice)
		}
	})
}

func startCopier(t *testing.T, c client, s *server) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { // Ends with the test.
		defer close(done)
		for ctx.Err() == nil {
			if err := c.copyExactlyOnce(ctx, s, "from", "to", "copiers", "copier"); err != nil && ctx.Err() == nil {
				t.Logf("the copier failed: %v", err)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}
