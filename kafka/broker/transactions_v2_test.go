package broker

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Transaction version 2: partitions and groups join by being written to, and each transaction has an epoch of its own.
func TestTransactionVersion2(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 2)
	x := b.producer("x")
	first := x.producer
	x.want(x.produce(12, 0, "a"), nil)
	x.want(x.commitOffset(5, "g", 5), nil)
	b.wantCommitted()
	b.wantOffset("g", true, -1, kerr.UnstableOffsetCommit)
	ended, again := x.sendEnd(5, true), x.sendEnd(5, true)
	want := log.ProducerID{ID: first.ID, Epoch: first.Epoch + 1}
	for _, resp := range []*kmsg.EndTxnResponse{ended, again} {
		if got := (log.ProducerID{ID: resp.ProducerID, Epoch: resp.ProducerEpoch}); resp.ErrorCode != 0 || got != want {
			t.Fatalf("became %+v, want %v", resp, want)
		}
	}
	b.wantCommitted("a")
	b.wantOffset("g", true, 5, nil)
	x.want(x.sendEnd(5, false).ErrorCode, kerr.InvalidTxnState)
	x.want(x.produce(12, 0, "late"), kerr.InvalidProducerEpoch)
	x.want(x.commitOffset(5, "g", 6), kerr.InvalidProducerEpoch)

	x.become(want)
	x.want(x.produce(12, 0, "b"), nil)
	x.want(x.produce(12, 0, "b"), nil)
	x.want(x.end(5, false), nil)
	x.want(x.end(5, true), kerr.InvalidTxnState) // there is nothing to commit
	before := x.producer
	x.want(x.end(5, false), nil)
	if x.producer.Epoch != before.Epoch+1 {
		t.Fatalf("an abort of nothing made %v of %v", x.producer, before)
	}
	x.want(x.produce(12, 1, "c"), nil)
	b.stop()
	b.start(Options{})
	x.peer = b.dial()
	x.want(x.produce(12, 1, "d"), nil)
	x.want(x.end(5, true), nil)
	b.wantCommitted("a", "c", "d")
}

func TestFeaturesAreTold(t *testing.T) {
	b := startBroker(t, Options{})
	for version, least := range map[int16]int16{3: 1, 4: 0} {
		req := kmsg.NewPtrApiVersionsRequest()
		req.ClientSoftwareName, req.ClientSoftwareVersion = "test", "1"
		resp := ask[*kmsg.ApiVersionsResponse](b.dial(), req, version)
		if len(resp.SupportedFeatures) != 1 || len(resp.FinalizedFeatures) != 1 || resp.FinalizedFeaturesEpoch < 0 {
			t.Fatalf("version %d: %+v", version, resp)
		}
		s, f := resp.SupportedFeatures[0], resp.FinalizedFeatures[0]
		if s.Name != "transaction.version" || s.MinVersion != least || s.MaxVersion != 2 || f.Name != s.Name || f.MinVersionLevel != 2 || f.MaxVersionLevel != 2 {
			t.Errorf("version %d: %+v, %+v", version, s, f)
		}
	}
}

func TestProduceByTopicID(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	info, _ := b.log.Topic("t")
	p := b.dial()
	for id, want := range map[[16]byte]*kerr.Error{info.ID: nil, {1}: kerr.UnknownTopicID} {
		req := produceRequest("", 0, batch(time.Now().UnixMilli(), "a"))
		req.Topics[0].TopicID = id
		got := ask[*kmsg.ProduceResponse](p, req, 13).Topics[0]
		if got.TopicID != id || got.Partitions[0].ErrorCode != codeOf(asError(want)) {
			t.Errorf("%x: %+v, want %v", id, got, want)
		}
	}
	b.wantCommitted("a")
}

// Whoever takes too long loses its transaction, and is told so.
func TestTransactionTimesOut(t *testing.T) {
	for name, version := range transactionVersions {
		t.Run(name, func(t *testing.T) {
			b := startBroker(t, Options{})
			b.createTopic("t", 1)
			cl := b.client(version, kgo.TransactionalID("x"), kgo.TransactionTimeout(200*time.Millisecond), kgo.DefaultProduceTopic("t"))
			ctx := testContext(t)
			if err := cl.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			if err := cl.ProduceSync(ctx, kgo.StringRecord("slow")).FirstErr(); err != nil {
				t.Fatal(err)
			}
			waitUntil(t, "it is aborted", func() bool {
				x, _ := b.log.Transaction("x")
				return x.State == log.TxnAborted
			})
			if err := cl.EndTransaction(ctx, kgo.TryCommit); err == nil {
				t.Fatal("the transaction was committed")
			}
			b.wantCommitted()
			next := b.client(version, kgo.TransactionalID("x"), kgo.DefaultProduceTopic("t"))
			if err := (&endings{state: map[string]string{}}).transact(ctx, next, "n", true); err != nil {
				t.Fatal(err)
			}
			if got := b.committed(); len(got) != recordsPerTransaction {
				t.Error(got)
			}
		})
	}
}

