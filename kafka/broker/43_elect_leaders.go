package broker

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ElectLeaders: 0-2.
//
//   - The only broker leads everything, so there is nothing to elect: ELECTION_NOT_NEEDED for partitions that are named. Null
//     topics stand for all that need an election, which is none.
//   - 1: the kind of election, preferred or unclean.
func (b *Broker) electLeaders(_ context.Context, c *call, req *kmsg.ElectLeadersRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ElectLeadersResponse)
	if req.ElectionType != 0 && req.ElectionType != 1 {
		resp.ErrorCode = kerr.InvalidRequest.Code
		return resp, nil
	}
	if err := c.mayCluster(kmsg.ACLOperationAlter); err != nil {
		resp.ErrorCode = codeOf(err)
		return resp, nil
	}
	for i := range req.Topics {
		r := kmsg.NewElectLeadersResponseTopic()
		r.Topic = req.Topics[i].Topic
		t, known := b.log.Topic(r.Topic)
		for _, p := range req.Topics[i].Partitions {
			rp := kmsg.NewElectLeadersResponseTopicPartition()
			err := fmt.Errorf("%w: the only broker leads it", kerr.ElectionNotNeeded)
			if !known || p < 0 || int(p) >= t.Config.Partitions {
				err = fmt.Errorf("%w: %s-%d", log.ErrUnknownTopic, r.Topic, p)
			}
			rp.Partition, rp.ErrorCode, rp.ErrorMessage = p, codeOf(err), textOf(err)
			r.Partitions = append(r.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, r)
	}
	return resp, nil
}
