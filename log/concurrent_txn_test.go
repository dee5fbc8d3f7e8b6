package log

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// TestConcurrentTransactions has producers with transactions over several partitions, readers of committed records that wait,
// flushes and compactions at the same time. Every reader must see what was committed in its partition, once, and nothing else.
func TestConcurrentTransactions(t *testing.T) {
	t.Parallel()
	const partitions, producers, transactions = 3, 4, 60
	l := openMem(t, Options{CacheBytes: 256 << 10, WALFileBytes: 128 << 10}, TopicConfig{Partitions: partitions, SegmentBytes: 3000})
	var mu sync.Mutex
	var want [partitions]map[string]bool
	for i := range want {
		want[i] = map[string]bool{}
	}
	var work, readers, rest sync.WaitGroup
	for i := range producers {
		work.Go(func() {
			id := fmt.Sprint("producer", i)
			rng := rand.New(rand.NewPCG(uint64(i), 3))
			p, err := l.InitTransactions(ctx, InitProducer{id, 60_000, NoProducer})
			for n := 0; n < transactions && err == nil; n++ {
				var seq [partitions]int32
				var keys [partitions][]string
				for k := range 1 + rng.IntN(5) {
					part := rng.IntN(partitions)
					key := fmt.Sprint(i, ".", n, ".", k)
					b := produced{producer: p, seq: seq[part], txn: true, values: []string{key}}.bytes(t)
					done := make(chan error, 1)
					r := l.Append(ctx, []Write{{"t", int32(part), b}}, AppendOptions{TransactionalID: id, Join: true}, func(err error) { done <- err })
					if err := <-done; err != nil || r[0].Err != nil {
						t.Error(err, r[0].Err)
						return
					}
					seq[part]++
					keys[part] = append(keys[part], key)
				}
				commit := rng.IntN(3) > 0
				if commit { // before it happens: a reader may be quicker than the answer
					mu.Lock()
					for part := range keys {
						for _, key := range keys[part] {
							want[part][key] = true
						}
					}
					mu.Unlock()
				}
				p, err = l.EndTransaction(ctx, id, p, commit, true)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	stop := make(chan struct{})
	for part := range partitions {
		readers.Go(func() {
			got := readCommittedUntil(t, l, int32(part), stop)
			mu.Lock()
			defer mu.Unlock()
			if !maps.Equal(got, want[part]) {
				t.Errorf("partition %d: %d records, expected %d", part, len(got), len(want[part]))
			}
		})
	}
	rest.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := l.Flush(); err != nil {
				t.Error(err)
			}
			if err := l.Compact("t", int32(i%partitions)); err != nil {
				t.Error(err)
			}
			l.Transactions()
			if _, err := l.Producers("t", 0); err != nil {
				t.Error(err)
			}
			if _, err := l.expireTxns(time.Now()); err != nil {
				t.Error(err)
			}
		}
	})
	work.Wait()
	close(stop)
	readers.Wait()
	rest.Wait()
}

// readCommittedUntil reads a partition of t until stop is closed and everything is read, and fails if a record comes twice.
func readCommittedUntil(t *testing.T, l *Log, part int32, stop <-chan struct{}) map[string]bool {
	got := map[string]bool{}
	var c Chunk
	defer c.Release()
	var r Records
	more := make(chan struct{}, 1)
	for offset := int64(0); ; {
		ended := false
		select {
		case <-stop:
			ended = true
		default:
		}
		if err := l.Read("t", part, offset, 4096, &c); err != nil {
			t.Error(err)
			return got
		}
		if c.Empty() {
			if ended {
				return got
			}
			cancel := l.Notify("t", part, offset, func() {
				select {
				case more <- struct{}{}:
				default:
				}
			})
			select {
			case <-more:
			case <-stop:
			}
			cancel()
			continue
		}
		for offset = max(offset, c.Start); offset < c.Next; {
			next, err := c.Decode(&r, offset, 16)
			if err != nil {
				t.Error(err)
				return got
			}
			for i := range r.N {
				key := string(r.Key(i))
				if got[key] {
					t.Errorf("%s comes twice", key)
				}
				got[key] = true
			}
			offset = next
		}
	}
}
