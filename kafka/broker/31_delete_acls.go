package broker

import (
	"context"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteAcls: 0-3.
//
//   - The access rules that filters match are gone for good when the answer comes, which lists them, each at the first filter. Without
//     access rules: SECURITY_DISABLED.
//   - 1: patterns; before it only rules with literal names are matched. 3: rules about users.
func (b *Broker) deleteACLs(ctx context.Context, c *call, req *kmsg.DeleteACLsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DeleteACLsResponse)
	refused := c.mayRules(kmsg.ACLOperationAlter)
	resp.Results = make([]kmsg.DeleteACLsResponseResult, len(req.Filters))
	var filters []acls.Filter
	var of []int // the results that they are for
	for i := range req.Filters {
		ask := &req.Filters[i]
		f, err := askedFilter(req.Version, ask.ResourceType, ask.ResourceName, ask.ResourcePatternType, ask.Principal, ask.Host, ask.Operation, ask.PermissionType)
		if refused != nil {
			err = refused
		}
		if err == nil {
			filters, of = append(filters, f), append(of, i)
		}
		resp.Results[i].ErrorCode, resp.Results[i].ErrorMessage = codeOf(err), textOf(err)
	}
	if len(filters) == 0 {
		return resp, nil
	}
	deleted, err := b.rules.Delete(ctx, filters)
	for i, n := range of {
		to := &resp.Results[n]
		if err != nil {
			to.ErrorCode, to.ErrorMessage = codeOf(err), textOf(err)
			continue
		}
		for _, r := range deleted[i] {
			to.MatchingACLs = append(to.MatchingACLs, kmsg.DeleteACLsResponseResultMatchingACL{
				ResourceType: r.Type, ResourceName: r.Name, ResourcePatternType: r.Pattern,
				Principal: r.Principal, Host: r.Host, Operation: r.Operation, PermissionType: r.Permission,
			})
		}
	}
	return resp, nil
}
