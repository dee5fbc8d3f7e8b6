package broker

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ListOffsets: 1-10.
//
//   - A time of 0 or more: the first record with that time or a later one; -1 and -1 if there is none.
//   - -1: the end, which is the high watermark, or the last stable offset for read_committed (2). -2: the start.
//   - 7: -3, the first record with the highest time. 8: -4, the start of what is stored locally, which is all. 9: -5, the end of what is
//     stored elsewhere: -1, nothing.
//   - 4: the client's leader epoch is checked; the epoch of the offset is told.
func (b *Broker) listOffsets(_ context.Context, c *call, req *kmsg.ListOffsetsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ListOffsetsResponse)
	isolation := log.ReadUncommitted
	if req.IsolationLevel == 1 {
		isolation = log.ReadCommitted
	}
	for i := range req.Topics {
		from := &req.Topics[i]
		to := kmsg.NewListOffsetsResponseTopic()
		to.Topic = from.Topic
		for j := range from.Partitions {
			ask := &from.Partitions[j]
			answer := kmsg.NewListOffsetsResponseTopicPartition()
			answer.Partition = ask.Partition
			err := c.mayTopic(kmsg.ACLOperationDescribe, from.Topic)
			var found log.TimeOffset
			if err == nil {
				found, err = b.findOffset(req.Version, from.Topic, ask, isolation)
			}
			if err != nil {
				found = log.TimeOffset{Offset: -1, Time: -1, LeaderEpoch: -1}
				answer.ErrorCode = codeOf(err)
			}
			answer.Offset, answer.Timestamp, answer.LeaderEpoch = found.Offset, found.Time, found.LeaderEpoch
			to.Partitions = append(to.Partitions, answer)
		}
		resp.Topics = append(resp.Topics, to)
	}
	return resp, nil
}

// Times that stand for offsets.
const (
	timeLatest        = -1
	timeEarliest      = -2
	timeMax           = -3
	timeEarliestLocal = -4
	timeLatestTiered  = -5
)

func (b *Broker) findOffset(version int16, topic string, ask *kmsg.ListOffsetsRequestTopicPartition, isolation log.Isolation) (log.TimeOffset, error) {
	marks, err := b.log.Watermarks(topic, ask.Partition)
	if err != nil {
		return log.TimeOffset{}, err
	}
	if err := b.log.CheckLeaderEpoch(ask.CurrentLeaderEpoch); err != nil {
		return log.TimeOffset{}, err
	}
	switch t := ask.Timestamp; {
	case t >= 0:
		return b.log.FindTime(topic, ask.Partition, t, isolation)
	case t == timeLatest:
		end := marks.High
		if isolation == log.ReadCommitted {
			end = marks.Stable
		}
		return log.TimeOffset{Offset: end, Time: -1, LeaderEpoch: b.log.LeaderEpoch()}, nil
	case t == timeEarliest, t == timeEarliestLocal && version >= 8:
		return log.TimeOffset{Offset: marks.Start, Time: -1, LeaderEpoch: -1}, nil
	case t == timeMax && version >= 7:
		return b.log.FindMaxTime(topic, ask.Partition)
	case t == timeLatestTiered && version >= 9:
		return log.TimeOffset{Offset: -1, Time: -1, LeaderEpoch: -1}, nil
	}
	return log.TimeOffset{}, fmt.Errorf("%w: time %d", kerr.UnsupportedVersion, ask.Timestamp)
}
