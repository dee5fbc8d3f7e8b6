package log

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The kill test of transactions: several producers in a child process write transactions over several partitions, send batches
// twice, commit positions with them, and end them either way; the parent kills the child at random moments and compares what
// readers of committed records see with what the child was told.

const (
	killTxnEnv       = "LEAT_LOG_KILL_TXN_LIFE"
	killTxnProducers = 4
	killTxnParts     = 5
)

// killTxnName names a transaction: of a producer, in a life of the child, the n-th.
type killTxnName struct {
	producer, life int
	n              int64
}

// killTxnChild runs the producers until it is killed. Its lines are "begin", "commit" or "abort" before an end is asked for,
// and "done" behind it, each with the name of the transaction.
func killTxnChild(dir string, life int) error {
	l, err := Open(dir, killOptions())
	if err != nil {
		return err
	}
	if _, ok := l.Topic("t"); !ok {
		if err := l.CreateTopic(ctx, "t", TopicConfig{Partitions: killTxnParts}); err != nil {
			return err
		}
	}
	var mu sync.Mutex
	say := func(what string, t killTxnName) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(what, t.producer, t.life, t.n)
	}
	failed := make(chan error, killTxnProducers)
	for i := range killTxnProducers {
		go func() { failed <- killTxnProducer(l, i, life, say) }()
	}
	return <-failed
}

// killTxnProducer is one producer. Producers with an odd number use the classic protocol, the others raise their epoch with
// every transaction.
func killTxnProducer(l *Log, i, life int, say func(string, killTxnName)) error {
	rng := rand.New(rand.NewPCG(uint64(i), uint64(life)))
	id, raise := fmt.Sprint("producer", i), i%2 == 0
	p, err := l.InitTransactions(ctx, InitProducer{id, 60_000, NoProducer})
	if err != nil {
		return err
	}
	var seq [killTxnParts]int32
	for n := int64(1); ; n++ {
		t := killTxnName{i, life, n}
		say("begin", t)
		count := 1 + rng.IntN(6)
		for k := range count {
			part := rng.Int32N(killTxnParts)
			if !raise {
				if err := l.AddPartitions(ctx, id, p, []TopicPartition{{"t", part}}); err != nil {
					return err
				}
			}
			value := fmt.Sprintf("%d %d %d %d %d %s", i, life, n, k, count, strings.Repeat("x", rng.IntN(300)))
			if err := appendTwice(l, rng, id, p, &seq[part], part, value, raise); err != nil {
				return err
			}
		}
		offset := []GroupOffset{{Topic: "t", Partition: int32(i), Offset: int64(life)<<32 + n}}
		if err := l.CommitTxnOffsets(ctx, id, p, id, offset, true); err != nil {
			return err
		}
		commit, what := rng.IntN(3) > 0, "abort"
		if commit {
			what = "commit"
		}
		say(what, t)
		next, err := l.EndTransaction(ctx, id, p, commit, raise)
		if err != nil {
			return err
		}
		if next != p {
			p, seq = next, [killTxnParts]int32{}
		}
		say("done", t)
	}
}

// appendTwice appends a record, and mostly does so again as if the answer had been lost, sometimes without waiting for it.
func appendTwice(l *Log, rng *rand.Rand, id string, p ProducerID, seq *int32, part int32, value string, join bool) error {
	var b BatchBuilder
	b.Append(nil, []byte(value), nil, 0)
	batch := produced{producer: p, seq: *seq, txn: true}.sign(b.Bytes())
	*seq++
	done := make(chan error, 2)
	send := func() Appended {
		return l.Append(ctx, []Write{{"t", part, batch}}, AppendOptions{TransactionalID: id, Join: join}, func(err error) { done <- err })[0]
	}
	first := send()
	if rng.IntN(2) == 0 {
		if err := <-done; err != nil {
			return err
		}
		done <- nil
	}
	again := send()
	if first.Err != nil || again.Err != nil || !again.Duplicate || again.Base != first.Base {
		return fmt.Errorf("%+v, and again: %+v", first, again)
	}
	if err := <-done; err != nil {
		return err
	}
	return <-done
}

// killTxnModel is what the parent knows: transactions by name.
type killTxnModel map[killTxnName]string // "begin", "commit", "abort", "committed", "aborted"

