package broker

import (
	"cmp"
	"context"

	"github.com/leatdb/leat/kafka/groups"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TxnOffsetCommit: 0-5.
//
//   - Offsets of a group that become its own when the transaction is committed; pending, and durable as that, when it is answered.
//     Partitions that do not exist and metadata of more than 4096 bytes do not keep the others back.
//   - A producer that has been replaced is INVALID_PRODUCER_EPOCH.
//   - 2: leader epochs. 3: a member commits in its generation, or is told ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID:
//     whoever was put out of the group cannot commit what another works on. Those before, and who is no member, are not held to that.
//   - Up to 4 the group must have joined by AddOffsetsToTxn: INVALID_TXN_STATE, to 4 itself TRANSACTION_ABORTABLE. 5: it joins
//     by this.
func (b *Broker) txnOffsetCommit(ctx context.Context, c *call, req *kmsg.TxnOffsetCommitRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.TxnOffsetCommitResponse)
	end, err := b.beginTxnCommit(c, req)
	if err == nil {
		defer end()
	}
	var offsets []log.GroupOffset
	for i := range req.Topics {
		from := &req.Topics[i]
		to := kmsg.NewTxnOffsetCommitResponseTopic()
		to.Topic = from.Topic
		topic := b.commitTopic(c, from.Topic, err)
		for j := range from.Partitions {
			p := &from.Partitions[j]
			answer := kmsg.NewTxnOffsetCommitResponseTopicPartition()
			answer.Partition = p.Partition
			var offset log.GroupOffset
			offset, answer.ErrorCode = topic.offset(p.Partition, p.Offset, p.LeaderEpoch, p.Metadata)
			if answer.ErrorCode == 0 {
				offsets = append(offsets, offset)
			}
			to.Partitions = append(to.Partitions, answer)
		}
		resp.Topics = append(resp.Topics, to)
	}
	if len(offsets) == 0 {
		return resp, nil
	}
	producer := log.ProducerID{ID: req.ProducerID, Epoch: req.ProducerEpoch}
	err = b.log.CommitTxnOffsets(ctx, req.TransactionalID, producer, req.Group, offsets, req.Version >= 5)
	if code := codeOf(txnError(err, req.Version, never, 4)); code != 0 {
		refuseTxnCommit(resp, code)
	}
	return resp, nil
}

// beginTxnCommit says whether the group lets the member commit.
func (b *Broker) beginTxnCommit(c *call, req *kmsg.TxnOffsetCommitRequest) (end func(), err error) {
	err = cmp.Or(c.mayTransaction(kmsg.ACLOperationWrite, &req.TransactionalID), c.mayGroup(kmsg.ACLOperationRead, req.Group),
		checkTransactionalID(req.TransactionalID))
	if err != nil {
		return nil, err
	}
	q := groups.Commit{Group: req.Group, Generation: -1, Transactional: true}
	if req.Version >= 3 {
		q.MemberID, q.Instance, q.Generation = req.MemberID, deref(req.InstanceID), req.Generation
	}
	return b.groups.BeginCommit(q)
}

// refuseTxnCommit answers all that was not refused before with an error.
func refuseTxnCommit(resp *kmsg.TxnOffsetCommitResponse, code int16) {
	for i := range resp.Topics {
		for j := range resp.Topics[i].Partitions {
			if p := &resp.Topics[i].Partitions[j]; p.ErrorCode == 0 {
				p.ErrorCode = code
			}
		}
	}
}
