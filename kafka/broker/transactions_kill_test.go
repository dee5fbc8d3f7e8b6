package broker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// Clients that know transaction version 2, and those that do not.
var transactionVersions = map[string]kgo.Opt{"v1": kgo.MaxVersions(kversion.V3_8_0()), "v2": kgo.MaxVersions(kversion.Stable())}

// deaths ends and starts a broker a few times while clients work: twice it is killed, once asked to end.
func (c *child) deaths() {
	rng := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for i := range 3 {
		<-time.After(time.Duration(100+rng.IntN(250)) * time.Millisecond) // at any moment
		if i == 1 {
			c.close()
		} else {
			c.kill()
		}
		c.start()
	}
}

// killContext ends when something must have gone wrong, which takes long on a busy machine.
func killContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func (c *child) client(opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append(c.eager(), opts...)...)
}

// eager are clients that do not wait long when the broker is gone.
func (c *child) eager() []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(c.addr), kgo.MetadataMinAge(20 * time.Millisecond), kgo.RetryBackoffFn(func(int) time.Duration { return 20 * time.Millisecond }),
	}
}

// all reads a topic of some partitions to its end as a consumer of committed records.
func (c *child) all(topic string, partitions int) []string {
	c.t.Helper()
	ctx := killContext(c.t)
	cl, err := c.client(kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		c.t.Fatal(err)
	}
	defer cl.Close()
	for p := range partitions {
		if err := cl.ProduceSync(ctx, &kgo.Record{Topic: topic, Partition: int32(p), Value: []byte("end")}).FirstErr(); err != nil {
			c.t.Fatal(err)
		}
	}
	var values []string
	for ends := 0; ends < partitions; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			c.t.Fatal(err)
		}
		for _, r := range fetches.Records() {
			if string(r.Value) == "end" {
				ends++
			} else {
				values = append(values, string(r.Value))
			}
		}
	}
	return values
}

const killedPartitions = 3

// createTopic makes a topic with killedPartitions.
func (c *child) createTopic(topic string) {
	c.t.Helper()
	cl, err := c.client()
	if err != nil {
		c.t.Fatal(err)
	}
	defer cl.Close()
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics = []kmsg.CreateTopicsRequestTopic{topicRequest(topic, killedPartitions, 1)}
	resp, err := req.RequestWith(killContext(c.t), cl)
	if err != nil || resp.Topics[0].ErrorCode != 0 {
		c.t.Fatal(err, resp)
	}
}

// endings is what became of transactions, by name: begun, asked for a commit, or committed.
type endings struct {
	mu    sync.Mutex
	state map[string]string
}

func (e *endings) set(name, state string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state[name] = state
}

const recordsPerTransaction = 4

// produce runs transactions until stopped, and begins anew with another client when one fails, as a program does that is restarted.
func (e *endings) produce(ctx context.Context, c *child, id string, version kgo.Opt, stopped <-chan struct{}) error {
	rng := rand.New(rand.NewPCG(uint64(len(id)), 3))
	for n := 0; ; {
		cl, err := c.client(version, kgo.TransactionalID(id), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.DefaultProduceTopic("t"))
		if err != nil {
			return err
		}
		for err == nil {
			select {
			case <-stopped:
				cl.Close()
				return nil
			default:
			}
			n++
			err = e.transact(ctx, cl, fmt.Sprintf("%s-%d", id, n), rng.IntN(3) > 0)
		}
		cl.Close()
		if ctx.Err() != nil {
			return err
		}
	}
}

func (e *endings) transact(ctx context.Context, cl *kgo.Client, name string, commit bool) error {
	e.set(name, "begun")
	if err := cl.BeginTransaction(); err != nil {
		return err
	}
	var records []*kgo.Record
	for k := range recordsPerTransaction {
		records = append(records, &kgo.Record{Partition: int32(k % killedPartitions), Value: fmt.Appendf(nil, "%s %d", name, k)})
	}
	if err := cl.ProduceSync(ctx, records...).FirstErr(); err != nil || !commit {
		return errors.Join(err, cl.EndTransaction(ctx, kgo.TryAbort))
	}
	e.set(name, "asked")
	if err := cl.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return err
	}
	e.set(name, "committed")
	return nil
}

// check compares what readers see with what producers were told.
func (e *endings) check(t *testing.T, values []string) {
	t.Helper()
	seen := map[string]map[string]bool{}
	for _, v := range values {
		name, k, _ := strings.Cut(v, " ")
		if seen[name] == nil {
			seen[name] = map[string]bool{}
		}
		if seen[name][k] {
			t.Errorf("%q is there twice", v)
		}
		seen[name][k] = true
	}
	count := map[string]int{}
	for name, state := range e.state {
		count[state]++
		n := len(seen[name])
		whole := n == recordsPerTransaction
		if n > 0 && !whole || whole && state == "begun" || !whole && state == "committed" {
			t.Errorf("%s: %d of %d records, it was %s", name, n, recordsPerTransaction, state)
		}
	}
	t.Logf("transactions: %v", count)
	if count["committed"] == 0 || count["begun"] == 0 {
		t.Errorf("of every kind there should be some: %v", count)
	}
}

