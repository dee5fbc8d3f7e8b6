package broker

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/auth"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// errNoUsers is the answer of a broker that has no users.
var errNoUsers = fmt.Errorf("%w: clients do not authenticate here", kerr.SecurityDisabled)

// DescribeUserScramCredentials: 0.
//
//   - Mechanisms and iterations of users, of all for null or none. Who does not exist is RESOURCE_NOT_FOUND, who is named twice
//     DUPLICATE_RESOURCE. What is kept of passwords is told to nobody.
func (b *Broker) describeUserSCRAMCredentials(_ context.Context, c *call, req *kmsg.DescribeUserSCRAMCredentialsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeUserSCRAMCredentialsResponse)
	users := b.opts.Security.Users
	err := c.mayCluster(kmsg.ACLOperationDescribe)
	if users == nil {
		err = errNoUsers
	}
	if err != nil {
		resp.ErrorCode, resp.ErrorMessage = codeOf(err), textOf(err)
		return resp, nil
	}
	if len(req.Users) == 0 {
		for _, u := range users.List() {
			resp.Results = append(resp.Results, describedUser(u, nil))
		}
		return resp, nil
	}
	times := map[string]int{}
	for _, ask := range req.Users {
		times[ask.Name]++
	}
	for _, ask := range req.Users {
		u, known := users.Find(ask.Name)
		u.Name = ask.Name
		switch {
		case times[ask.Name] > 1:
			err = fmt.Errorf("%w: user %s", kerr.DuplicateResource, ask.Name)
		case !known:
			err = fmt.Errorf("%w: user %s", kerr.ResourceNotFound, ask.Name)
		default:
			err = nil
		}
		if times[ask.Name] > 0 {
			resp.Results = append(resp.Results, describedUser(u, err))
		}
		times[ask.Name] = 0
	}
	return resp, nil
}

func describedUser(u auth.User, err error) kmsg.DescribeUserSCRAMCredentialsResponseResult {
	r := kmsg.NewDescribeUserSCRAMCredentialsResponseResult()
	r.User, r.ErrorCode, r.ErrorMessage = u.Name, codeOf(err), textOf(err)
	if err != nil {
		return r
	}
	for _, cr := range u.Credentials {
		r.CredentialInfos = append(r.CredentialInfos, kmsg.DescribeUserSCRAMCredentialsResponseResultCredentialInfo{
			Mechanism: int8(cr.Mechanism), Iterations: int32(cr.Iterations),
		})
	}
	return r
}
