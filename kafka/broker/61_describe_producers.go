package broker

import (
	"context"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeProducers: 0.
//
//   - The producers that a partition remembers, which are those of the last day and those with an open transaction, and where that
//     begins: what hangs there keeps readers of committed records from going on.
func (b *Broker) describeProducers(_ context.Context, c *call, req *kmsg.DescribeProducersRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeProducersResponse)
	for i := range req.Topics {
		to := kmsg.NewDescribeProducersResponseTopic()
		to.Topic = req.Topics[i].Topic
		for _, partition := range req.Topics[i].Partitions {
			p := kmsg.NewDescribeProducersResponseTopicPartition()
			p.Partition = partition
			var producers []log.ProducerInfo
			err := c.mayTopic(kmsg.ACLOperationRead, to.Topic)
			if err == nil {
				producers, err = b.log.Producers(to.Topic, partition)
			}
			p.ErrorCode, p.ErrorMessage = codeOf(err), textOf(err)
			for _, info := range producers {
				p.ActiveProducers = append(p.ActiveProducers, b.activeProducer(&info))
			}
			to.Partitions = append(to.Partitions, p)
		}
		resp.Topics = append(resp.Topics, to)
	}
	return resp, nil
}

func (b *Broker) activeProducer(info *log.ProducerInfo) kmsg.DescribeProducersResponseTopicPartitionActiveProducer {
	a := kmsg.NewDescribeProducersResponseTopicPartitionActiveProducer()
	a.ProducerID, a.ProducerEpoch, a.LastSequence = info.ID, int32(info.Epoch), info.LastSequence
	a.LastTimestamp, a.CurrentTxnStartOffset = info.LastMillis, info.TxnStart
	a.CoordinatorEpoch = b.leaderEpoch()
	return a
}
