package broker

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// txnPeer is a transactional producer that says what it is told to, by hand.
type txnPeer struct {
	*peer
	id       string
	producer log.ProducerID
	seq      map[int32]int32 // of the next record, by partition of t
}

// producer makes a transactional producer.
func (b *testBroker) producer(id string) *txnPeer {
	b.t.Helper()
	x := &txnPeer{peer: b.dial(), id: id}
	x.want(x.init(log.NoProducer, 4), nil)
	return x
}

// want checks a code.
func (x *txnPeer) want(got int16, want *kerr.Error) {
	x.t.Helper()
	code := int16(0)
	if want != nil {
		code = want.Code
	}
	if got != code {
		x.t.Fatalf("got %v, want %v", kerr.ErrorForCode(got), kerr.ErrorForCode(code))
	}
}

func (x *txnPeer) init(current log.ProducerID, version int16) int16 {
	x.t.Helper()
	req := kmsg.NewPtrInitProducerIDRequest()
	req.TransactionalID, req.TransactionTimeoutMillis = &x.id, 60_000
	req.ProducerID, req.ProducerEpoch = current.ID, current.Epoch
	resp := ask[*kmsg.InitProducerIDResponse](x.peer, req, version)
	if resp.ErrorCode == 0 {
		x.become(log.ProducerID{ID: resp.ProducerID, Epoch: resp.ProducerEpoch})
	}
	return resp.ErrorCode
}

func (x *txnPeer) become(p log.ProducerID) {
	if x.seq == nil || x.producer != p {
		x.producer, x.seq = p, map[int32]int32{}
	}
}

// add lets partitions of t join, and returns the codes of all.
func (x *txnPeer) add(version int16, partitions ...int32) []int16 {
	x.t.Helper()
	req := kmsg.NewPtrAddPartitionsToTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch = x.id, x.producer.ID, x.producer.Epoch
	req.Topics = []kmsg.AddPartitionsToTxnRequestTopic{{Topic: "t", Partitions: partitions}}
	var codes []int16
	for _, p := range ask[*kmsg.AddPartitionsToTxnResponse](x.peer, req, version).Topics[0].Partitions {
		codes = append(codes, p.ErrorCode)
	}
	return codes
}

func (x *txnPeer) produce(version int16, partition int32, values ...string) int16 {
	x.t.Helper()
	req := produceRequest("t", partition, transactional(x.producer, x.seq[partition], values...))
	req.TransactionID = &x.id
	code := ask[*kmsg.ProduceResponse](x.peer, req, version).Topics[0].Partitions[0].ErrorCode
	if code == 0 {
		x.seq[partition] += int32(len(values))
	}
	return code
}

// transactional is a batch of a transactional producer.
func transactional(p log.ProducerID, seq int32, values ...string) []byte {
	b, be := batch(1, values...), binary.BigEndian
	b[batchAttributes+1] |= 1 << 4
	be.PutUint64(b[43:], uint64(p.ID))
	be.PutUint16(b[51:], uint16(p.Epoch))
	be.PutUint32(b[53:], uint32(seq))
	be.PutUint32(b[17:], crc32c(b[21:]))
	return b
}

func (x *txnPeer) addGroup(version int16, group string) int16 {
	x.t.Helper()
	req := kmsg.NewPtrAddOffsetsToTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = x.id, x.producer.ID, x.producer.Epoch, group
	return ask[*kmsg.AddOffsetsToTxnResponse](x.peer, req, version).ErrorCode
}

// commitRequest commits an offset of partition 0 of t, as nobody in particular.
func (x *txnPeer) commitRequest(group string, offset int64) *kmsg.TxnOffsetCommitRequest {
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = x.id, x.producer.ID, x.producer.Epoch, group
	p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	p.Offset, p.Metadata = offset, kmsg.StringPtr("at")
	req.Topics = []kmsg.TxnOffsetCommitRequestTopic{{Topic: "t", Partitions: []kmsg.TxnOffsetCommitRequestTopicPartition{p}}}
	return req
}

