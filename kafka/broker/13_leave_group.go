package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// LeaveGroup: 0-5.
//
//   - 3: several members at once, each with its own error; static ones may be named by their instance id alone. 5: reasons, which are not used.
func (b *Broker) leaveGroup(_ context.Context, c *call, req *kmsg.LeaveGroupRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.LeaveGroupResponse)
	if err := c.mayGroup(kmsg.ACLOperationRead, req.Group); err != nil {
		resp.ErrorCode = codeOf(err)
		return resp, nil
	}
	if req.Version < 3 {
		resp.ErrorCode = codeOf(b.groups.Leave(req.Group, req.MemberID, ""))
		return resp, nil
	}
	for i := range req.Members {
		m := kmsg.NewLeaveGroupResponseMember()
		m.MemberID, m.InstanceID = req.Members[i].MemberID, req.Members[i].InstanceID
		m.ErrorCode = codeOf(b.groups.Leave(req.Group, m.MemberID, deref(m.InstanceID)))
		resp.Members = append(resp.Members, m)
	}
	return resp, nil
}
