package broker

import (
	"context"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// CreateAcls: 0-3.
//
//   - Access rules are durable when the answer comes; those that exist stay. What makes no sense is INVALID_REQUEST and keeps no other
//     back. Without access rules: SECURITY_DISABLED.
//   - 1: patterns; before it names are literal. 3: rules about users.
func (b *Broker) createACLs(ctx context.Context, c *call, req *kmsg.CreateACLsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.CreateACLsResponse)
	refused := c.mayRules(kmsg.ACLOperationAlter)
	errs := make([]error, len(req.Creations))
	var rules []acls.Rule
	for i := range req.Creations {
		ask := &req.Creations[i]
		r := acls.Rule{
			Resource:  acls.Resource{Type: ask.ResourceType, Pattern: ask.ResourcePatternType, Name: ask.ResourceName},
			Principal: ask.Principal, Host: ask.Host, Operation: ask.Operation, Permission: ask.PermissionType,
		}
		if req.Version == 0 {
			r.Pattern = kmsg.ACLResourcePatternTypeLiteral
		}
		if errs[i] = refused; refused == nil {
			errs[i] = ruleError(r.Check())
		}
		if errs[i] == nil {
			rules = append(rules, r)
		}
	}
	var failed error
	if len(rules) > 0 {
		failed = b.rules.Create(ctx, rules)
	}
	for _, err := range errs {
		if err == nil {
			err = failed
		}
		r := kmsg.NewCreateACLsResponseResult()
		r.ErrorCode, r.ErrorMessage = codeOf(err), textOf(err)
		resp.Results = append(resp.Results, r)
	}
	return resp, nil
}