// A client that comes back under the same transactional id fences the one before for good.
func TestZombieIsFenced(t *testing.T) {
	for name, version := range transactionVersions {
		t.Run(name, func(t *testing.T) {
			b := startBroker(t, Options{})
			b.createTopic("t", 1)
			ctx := testContext(t)
			opts := []kgo.Opt{version, kgo.TransactionalID("x"), kgo.DefaultProduceTopic("t")}
			zombie, next := b.client(opts...), b.client(opts...)
			begin := func(cl *kgo.Client, value string) error {
				if err := cl.BeginTransaction(); err != nil {
					return err
				}
				return cl.ProduceSync(ctx, kgo.StringRecord(value)).FirstErr()
			}
			if err := begin(zombie, "zombie"); err != nil {
				t.Fatal(err)
			}
			if err := begin(next, "next"); err != nil {
				t.Fatal(err)
			}
			if err := zombie.ProduceSync(ctx, kgo.StringRecord("late")).FirstErr(); err == nil {
				t.Error("a fenced producer writes")
			}
			if err := zombie.EndTransaction(ctx, kgo.TryCommit); err == nil {
				t.Error("a fenced producer commits")
			}
			if err := next.EndTransaction(ctx, kgo.TryCommit); err != nil {
				t.Fatal(err)
			}
			b.wantCommitted("next")
		})
	}
}

// Who was put out of its group cannot commit offsets in a transaction either.
func TestGroupFencesTransactionalCommits(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	b.append("t", 0, batch(1, "a"))
	m := b.member()
	pollGroup(t, atLeast(1), m)
	id, generation := m.GroupMetadata()
	x := b.producer("x")
	x.want(x.addGroup(4, "g"), nil)
	commit := func(member string, generation int32, instance *string) int16 {
		req := x.commitRequest("g", 1)
		req.MemberID, req.Generation, req.InstanceID = member, generation, instance
		return x.sendCommit(4, req)
	}
	x.want(commit(id, generation+1, nil), kerr.IllegalGeneration)
	x.want(commit("another", generation, nil), kerr.UnknownMemberID)
	x.want(commit(id, generation, kmsg.StringPtr("static")), kerr.UnknownMemberID)
	x.want(commit(id, generation, nil), nil)
	x.want(x.end(4, true), nil)
	b.wantOffset("g", true, 1, nil)
}

