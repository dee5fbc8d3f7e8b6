package broker

import (
	"bytes"
	"context"

	"github.com/leatdb/leat/kafka/groups"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// SyncGroup: 0-5.
//
//   - The leader brings the assignment; everybody gets theirs when it is durable. 3: static members. 5: protocol type and
//     protocol are checked and echoed.
func (b *Broker) syncGroup(ctx context.Context, c *call, req *kmsg.SyncGroupRequest) (kmsg.Response, error) {
	q := groups.SyncRequest{
		Group: req.Group, MemberID: req.MemberID, Instance: deref(req.InstanceID), Generation: req.Generation,
		Kind: deref(req.ProtocolType), Protocol: deref(req.Protocol), Assignments: map[string][]byte{},
	}
	for i := range req.GroupAssignment {
		q.Assignments[req.GroupAssignment[i].MemberID] = bytes.Clone(req.GroupAssignment[i].MemberAssignment)
	}
	r := groups.SyncResult{Err: c.mayGroup(kmsg.ACLOperationRead, req.Group)}
	if r.Err == nil {
		r = b.groups.Sync(ctx, &q)
	}
	resp := req.ResponseKind().(*kmsg.SyncGroupResponse)
	resp.ErrorCode, resp.MemberAssignment = codeOf(r.Err), r.Assignment
	if resp.MemberAssignment == nil {
		resp.MemberAssignment = []byte{} // which must not be null
	}
	if r.Err == nil {
		resp.ProtocolType, resp.Protocol = &r.Kind, &r.Protocol
	}
	return resp, nil
}
