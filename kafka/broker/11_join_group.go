package broker

import (
	"bytes"
	"context"
	"time"

	"github.com/leatdb/leat/kafka/groups"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// JoinGroup: 0-9.
//
//   - It is answered when all members have joined the next generation, or the rebalance timeout is over. The leader gets the
//     members.
//   - 0: the rebalance timeout is the session timeout. 4: who has no member id gets one first: MEMBER_ID_REQUIRED. 5: static members,
//     who come back without a rebalance. 7: the protocol type is echoed. 9: a static leader that comes back is told to skip the assignment.
func (b *Broker) joinGroup(ctx context.Context, c *call, req *kmsg.JoinGroupRequest) (kmsg.Response, error) {
	q := groups.JoinRequest{
		Group: req.Group, MemberID: req.MemberID, Instance: deref(req.InstanceID), ClientID: c.clientID, Host: peerHost(c),
		Session: millis(req.SessionTimeoutMillis), Rebalance: millis(req.RebalanceTimeoutMillis),
		Kind: req.ProtocolType, NeedsID: req.Version >= 4, MaySkip: req.Version >= 9,
	}
	if req.Version == 0 || req.RebalanceTimeoutMillis < 0 {
		q.Rebalance = q.Session
	}
	for i := range req.Protocols {
		p := &req.Protocols[i]
		q.Protocols = append(q.Protocols, groups.Protocol{Name: p.Name, Metadata: bytes.Clone(p.Metadata)})
	}
	r := groups.JoinResult{Err: c.mayGroup(kmsg.ACLOperationRead, req.Group), MemberID: req.MemberID}
	if r.Err == nil {
		r = b.groups.Join(ctx, &q)
	}
	resp := req.ResponseKind().(*kmsg.JoinGroupResponse)
	resp.ErrorCode, resp.MemberID, resp.Generation = codeOf(r.Err), r.MemberID, -1
	if r.Err == nil {
		resp.Generation, resp.ProtocolType, resp.Protocol = r.Generation, &r.Kind, &r.Protocol
		resp.LeaderID, resp.SkipAssignment, resp.Members = r.Leader, r.SkipAssignment, r.Members
	} else if req.Version < 7 {
		resp.Protocol = new(string) // which may be null later only
	}
	return resp, nil
}

func millis(n int32) time.Duration { return time.Duration(n) * time.Millisecond }

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// peerHost is where a client is, as Kafka's tools show it.
func peerHost(c *call) string {
	return "/" + c.conn.peer.Host
}