func TestTransactionsAreDescribed(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 3)
	b.createTopic("u", 1)
	open, idle := b.producer("open"), b.producer("idle")
	open.want(open.add(3, 2, 0)[0], nil)
	open.want(open.produce(11, 2, "a", "b"), nil)
	p := b.dial()

	describe := kmsg.NewPtrDescribeTransactionsRequest()
	describe.TransactionalIDs = []string{"open", "idle", "none", ""}
	states := ask[*kmsg.DescribeTransactionsResponse](p, describe, 0).TransactionStates
	s := states[0]
	if s.State != "Ongoing" || s.ProducerID != open.producer.ID || s.TimeoutMillis != 60_000 || time.Since(time.UnixMilli(s.StartTimestamp)).Abs() > time.Minute ||
		len(s.Topics) != 1 || s.Topics[0].Topic != "t" || !slices.Equal(s.Topics[0].Partitions, []int32{0, 2}) {
		t.Errorf("%+v", s)
	}
	if s := states[1]; s.State != "Empty" || s.StartTimestamp != -1 || len(s.Topics) > 0 {
		t.Errorf("%+v", s)
	}
	if states[2].ErrorCode != kerr.TransactionalIDNotFound.Code || states[3].ErrorCode != kerr.InvalidRequest.Code {
		t.Errorf("%+v", states[2:])
	}

	producers := kmsg.NewPtrDescribeProducersRequest()
	producers.Topics = []kmsg.DescribeProducersRequestTopic{{Topic: "t", Partitions: []int32{2, 1, 3}}}
	parts := ask[*kmsg.DescribeProducersResponse](p, producers, 0).Topics[0].Partitions
	if len(parts[0].ActiveProducers) != 1 || len(parts[1].ActiveProducers) != 0 || parts[2].ErrorCode != kerr.UnknownTopicOrPartition.Code {
		t.Fatalf("%+v", parts)
	}
	if a := parts[0].ActiveProducers[0]; a.ProducerID != open.producer.ID || a.LastSequence != 1 || a.CurrentTxnStartOffset != 0 {
		t.Errorf("%+v", a)
	}

	for name, c := range map[string]struct {
		change func(*kmsg.ListTransactionsRequest)
		want   string
	}{
		"all":        {func(*kmsg.ListTransactionsRequest) {}, "[idle open] []"},
		"state":      {func(r *kmsg.ListTransactionsRequest) { r.StateFilters = []string{"Ongoing", "Odd"} }, "[open] [Odd]"},
		"producer":   {func(r *kmsg.ListTransactionsRequest) { r.ProducerIDFilters = []int64{idle.producer.ID} }, "[idle] []"},
		"short time": {func(r *kmsg.ListTransactionsRequest) { r.DurationFilterMillis = 3_600_000 }, "[] []"},
		"pattern":    {func(r *kmsg.ListTransactionsRequest) { r.TransactionalIDPattern = kmsg.StringPtr("op.*|id") }, "[open] []"},
	} {
		req := kmsg.NewPtrListTransactionsRequest()
		c.change(req)
		resp := ask[*kmsg.ListTransactionsResponse](p, req, 2)
		ids := []string{}
		for _, s := range resp.TransactionStates {
			ids = append(ids, s.TransactionalID)
		}
		if got := fmt.Sprint(ids, resp.UnknownStateFilters); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	bad := kmsg.NewPtrListTransactionsRequest()
	bad.TransactionalIDPattern = kmsg.StringPtr("(")
	if got := ask[*kmsg.ListTransactionsResponse](p, bad, 2).ErrorCode; got != kerr.InvalidRegularExpression.Code {
		t.Errorf("a pattern that is none: %v", kerr.ErrorForCode(got))
	}
}

// Pages of any size tell the same of all topics.
func TestTopicsAreDescribedInPages(t *testing.T) {
	b := startBroker(t, Options{})
	for i, n := range []int{3, 1, 2} {
		b.createTopic(fmt.Sprintf("t%d", i), n)
	}
	p := b.dial()
	for _, names := range [][]string{nil, {"t2", "t1", "none", "t0", "t1"}} {
		want := []string{"t0-0", "t0-1", "t0-2", "t1-0", "t2-0", "t2-1"}
		if names != nil {
			want = slices.Insert(want, 0, kerr.UnknownTopicOrPartition.Message)
		}
		for limit := int32(1); limit < 8; limit++ {
			var got []string
			req := kmsg.NewPtrDescribeTopicPartitionsRequest()
			for _, name := range names {
				req.Topics = append(req.Topics, kmsg.DescribeTopicPartitionsRequestTopic{Topic: name})
			}
			req.ResponsePartitionLimit = limit
			for pages := 0; pages < 20; pages++ {
				resp := ask[*kmsg.DescribeTopicPartitionsResponse](p, req, 0)
				for _, topic := range resp.Topics {
					if topic.ErrorCode != 0 {
						got = append(got, kerr.TypedErrorForCode(topic.ErrorCode).Message)
					}
					for _, part := range topic.Partitions {
						got = append(got, fmt.Sprintf("%s-%d", *topic.Topic, part.Partition))
					}
				}
				if resp.NextCursor == nil {
					break
				}
				req.Cursor = &kmsg.DescribeTopicPartitionsRequestCursor{Topic: resp.NextCursor.Topic, Partition: resp.NextCursor.Partition}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v, limit %d: %q, want %q", names, limit, got, want)
			}
		}
	}
	req := kmsg.NewPtrDescribeTopicPartitionsRequest()
	req.ResponsePartitionLimit = 0
	if got := ask[*kmsg.DescribeTopicPartitionsResponse](p, req, 0).Topics[0].ErrorCode; got != kerr.InvalidRequest.Code {
		t.Errorf("a limit of 0: %v", kerr.ErrorForCode(got))
	}
}

// Java's client fails on lists of replicas that are null.
func TestDescribedPartitionsHaveNoNulls(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	req := kmsg.NewPtrDescribeTopicPartitionsRequest()
	req.ResponsePartitionLimit = 1
	p := ask[*kmsg.DescribeTopicPartitionsResponse](b.dial(), req, 0).Topics[0].Partitions[0]
	for name, list := range map[string][]int32{"eligible leaders": p.EligibleLeaderReplicas, "last known eligible leaders": p.LastKnownELR} {
		if list == nil {
			t.Errorf("%s is null", name)
		}
	}
}
