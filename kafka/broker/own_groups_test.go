package broker

import (
	"testing"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Clients see the groups of persistent queries and how far they are, and can change nothing about them.
func TestGroupsOfQueries(t *testing.T) {
	const name = "_confluent-ksql-default_query_CTAS_T_1"
	b := startBroker(t, Options{})
	b.produceTo("t", 1, 0, 4)
	if err := b.log.CommitOffsets(t.Context(), []log.GroupOffset{{Group: name, Topic: "t", Offset: 3}}); err != nil {
		t.Fatal(err)
	}
	cl := b.client(kgo.RetryTimeout(0))
	denied := func(what string, code int16) {
		t.Helper()
		if code != kerr.GroupAuthorizationFailed.Code {
			t.Errorf("%s: %v, expected GROUP_AUTHORIZATION_FAILED", what, kerr.ErrorForCode(code))
		}
	}

	commit := kmsg.NewPtrOffsetCommitRequest()
	commit.Group, commit.Generation = name, -1
	commit.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: "t", Partitions: []kmsg.OffsetCommitRequestTopicPartition{{Offset: 1, LeaderEpoch: -1}}}}
	committed, err := commit.RequestWith(t.Context(), cl)
	if err != nil {
		t.Fatal(err)
	}
	denied("commit", committed.Topics[0].Partitions[0].ErrorCode)

	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.ProtocolType, join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = name, "consumer", 10_000, 10_000
	join.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range"}}
	joined, err := join.RequestWith(t.Context(), cl)
	if err != nil {
		t.Fatal(err)
	}
	denied("join", joined.ErrorCode)

	remove := kmsg.NewPtrDeleteGroupsRequest()
	remove.Groups = []string{name}
	removed, err := remove.RequestWith(t.Context(), cl)
	if err != nil {
		t.Fatal(err)
	}
	denied("delete", removed.Groups[0].ErrorCode)

	forget := kmsg.NewPtrOffsetDeleteRequest()
	forget.Group = name
	forget.Topics = []kmsg.OffsetDeleteRequestTopic{{Topic: "t", Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{}}}}
	forgotten, err := forget.RequestWith(t.Context(), cl)
	if err != nil {
		t.Fatal(err)
	}
	denied("deletion of offsets", forgotten.ErrorCode)

	if d := b.describe(name); d.ErrorCode != 0 || d.State != "Empty" {
		t.Errorf("described as %+v", d)
	}
	listed, err := kmsg.NewPtrListGroupsRequest().RequestWith(t.Context(), cl)
	if err != nil || len(listed.Groups) != 1 || listed.Groups[0].Group != name {
		t.Errorf("listed as %+v, %v", listed, err)
	}
	fetch := kmsg.NewPtrOffsetFetchRequest()
	fetch.Group = name
	fetch.Groups = []kmsg.OffsetFetchRequestGroup{{Group: name, MemberEpoch: -1}}
	fetched, err := fetch.RequestWith(t.Context(), cl)
	if err != nil {
		t.Fatal(err)
	}
	if got := fetched.Groups[0].Topics[0].Partitions[0].Offset; got != 3 {
		t.Errorf("the offset is %d, expected 3", got)
	}
}
