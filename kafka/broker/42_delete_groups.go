package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteGroups: 0-2.
//
//   - Groups without members go, with their offsets: NON_EMPTY_GROUP for others, GROUP_ID_NOT_FOUND for those that do not exist.
func (b *Broker) deleteGroups(ctx context.Context, c *call, req *kmsg.DeleteGroupsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DeleteGroupsResponse)
	for _, name := range req.Groups {
		g := kmsg.NewDeleteGroupsResponseGroup()
		err := c.mayGroup(kmsg.ACLOperationDelete, name)
		if err == nil {
			err = b.groups.Delete(ctx, name)
		}
		g.Group, g.ErrorCode = name, codeOf(err)
		resp.Groups = append(resp.Groups, g)
	}
	return resp, nil
}