func (x *txnPeer) commitOffset(version int16, group string, offset int64) int16 {
	x.t.Helper()
	return x.sendCommit(version, x.commitRequest(group, offset))
}

func (x *txnPeer) sendCommit(version int16, req *kmsg.TxnOffsetCommitRequest) int16 {
	x.t.Helper()
	return ask[*kmsg.TxnOffsetCommitResponse](x.peer, req, version).Topics[0].Partitions[0].ErrorCode
}

func (x *txnPeer) end(version int16, commit bool) int16 {
	x.t.Helper()
	resp := x.sendEnd(version, commit)
	if resp.ErrorCode == 0 && version >= 5 {
		x.become(log.ProducerID{ID: resp.ProducerID, Epoch: resp.ProducerEpoch})
	}
	return resp.ErrorCode
}

func (x *txnPeer) sendEnd(version int16, commit bool) *kmsg.EndTxnResponse {
	x.t.Helper()
	req := kmsg.NewPtrEndTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = x.id, x.producer.ID, x.producer.Epoch, commit
	return ask[*kmsg.EndTxnResponse](x.peer, req, version)
}

// committed reads what readers of committed records see of all partitions of t.
func (b *testBroker) committed() []string {
	b.t.Helper()
	values := []string{}
	info, _ := b.log.Topic("t")
	for p := range info.Config.Partitions {
		_, err := b.log.Each(testContext(b.t), "t", int32(p), 0, func(r *log.Records) error {
			for i := range r.N {
				values = append(values, string(r.Value(i)))
			}
			return nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return values
}

func (b *testBroker) wantCommitted(want ...string) {
	b.t.Helper()
	if got := b.committed(); !slices.Equal(got, want) {
		b.t.Fatalf("committed are %q, want %q", got, want)
	}
}

// offsetOf asks for the offset of a group in partition 0 of t.
func (b *testBroker) offsetOf(group string, stable bool) (int64, int16) {
	b.t.Helper()
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Group, req.RequireStable = group, stable
	req.Topics = []kmsg.OffsetFetchRequestTopic{{Topic: "t", Partitions: []int32{0}}}
	p := ask[*kmsg.OffsetFetchResponse](b.dial(), req, 7).Topics[0].Partitions[0]
	return p.Offset, p.ErrorCode
}

func (b *testBroker) wantOffset(group string, stable bool, offset int64, want *kerr.Error) {
	b.t.Helper()
	got, code := b.offsetOf(group, stable)
	if err := kerr.ErrorForCode(code); got != offset || want == nil && err != nil || want != nil && code != want.Code {
		b.t.Fatalf("the offset is %d (%v), want %d (%v)", got, err, offset, want)
	}
}

// A transaction in every version: its records and offsets are there when it is committed, and never when it is aborted.
func TestTransactionInEveryVersion(t *testing.T) {
	for version := int16(0); version <= 4; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			b := startBroker(t, Options{})
			b.createTopic("t", 2)
			x := b.producer("x")
			run := func(name string, offset int64) {
				t.Helper()
				if codes := x.add(min(version, 3), 0, 1); !slices.Equal(codes, []int16{0, 0}) {
					t.Fatal(codes)
				}
				x.want(x.produce(11, 0, name+"0"), nil)
				x.want(x.produce(11, 1, name+"1"), nil)
				x.want(x.addGroup(version, "g"), nil)
				x.want(x.commitOffset(version, "g", offset), nil)
			}
			run("a", 10)
			b.wantCommitted()
			b.wantOffset("g", true, -1, kerr.UnstableOffsetCommit)
			b.wantOffset("g", false, -1, nil)
			x.want(x.end(version, false), nil)
			x.want(x.end(version, false), nil) // again, since the answer was lost
			x.want(x.end(version, true), kerr.InvalidTxnState)
			b.wantOffset("g", true, -1, nil)

			run("b", 20)
			x.want(x.end(version, true), nil)
			x.want(x.end(version, true), nil)
			x.want(x.end(version, false), kerr.InvalidTxnState)
			b.wantCommitted("b0", "b1")
			b.wantOffset("g", true, 20, nil)
			if o, _, _ := b.log.GroupOffset("g", "t", 0); o.Metadata != "at" {
				t.Errorf("%+v", o)
			}

			run("c", 30)
			b.stop()
			b.start(Options{})
			x.peer = b.dial()
			b.wantCommitted("b0", "b1")
			b.wantOffset("g", true, -1, kerr.UnstableOffsetCommit)
			b.wantOffset("g", false, 20, nil)
			x.want(x.produce(11, 0, "c2"), nil) // it goes on
			x.want(x.end(version, true), nil)
			b.wantCommitted("b0", "c0", "c2", "b1", "c1")
			b.wantOffset("g", true, 30, nil)
		})
	}
}

