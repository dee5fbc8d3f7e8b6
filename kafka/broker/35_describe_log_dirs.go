package broker

import (
	"context"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeLogDirs: 0-4.
//
//   - One directory, with the size of the batches in each partition, those in memory included. Null topics stand for all; what does not
//     exist is left out. A log whose storage has failed is KAFKA_STORAGE_ERROR.
//   - 3: errors of the request. 4: the size of the volume, which is told as -1, unknown.
func (b *Broker) describeLogDirs(_ context.Context, c *call, req *kmsg.DescribeLogDirsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeLogDirsResponse)
	if err := c.mayCluster(kmsg.ACLOperationDescribe); err != nil {
		resp.ErrorCode = codeOf(err)
		return resp, nil
	}
	dir := kmsg.NewDescribeLogDirsResponseDir()
	dir.Dir = b.logDir()
	if b.log.Err() != nil {
		dir.ErrorCode = kerr.KafkaStorageError.Code
	}
	asks := req.Topics
	if asks == nil {
		asks = allPartitions(b.log.Topics())
	}
	for i := range asks {
		t := kmsg.NewDescribeLogDirsResponseDirTopic()
		t.Topic = asks[i].Topic
		for _, p := range asks[i].Partitions {
			size, err := b.log.PartitionBytes(t.Topic, p)
			if err != nil {
				continue // There is no such partition, or not any more.
			}
			tp := kmsg.NewDescribeLogDirsResponseDirTopicPartition()
			tp.Partition, tp.Size = p, size
			t.Partitions = append(t.Partitions, tp)
		}
		if len(t.Partitions) > 0 {
			dir.Topics = append(dir.Topics, t)
		}
	}
	resp.Dirs = append(resp.Dirs, dir)
	return resp, nil
}

func allPartitions(topics []log.TopicInfo) []kmsg.DescribeLogDirsRequestTopic {
	var all []kmsg.DescribeLogDirsRequestTopic
	for i := range topics {
		t := kmsg.NewDescribeLogDirsRequestTopic()
		t.Topic = topics[i].Name
		for p := range int32(topics[i].Config.Partitions) {
			t.Partitions = append(t.Partitions, p)
		}
		all = append(all, t)
	}
	return all
}