// Transactions of clients while the broker dies and comes back: what was committed is there, whole and once, what was aborted never.
func TestTransactionsOfClientsSurviveKills(t *testing.T) {
	c := startChild(t)
	c.createTopic("t")
	e := &endings{state: map[string]string{}}
	stopped := make(chan struct{})
	failed := make(chan error, len(transactionVersions))
	ctx := killContext(t)
	for name, version := range transactionVersions {
		go func() { failed <- e.produce(ctx, c, name, version, stopped) }()
	}
	c.deaths()
	close(stopped)
	for range transactionVersions {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
	e.check(t, c.all("t", killedPartitions))
}

// worker consumes, processes and produces in transactions of a group, and gives up one in four.
func worker(ctx context.Context, c *child, id string, version kgo.Opt) error {
	rng := rand.New(rand.NewPCG(uint64(len(id)), 4))
	for {
		s, err := kgo.NewGroupTransactSession(append(c.eager(), version, kgo.TransactionalID(id), kgo.TransactionTimeout(5*time.Second), kgo.ConsumerGroup("etl"), kgo.ConsumeTopics("in"),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
			kgo.DefaultProduceTopic("out"), kgo.HeartbeatInterval(100*time.Millisecond), kgo.SessionTimeout(time.Second), kgo.FetchMaxPartitionBytes(1500))...)
		if err != nil {
			return err
		}
		// What the client before has left open goes first: its offsets are pending, and until they are decided nobody gets those
		// partitions to read.
		_, _, err = s.Client().ProducerID(ctx)
		for err == nil && ctx.Err() == nil {
			err = process(ctx, s, rng.IntN(4) > 0)
		}
		s.Close()
		if ctx.Err() != nil {
			return nil
		}
	}
}

func process(ctx context.Context, s *kgo.GroupTransactSession, commit bool) error {
	wait, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	fetches := s.PollFetches(wait)
	cancel()
	if fetches.NumRecords() == 0 {
		return nil
	}
	if err := s.Begin(); err != nil {
		return err
	}
	failed := kgo.AbortingFirstErrPromise(s.Client())
	for _, r := range fetches.Records() {
		s.Produce(ctx, &kgo.Record{Value: r.Value}, failed.Promise())
	}
	_, err := s.End(ctx, kgo.TransactionEndTry(failed.Err() == nil && commit))
	return err
}

// feed writes numbers to a topic until stopped, and returns how many.
func (c *child) feed(ctx context.Context, topic string, stopped <-chan struct{}) int {
	cl, err := c.client(kgo.DefaultProduceTopic(topic))
	if err != nil {
		c.t.Error(err)
		return 0
	}
	defer cl.Close()
	for n := 0; ; n++ {
		select {
		case <-stopped:
			return n
		default:
		}
		r := &kgo.Record{Key: fmt.Append(nil, n), Value: fmt.Append(nil, n)}
		if err := cl.ProduceSync(ctx, r).FirstErr(); err != nil {
			c.t.Error(err)
			return n
		}
	}
}

// What goes through a group in transactions comes out exactly once, whoever dies on the way.
func TestConsumeProcessProduceSurvivesKills(t *testing.T) {
	c := startChild(t)
	c.createTopic("in")
	c.createTopic("out")
	ctx, cancel := context.WithCancel(killContext(t))
	defer cancel()
	var workers sync.WaitGroup
	for name, version := range transactionVersions {
		workers.Go(func() {
			if err := worker(ctx, c, name, version); err != nil {
				t.Error(err)
			}
		})
	}
	stopped, fed := make(chan struct{}), make(chan int, 1)
	workers.Go(func() { fed <- c.feed(ctx, "in", stopped) })
	c.deaths()
	close(stopped)
	n := <-fed
	c.waitForOffsets("etl", "in", int64(n))
	cancel()
	workers.Wait()
	t.Logf("%d records", n)
	seen := map[string]int{}
	for _, v := range c.all("out", killedPartitions) {
		seen[v]++
	}
	for i := range n {
		if got := seen[fmt.Sprint(i)]; got != 1 {
			t.Errorf("%d came out %d times", i, got)
		}
	}
}

// waitForOffsets waits until a group has committed so many records of a topic.
func (c *child) waitForOffsets(group, topic string, want int64) {
	c.t.Helper()
	cl, err := c.client()
	if err != nil {
		c.t.Fatal(err)
	}
	defer cl.Close()
	req := kmsg.NewPtrOffsetFetchRequest()
	req.RequireStable = true
	req.Groups = []kmsg.OffsetFetchRequestGroup{{Group: group, MemberEpoch: -1,
		Topics: []kmsg.OffsetFetchRequestGroupTopic{{Topic: topic, Partitions: []int32{0, 1, 2}}}}}
	ctx := killContext(c.t)
	for sum := int64(0); sum != want; {
		resp, err := req.RequestWith(ctx, cl)
		if err != nil {
			c.t.Fatal(err)
		}
		sum = 0
		for _, p := range resp.Groups[0].Topics[0].Partitions {
			if p.ErrorCode != 0 && p.ErrorCode != kerr.UnstableOffsetCommit.Code {
				c.t.Fatal(kerr.ErrorForCode(p.ErrorCode))
			}
			sum += max(p.Offset, 0)
		}
	}
}
