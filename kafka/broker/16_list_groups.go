package broker

import (
	"context"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ListGroups: 0-5.
//
//   - Groups with members and those that only have offsets, queries of leat among them. 4: only those in some states. 5: only those of some
//     types; all are classic.
func (b *Broker) listGroups(_ context.Context, c *call, req *kmsg.ListGroupsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ListGroupsResponse)
	wanted := func(filter []string, value string) bool {
		return len(filter) == 0 || slices.ContainsFunc(filter, func(s string) bool { return strings.EqualFold(s, value) })
	}
	all := c.mayCluster(kmsg.ACLOperationDescribe) == nil
	for _, d := range b.groups.List() {
		if !all && c.mayGroup(kmsg.ACLOperationDescribe, d.Name) != nil {
			continue
		}
		if wanted(req.StatesFilter, d.State) && wanted(req.TypesFilter, "classic") {
			g := kmsg.NewListGroupsResponseGroup()
			g.Group, g.ProtocolType, g.GroupState, g.GroupType = d.Name, d.Kind, d.State, "classic"
			resp.Groups = append(resp.Groups, g)
		}
	}
	return resp, nil
}