// Who has been replaced is told so, each version in its words.
func TestReplacedProducerIsFenced(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	old := b.producer("x")
	old.want(old.add(3, 0)[0], nil)
	old.want(old.produce(11, 0, "lost"), nil)
	b.producer("x")
	for version := int16(0); version <= 4; version++ {
		fenced := kerr.ProducerFenced
		if version < 2 {
			fenced = kerr.InvalidProducerEpoch
		}
		old.want(old.add(min(version, 3), 0)[0], fenced)
		old.want(old.addGroup(version, "g"), fenced)
		old.want(old.end(version, true), fenced)
		old.want(old.commitOffset(version, "g", 1), kerr.InvalidProducerEpoch)
	}
	old.want(old.produce(11, 0, "late"), kerr.InvalidProducerEpoch)
	old.want(old.init(old.producer, 3), kerr.InvalidProducerEpoch)
	old.want(old.init(old.producer, 4), kerr.ProducerFenced)
	b.wantCommitted()
}

func TestTransactionRefusals(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	x := b.producer("x")
	x.want(x.end(4, true), kerr.InvalidTxnState)
	x.want(x.produce(11, 0, "a"), kerr.TransactionAbortable) // has not joined
	x.want(x.produce(10, 0, "a"), kerr.InvalidTxnState)
	x.want(x.commitOffset(4, "g", 1), kerr.TransactionAbortable)
	x.want(x.commitOffset(3, "g", 1), kerr.InvalidTxnState)
	if codes := x.add(3, 0, 1, -1); !slices.Equal(codes, []int16{kerr.OperationNotAttempted.Code, kerr.UnknownTopicOrPartition.Code, kerr.UnknownTopicOrPartition.Code}) {
		t.Error(codes)
	}
	x.want(x.end(4, true), kerr.InvalidTxnState) // nothing of that has begun one
	x.want(x.addGroup(4, ""), kerr.InvalidGroupID)

	stranger := &txnPeer{peer: x.peer, id: "x", producer: log.ProducerID{ID: x.producer.ID + 1}}
	nobody := &txnPeer{peer: x.peer, id: "y", producer: x.producer}
	unnamed := &txnPeer{peer: x.peer, producer: x.producer}
	for peer, want := range map[*txnPeer]*kerr.Error{stranger: kerr.InvalidProducerIDMapping, nobody: kerr.InvalidProducerIDMapping, unnamed: kerr.InvalidRequest} {
		peer.want(peer.add(3, 0)[0], want)
		peer.want(peer.addGroup(4, "g"), want)
		peer.want(peer.commitOffset(4, "g", 1), want)
		peer.want(peer.end(4, true), want)
	}
	x.want(x.add(3, 0)[0], nil)
	x.want(x.addGroup(4, "g"), nil)
	req := x.commitRequest("g", 1)
	req.Topics[0].Partitions[0].Partition = 7
	x.want(x.sendCommit(4, req), kerr.UnknownTopicOrPartition)
	req = x.commitRequest("g", 1)
	req.Topics[0].Partitions[0].Metadata = kmsg.StringPtr(string(make([]byte, maxCommitMetadata+1)))
	x.want(x.sendCommit(4, req), kerr.OffsetMetadataTooLarge)
}
