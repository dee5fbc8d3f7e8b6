package broker

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeGroups: 0-6.
//
//   - What members say and have been assigned is told of stable groups. A group that does not exist is Dead, from version 6
//     on it is GROUP_ID_NOT_FOUND.
//   - 3: operations the client is allowed, if it asks. 4: static members.
func (b *Broker) describeGroups(_ context.Context, c *call, req *kmsg.DescribeGroupsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeGroupsResponse)
	for _, name := range req.Groups {
		g := kmsg.NewDescribeGroupsResponseGroup()
		if err := c.mayGroup(kmsg.ACLOperationDescribe, name); err != nil {
			g.Group, g.ErrorCode, g.ErrorMessage = name, codeOf(err), textOf(err)
			resp.Groups = append(resp.Groups, g)
			continue
		}
		g.AuthorizedOperations = c.mayAll(req.IncludeAuthorizedOperations, acls.Group, name)
		d, ok := b.groups.Describe(name)
		g.Group, g.State, g.ProtocolType, g.Protocol = name, d.State, d.Kind, d.Protocol
		if !ok {
			g.State = "Dead"
			if req.Version >= 6 {
				err := fmt.Errorf("%w: group %s does not exist", kerr.GroupIDNotFound, name)
				g.ErrorCode, g.ErrorMessage = codeOf(err), textOf(err)
			}
		}
		for i := range d.Members {
			from, m := &d.Members[i], kmsg.NewDescribeGroupsResponseGroupMember()
			m.MemberID, m.ClientID, m.ClientHost = from.ID, from.ClientID, from.Host
			if from.Instance != "" {
				m.InstanceID = &from.Instance
			}
			m.ProtocolMetadata, m.MemberAssignment = append([]byte{}, from.Metadata...), append([]byte{}, from.Assignment...)
			g.Members = append(g.Members, m)
		}
		resp.Groups = append(resp.Groups, g)
	}
	return resp, nil
}
