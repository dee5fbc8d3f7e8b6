package broker

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeTransactions: 0.
//
//   - Producer, state, and of an open transaction its start and partitions. An id that is not known is TRANSACTIONAL_ID_NOT_FOUND.
func (b *Broker) describeTransactions(_ context.Context, c *call, req *kmsg.DescribeTransactionsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeTransactionsResponse)
	for _, id := range req.TransactionalIDs {
		s := kmsg.NewDescribeTransactionsResponseTransactionState()
		s.TransactionalID, s.ProducerID, s.ProducerEpoch, s.StartTimestamp = id, -1, -1, -1
		info, known := b.log.Transaction(id)
		err := cmp.Or(c.mayTransaction(kmsg.ACLOperationDescribe, &id), checkTransactionalID(id))
		if err == nil && !known {
			err = fmt.Errorf("%w: %q is not known", kerr.TransactionalIDNotFound, id)
		}
		if s.ErrorCode = codeOf(err); err == nil {
			s.State, s.TimeoutMillis, s.StartTimestamp = info.State.String(), info.TimeoutMillis, info.StartMillis
			s.ProducerID, s.ProducerEpoch, s.Topics = info.Producer.ID, info.Producer.Epoch, c.describable(transactionTopics(info.Partitions))
		}
		resp.TransactionStates = append(resp.TransactionStates, s)
	}
	return resp, nil
}

// describable leaves the topics that the client may describe.
func (c *call) describable(topics []kmsg.DescribeTransactionsResponseTransactionStateTopic) []kmsg.DescribeTransactionsResponseTransactionStateTopic {
	return slices.DeleteFunc(topics, func(t kmsg.DescribeTransactionsResponseTransactionStateTopic) bool {
		return c.mayTopic(kmsg.ACLOperationDescribe, t.Topic) != nil
	})
}

// transactionTopics groups partitions, which are sorted by topic.
func transactionTopics(partitions []log.TopicPartition) []kmsg.DescribeTransactionsResponseTransactionStateTopic {
	var topics []kmsg.DescribeTransactionsResponseTransactionStateTopic
	for _, p := range partitions {
		if n := len(topics); n == 0 || topics[n-1].Topic != p.Topic {
			t := kmsg.NewDescribeTransactionsResponseTransactionStateTopic()
			t.Topic = p.Topic
			topics = append(topics, t)
		}
		t := &topics[len(topics)-1]
		t.Partitions = append(t.Partitions, p.Partition)
	}
	return topics
}
