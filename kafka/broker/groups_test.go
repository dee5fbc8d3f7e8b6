package broker

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// pollGroup polls consumers until done is true of all the records they got, and fails when that takes too long.
func pollGroup(t *testing.T, done func(got []*kgo.Record) bool, consumers ...*kgo.Client) []*kgo.Record {
	t.Helper()
	var got []*kgo.Record
	for deadline := time.Now().Add(20 * time.Second); !done(got); {
		if time.Now().After(deadline) {
			t.Fatalf("gave up after %d records", len(got))
		}
		for _, cl := range consumers {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			got = append(got, cl.PollFetches(ctx).Records()...)
			cancel()
		}
	}
	return got
}

func atLeast(n int) func([]*kgo.Record) bool {
	return func(got []*kgo.Record) bool { return len(got) >= n }
}

func (b *testBroker) produceTo(topic string, partitions, from, to int) {
	b.t.Helper()
	cl := b.client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.AllowAutoTopicCreation())
	for i := from; i < to; i++ {
		r := &kgo.Record{Topic: topic, Partition: int32(i % partitions), Value: fmt.Appendf(nil, "%d", i)}
		if err := cl.ProduceSync(b.t.Context(), r).FirstErr(); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *testBroker) member(opts ...kgo.Opt) *kgo.Client {
	b.t.Helper()
	return b.client(append([]kgo.Opt{kgo.ConsumerGroup("g"), kgo.ConsumeTopics("t"), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.HeartbeatInterval(100 * time.Millisecond)}, opts...)...)
}

func (b *testBroker) describe(group string) kmsg.DescribeGroupsResponseGroup {
	b.t.Helper()
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = []string{group}
	resp, err := req.RequestWith(b.t.Context(), b.client())
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.Groups[0]
}

// partitionsOf lists where records are from.
func partitionsOf(records []*kgo.Record) []int32 {
	var all []int32
	for _, r := range records {
		if !slices.Contains(all, r.Partition) {
			all = append(all, r.Partition)
		}
	}
	slices.Sort(all)
	return all
}

// Two members share the partitions, one leaves, and the other goes on where it was.
func TestMembersSharePartitions(t *testing.T) {
	for name, balancer := range map[string]kgo.GroupBalancer{"range": kgo.RangeBalancer(), "cooperative-sticky": kgo.CooperativeStickyBalancer()} {
		t.Run(name, func(t *testing.T) {
			b := startBroker(t, Options{NumPartitions: 4})
			b.produceTo("t", 4, 0, 8)
			first := b.member(kgo.Balancers(balancer))
			pollGroup(t, atLeast(8), first)
			second := b.member(kgo.Balancers(balancer))
			if err := first.CommitUncommittedOffsets(t.Context()); err != nil && err != kerr.RebalanceInProgress {
				t.Fatal(err)
			}
			shared := func([]*kgo.Record) bool {
				d := b.describe("g")
				return d.State == "Stable" && len(d.Members) == 2 && d.Protocol == balancer.ProtocolName()
			}
			pollGroup(t, shared, first, second)
			if err := first.CommitUncommittedOffsets(t.Context()); err != nil {
				t.Fatal(err)
			}
			second.LeaveGroup()
			b.produceTo("t", 4, 8, 16)
			fresh := func(got []*kgo.Record) bool {
				n := 0
				for _, r := range got {
					if r.Offset >= 2 {
						n++
					}
				}
				return n >= 8
			}
			if got := partitionsOf(pollGroup(t, fresh, first)); len(got) != 4 {
				t.Errorf("who stayed reads partitions %v", got)
			}
		})
	}
}

// A static member that comes back, even after a restart of the broker, keeps its generation and its offsets.
func TestStaticMemberComesBackWithoutRebalance(t *testing.T) {
	b := startBroker(t, Options{NumPartitions: 2})
	b.produceTo("t", 2, 0, 4)
	first := b.member(kgo.InstanceID("one"))
	pollGroup(t, atLeast(4), first)
	if err := first.CommitUncommittedOffsets(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, generation := first.GroupMetadata()
	first.Close() // Static members do not leave.
	b.stop()
	b.start(Options{})
	if d := b.describe("g"); d.State != "Stable" || len(d.Members) != 1 {
		t.Fatalf("after the restart: %+v", d)
	}
	b.produceTo("t", 2, 4, 6)
	again := b.member(kgo.InstanceID("one"))
	for _, r := range pollGroup(t, atLeast(2), again) {
		if r.Offset < 2 {
			t.Errorf("partition %d offset %d was committed, and is read again", r.Partition, r.Offset)
		}
	}
	if _, now := again.GroupMetadata(); now != generation {
		t.Errorf("generation %d became %d", generation, now)
	}
}
