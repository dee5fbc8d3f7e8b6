package broker

import (
	"cmp"
	"context"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AddPartitionsToTxn: 0-3.
//
//   - All partitions join the transaction, durable when it is answered, or none does: if one does not exist, the others are
//     OPERATION_NOT_ATTEMPTED. The first begins the transaction, and its time.
//   - A producer that has been replaced is PRODUCER_FENCED from version 2 on, before it is INVALID_PRODUCER_EPOCH; one that is not that
//     of the transactional id INVALID_PRODUCER_ID_MAPPING.
//   - 4 and 5 are for brokers among each other.
func (b *Broker) addPartitionsToTxn(ctx context.Context, c *call, req *kmsg.AddPartitionsToTxnRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.AddPartitionsToTxnResponse)
	var joining []log.TopicPartition
	refused := false
	for i := range req.Topics {
		from := &req.Topics[i]
		to := kmsg.NewAddPartitionsToTxnResponseTopic()
		to.Topic = from.Topic
		unwritable := cmp.Or(c.mayTransaction(kmsg.ACLOperationWrite, &req.TransactionalID), c.mayTopic(kmsg.ACLOperationWrite, from.Topic))
		for _, partition := range from.Partitions {
			answer := kmsg.NewAddPartitionsToTxnResponseTopicPartition()
			answer.Partition, answer.ErrorCode = partition, codeOf(cmp.Or(unwritable, b.checkWritable(from.Topic, partition)))
			refused = refused || answer.ErrorCode != 0
			joining = append(joining, log.TopicPartition{Topic: from.Topic, Partition: partition})
			to.Partitions = append(to.Partitions, answer)
		}
		resp.Topics = append(resp.Topics, to)
	}
	err := error(kerr.OperationNotAttempted)
	if !refused {
		if err = checkTransactionalID(req.TransactionalID); err == nil {
			err = b.log.AddPartitions(ctx, req.TransactionalID, log.ProducerID{ID: req.ProducerID, Epoch: req.ProducerEpoch}, joining)
		}
		err = txnError(err, req.Version, 2, never)
	}
	code := codeOf(err)
	for i := range resp.Topics {
		for j := range resp.Topics[i].Partitions {
			if p := &resp.Topics[i].Partitions[j]; p.ErrorCode == 0 {
				p.ErrorCode = code
			}
		}
	}
	return resp, nil
}

// checkWritable says whether clients may write to a partition.
func (b *Broker) checkWritable(topic string, partition int32) error {
	t, known := b.log.Topic(topic)
	switch {
	case !known || partition < 0 || int(partition) >= t.Config.Partitions:
		return kerr.UnknownTopicOrPartition
	case t.Config.Internal:
		return fmt.Errorf("%w: %s is written by leat itself", kerr.InvalidTopicException, topic)
	}
	return nil
}
