package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ListPartitionReassignments: 0.
//
//   - There is one broker, so no partition is ever on its way to another: the list is empty, whatever is asked for.
func (b *Broker) listPartitionReassignments(_ context.Context, c *call, req *kmsg.ListPartitionReassignmentsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ListPartitionReassignmentsResponse)
	resp.ErrorCode = codeOf(c.mayCluster(kmsg.ACLOperationDescribe))
	return resp, nil
}
