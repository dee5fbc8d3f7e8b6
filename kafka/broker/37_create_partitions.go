package broker

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// CreatePartitions: 0-3.
//
//   - Raises the number of partitions of topics, durable when the answer comes. With ValidateOnly it only says whether it would.
func (b *Broker) createPartitions(ctx context.Context, c *call, req *kmsg.CreatePartitionsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.CreatePartitionsResponse)
	times := map[string]int{}
	for i := range req.Topics {
		times[req.Topics[i].Topic]++
	}
	for i := range req.Topics {
		ask := &req.Topics[i]
		if times[ask.Topic] == 0 {
			continue // answered
		}
		r := kmsg.NewCreatePartitionsResponseTopic()
		r.Topic = ask.Topic
		err := error(kerr.InvalidRequest) // named more than once
		if refused := c.mayTopic(kmsg.ACLOperationAlter, ask.Topic); refused != nil {
			err = refused
		} else if times[ask.Topic] == 1 {
			err = b.addPartitions(ctx, ask, req.ValidateOnly)
		}
		times[ask.Topic] = 0
		r.ErrorCode, r.ErrorMessage = codeOf(err), textOf(err)
		resp.Topics = append(resp.Topics, r)
	}
	return resp, nil
}

func (b *Broker) addPartitions(ctx context.Context, ask *kmsg.CreatePartitionsRequestTopic, validateOnly bool) error {
	t, err := b.foreignTopic(ask.Topic)
	if err != nil {
		return err
	}
	have, want := t.Config.Partitions, int(ask.Count)
	if want <= have || want > log.MaxPartitions {
		return fmt.Errorf("%w: the topic has %d partitions, expected a number above, up to %d, not %d", kerr.InvalidPartitions, have, log.MaxPartitions, want)
	}
	if len(ask.Assignment) > 0 && len(ask.Assignment) != want-have {
		return fmt.Errorf("%w: %d assignments for %d new partitions", kerr.InvalidReplicaAssignment, len(ask.Assignment), want-have)
	}
	for _, a := range ask.Assignment {
		if err := checkAssignment(a.Replicas); err != nil {
			return err
		}
	}
	if validateOnly {
		return nil
	}
	return b.log.CreatePartitions(ctx, ask.Topic, want)
}
