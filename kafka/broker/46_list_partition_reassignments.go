package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ListPartitionReassignments: 0.
//
//   - There is one broker, so no partition is ever on its way to another: the list is empty, whatever is asked for.
func (b *Broker) listPartitionReassignments(_ context.Context, _ *call, req *kmsg.ListPartitionReassignmentsRequest) (kmsg.Response, error) {
	return req.ResponseKind(), nil
}
