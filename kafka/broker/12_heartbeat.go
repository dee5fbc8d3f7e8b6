package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Heartbeat: 0-4.
//
//   - A member learns by REBALANCE_IN_PROGRESS that it has to join again. 3: static members.
func (b *Broker) heartbeat(_ context.Context, c *call, req *kmsg.HeartbeatRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.HeartbeatResponse)
	if err := c.mayGroup(kmsg.ACLOperationRead, req.Group); err != nil {
		resp.ErrorCode = codeOf(err)
		return resp, nil
	}
	resp.ErrorCode = codeOf(b.groups.Heartbeat(req.Group, req.MemberID, deref(req.InstanceID), req.Generation))
	return resp, nil
}
