package broker

import (
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// groupSteps are the life of a group with one member, and requests that do not fit it.
func groupSteps() []step {
	all := []step{
		{name: "coordinator", min: 4, req: func(*side, int16) kmsg.Request {
			req := kmsg.NewPtrFindCoordinatorRequest()
			req.CoordinatorKeys = []string{"g"}
			return req
		}},
		{name: "coordinator: unknown kind", min: 4, req: func(*side, int16) kmsg.Request {
			req := kmsg.NewPtrFindCoordinatorRequest()
			req.CoordinatorKeys, req.CoordinatorType = []string{"g"}, 9
			return req
		}},
		simple("heartbeat: unknown group", func() kmsg.Request { return &kmsg.HeartbeatRequest{Group: "none", MemberID: "m", Generation: 1} }),
		simple("sync: unknown group", func() kmsg.Request { return &kmsg.SyncGroupRequest{Group: "none", MemberID: "m", Generation: 1} }),
		simple("leave: unknown group", func() kmsg.Request {
			return &kmsg.LeaveGroupRequest{Group: "none", MemberID: "m", Members: []kmsg.LeaveGroupRequestMember{{MemberID: "m"}}}
		}),
		simple("describe: unknown group", func() kmsg.Request { return &kmsg.DescribeGroupsRequest{Groups: []string{"none"}} }),
		simple("delete: unknown group", func() kmsg.Request { return &kmsg.DeleteGroupsRequest{Groups: []string{"none"}} }),
		simple("list groups: none", func() kmsg.Request { return kmsg.NewPtrListGroupsRequest() }),
		simple("offset fetch: unknown group", func() kmsg.Request { return offsetFetch("none") }),
		simple("join: short session", func() kmsg.Request { return joinRequest("g", "", 1) }),
		simple("join: no group", func() kmsg.Request { return joinRequest("", "", 10000) }),
		simple("join: unknown member", func() kmsg.Request { return joinRequest("g", "stranger", 10000) }),
		{name: "join: new", min: 4, req: func(s *side, _ int16) kmsg.Request { return joinRequest("g", "", 10000) },
			keep: func(s *side, resp kmsg.Response) { s.member = resp.(*kmsg.JoinGroupResponse).MemberID }},
		{name: "join", min: 4, req: func(s *side, _ int16) kmsg.Request { return joinRequest("g", s.member, 10000) },
			keep: func(s *side, resp kmsg.Response) { s.generation = resp.(*kmsg.JoinGroupResponse).Generation }},
	}
	all = append(all, inGroupSteps()...)
	return append(all, offsetsOfGroupSteps()...)
}

func joinRequest(group, member string, session int32) kmsg.Request {
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group, req.MemberID, req.SessionTimeoutMillis, req.RebalanceTimeoutMillis, req.ProtocolType = group, member, session, 1000, "consumer"
	req.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range", Metadata: []byte("subscription")}}
	return req
}

// inGroupSteps are those while the group has a member.
func inGroupSteps() []step {
	sync := func(s *side, generation int32) *kmsg.SyncGroupRequest {
		kind, protocol := "consumer", "range"
		return &kmsg.SyncGroupRequest{Group: "g", MemberID: s.member, Generation: generation, ProtocolType: &kind, Protocol: &protocol,
			GroupAssignment: []kmsg.SyncGroupRequestGroupAssignment{{MemberID: s.member, MemberAssignment: []byte("all")}}}
	}
	heartbeat := func(s *side, member string, generation int32) kmsg.Request {
		return &kmsg.HeartbeatRequest{Group: "g", MemberID: member, Generation: generation}
	}
	return []step{
		{name: "sync: other generation", req: func(s *side, _ int16) kmsg.Request { return sync(s, s.generation+1) }},
		{name: "sync: other protocol", min: 5, req: func(s *side, _ int16) kmsg.Request {
			req, other := sync(s, s.generation), "other"
			req.Protocol = &other
			return req
		}},
		{name: "sync", req: func(s *side, _ int16) kmsg.Request { return sync(s, s.generation) }},
		{name: "heartbeat", req: func(s *side, _ int16) kmsg.Request { return heartbeat(s, s.member, s.generation) }},
		{name: "heartbeat: other generation", req: func(s *side, _ int16) kmsg.Request { return heartbeat(s, s.member, 99) }},
		{name: "heartbeat: unknown member", req: func(s *side, _ int16) kmsg.Request { return heartbeat(s, "stranger", s.generation) }},
		simple("describe group", func() kmsg.Request { return &kmsg.DescribeGroupsRequest{Groups: []string{"g"}} }),
		simple("list groups", func() kmsg.Request { return kmsg.NewPtrListGroupsRequest() }),
		simple("delete: group with members", func() kmsg.Request { return &kmsg.DeleteGroupsRequest{Groups: []string{"g"}} }),
		{name: "commit", req: func(s *side, _ int16) kmsg.Request { return commitRequest("g", s.member, s.generation, "b", "m") }},
		{name: "commit: other generation", req: func(s *side, _ int16) kmsg.Request { return commitRequest("g", s.member, 99, "b", "") }},
		{name: "commit: unknown member", req: func(s *side, _ int16) kmsg.Request { return commitRequest("g", "stranger", s.generation, "b", "") }},
		{name: "commit: nobody", req: func(s *side, _ int16) kmsg.Request { return commitRequest("g", "", -1, "b", "") }},
		simple("offset fetch", func() kmsg.Request { return offsetFetch("g") }),
		{name: "leave", min: 5, req: func(s *side, _ int16) kmsg.Request {
			return &kmsg.LeaveGroupRequest{Group: "g", Members: []kmsg.LeaveGroupRequestMember{{MemberID: "stranger"}, {MemberID: s.member}}}
		}},
		simple("describe group: empty", func() kmsg.Request { return &kmsg.DescribeGroupsRequest{Groups: []string{"g"}} }),
	}
}

func commitRequest(group, member string, generation int32, topic, metadata string) kmsg.Request {
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group, req.MemberID, req.Generation = group, member, generation
	rt := kmsg.NewOffsetCommitRequestTopic()
	rp := kmsg.NewOffsetCommitRequestTopicPartition()
	rp.Offset, rp.Metadata = 1, &metadata
	rt.Topic, rt.Partitions = topic, append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	return req
}

func offsetFetch(group string) kmsg.Request {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Group = group
	req.Topics = []kmsg.OffsetFetchRequestTopic{{Topic: "b", Partitions: []int32{0, 7}}}
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group, g.Topics = group, []kmsg.OffsetFetchRequestGroupTopic{{Topic: "b", Partitions: []int32{0, 7}}}
	req.Groups = append(req.Groups, g)
	return req
}

// offsetsOfGroupSteps are those without members.
func offsetsOfGroupSteps() []step {
	return []step{
		simple("commit: without members", func() kmsg.Request { return commitRequest("h", "", -1, "b", "") }),
		simple("commit: unknown topic", func() kmsg.Request { return commitRequest("h", "", -1, "none", "") }),
		simple("commit: long text", func() kmsg.Request { return commitRequest("h", "", -1, "b", strings.Repeat("x", 5000)) }),
		simple("commit: a member of no group", func() kmsg.Request { return commitRequest("new", "m", 3, "b", "") }),
		{name: "offset fetch: all", min: 8, req: func(*side, int16) kmsg.Request {
			req := kmsg.NewPtrOffsetFetchRequest()
			g := kmsg.NewOffsetFetchRequestGroup()
			g.Group = "h"
			req.Groups = append(req.Groups, g)
			return req
		}},
		simple("offset delete", func() kmsg.Request {
			req := kmsg.NewPtrOffsetDeleteRequest()
			req.Group = "h"
			req.Topics = []kmsg.OffsetDeleteRequestTopic{{Topic: "b", Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{Partition: 0}}}}
			return req
		}),
		simple("offset delete: unknown group", func() kmsg.Request {
			req := kmsg.NewPtrOffsetDeleteRequest()
			req.Group = "none"
			req.Topics = []kmsg.OffsetDeleteRequestTopic{{Topic: "b", Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{Partition: 0}}}}
			return req
		}),
		{name: "delete group", min: 2, req: func(*side, int16) kmsg.Request { return &kmsg.DeleteGroupsRequest{Groups: []string{"g"}} }},
	}
}
