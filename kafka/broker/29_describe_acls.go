package broker

import (
	"context"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeAcls: 0-3.
//
//   - The access rules that a filter matches, by resource. Without access rules: SECURITY_DISABLED.
//   - 1: patterns; before it only rules with literal names are told. 3: rules about users.
func (b *Broker) describeACLs(_ context.Context, c *call, req *kmsg.DescribeACLsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeACLsResponse)
	f, err := askedFilter(req.Version, req.ResourceType, req.ResourceName, req.ResourcePatternType, req.Principal, req.Host, req.Operation, req.PermissionType)
	if refused := c.mayRules(kmsg.ACLOperationDescribe); refused != nil {
		err = refused
	}
	if err != nil {
		resp.ErrorCode, resp.ErrorMessage = codeOf(err), textOf(err)
		return resp, nil
	}
	var last acls.Resource
	for _, r := range b.rules.List(&f) {
		if r.Resource != last {
			last = r.Resource
			resp.Resources = append(resp.Resources, kmsg.DescribeACLsResponseResource{ResourceType: r.Type, ResourceName: r.Name, ResourcePatternType: r.Pattern})
		}
		of := &resp.Resources[len(resp.Resources)-1]
		of.ACLs = append(of.ACLs, kmsg.DescribeACLsResponseResourceACL{
			Principal: r.Principal, Host: r.Host, Operation: r.Operation, PermissionType: r.Permission,
		})
	}
	return resp, nil
}