// hear takes over the lines of a child; the last may be cut.
func (m killTxnModel) hear(r io.Reader, first func()) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var what string
		var t killTxnName
		if n, _ := fmt.Sscan(lines.Text(), &what, &t.producer, &t.life, &t.n); n < 4 {
			if strings.HasPrefix(lines.Text(), "error") {
				return fmt.Errorf("child: %s", lines.Text())
			}
			continue
		}
		if what == "done" {
			what = map[string]string{"commit": "committed", "abort": "aborted"}[m[t]]
		}
		m[t] = what
		first()
	}
	return nil
}

func TestKillTransactions(t *testing.T) {
	t.Parallel()
	kills := defaultKills
	if n, err := strconv.Atoi(os.Getenv("LEAT_KILLS")); err == nil {
		kills = n
	}
	dir, m := t.TempDir(), killTxnModel{}
	rng := rand.New(rand.NewPCG(8, 8))
	for life := range kills {
		if err := m.runChild(dir, life, time.Duration(rng.IntN(200))*time.Millisecond); err != nil {
			t.Fatalf("life %d: %v", life, err)
		}
		if rng.IntN(3) > 0 || life == kills-1 {
			m.check(t, dir)
		}
	}
	ends := map[string]int{}
	for _, state := range m {
		ends[state]++
	}
	t.Logf("%d kills, transactions: %v", kills, ends)
	if ends["committed"] == 0 {
		t.Fatal("no transaction was committed")
	}
}

// runChild runs the child until a while after its first line, and kills it.
func (m killTxnModel) runChild(dir string, life int, after time.Duration) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killDirEnv+"="+dir, killTxnEnv+"="+fmt.Sprint(life))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var timer *time.Timer
	err = m.hear(out, func() {
		if timer == nil {
			timer = time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
	})
	if timer != nil {
		timer.Stop()
	}
	cmd.Process.Kill()
	cmd.Wait() // killed
	return err
}

// check opens what a killed child has left. Committed transactions are there as a whole and once, others not at all; one whose
// end was asked for may be either, and then is what it is from now on. The position of every producer says the same.
func (m killTxnModel) check(t *testing.T, dir string) {
	t.Helper()
	l, err := Open(dir, killOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range killTxnProducers { // what they have left open holds back what others have committed
		if _, err := l.InitTransactions(ctx, InitProducer{fmt.Sprint("producer", i), 60_000, NoProducer}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[killTxnName]map[int]bool{}
	counts := map[killTxnName]int{}
	for part := range int32(killTxnParts) {
		err := eachCommitted(l, part, func(value string) error {
			var name killTxnName
			var k, count int
			if _, err := fmt.Sscan(value, &name.producer, &name.life, &name.n, &k, &count); err != nil {
				return err
			}
			if seen[name] == nil {
				seen[name] = map[int]bool{}
			}
			if seen[name][k] {
				return fmt.Errorf("record %d of %v is there twice", k, name)
			}
			seen[name][k], counts[name] = true, count
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	last := [killTxnProducers]int64{}
	for name, state := range m {
		there := len(seen[name]) > 0
		if there && len(seen[name]) != counts[name] {
			t.Fatalf("%v (%s): %d of %d records", name, state, len(seen[name]), counts[name])
		}
		if state == "committed" && !there || there && state != "committed" && state != "commit" {
			t.Fatalf("%v was %s, visible: %v", name, state, there)
		}
		if state == "commit" && there {
			m[name] = "committed"
		} else if state == "commit" || state == "begin" || state == "abort" {
			m[name] = "aborted" // it must not come back
		}
		if there {
			last[name.producer] = max(last[name.producer], int64(name.life)<<32+name.n)
		}
	}
	for i, want := range last {
		if got, _ := l.FetchOffset(fmt.Sprint("producer", i), "t", int32(i)); got != want {
			t.Fatalf("the position of producer %d is %d-%d, its last committed transaction is %d-%d", i, got>>32, got&(1<<32-1), want>>32, want&(1<<32-1))
		}
	}
}

func eachCommitted(l *Log, part int32, fn func(value string) error) error {
	end, err := l.EndOffset("t", part)
	if err != nil {
		return err
	}
	next, err := l.Each(context.Background(), "t", part, 0, func(r *Records) error {
		for i := range r.N {
			if err := fn(string(r.Value(i))); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && next != end {
		err = fmt.Errorf("read up to %d, the end is %d", next, end)
	}
	return err
}
