package broker

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// FindCoordinator: 0-6.
//
//   - The coordinator of every group (type 0) and transactional id (type 1, from version 1 on) is this broker. Others, such as share
//     groups (6), do not exist: INVALID_REQUEST.
//   - 4: several keys at once.
func (b *Broker) findCoordinator(_ context.Context, c *call, req *kmsg.FindCoordinatorRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.FindCoordinatorResponse)
	keys := req.CoordinatorKeys
	if req.Version < 4 {
		keys = []string{req.CoordinatorKey}
	}
	for _, key := range keys {
		found := kmsg.NewFindCoordinatorResponseCoordinator()
		found.Key = key
		var refused error
		switch req.CoordinatorType {
		case 0:
			refused = c.mayGroup(kmsg.ACLOperationDescribe, key)
		case 1:
			refused = c.mayTransaction(kmsg.ACLOperationDescribe, &key)
		default:
			refused = fmt.Errorf("%w: there are coordinators of groups and transactions only", kerr.InvalidRequest)
		}
		if refused == nil {
			found.NodeID, found.Host, found.Port = nodeID, c.conn.self.host, c.conn.self.port
		} else {
			found.NodeID, found.Port = -1, -1
			found.ErrorCode, found.ErrorMessage = codeOf(refused), textOf(refused)
		}
		if req.Version >= 4 {
			resp.Coordinators = append(resp.Coordinators, found)
			continue
		}
		resp.NodeID, resp.Host, resp.Port = found.NodeID, found.Host, found.Port
		resp.ErrorCode, resp.ErrorMessage = found.ErrorCode, found.ErrorMessage
	}
	return resp, nil
}
