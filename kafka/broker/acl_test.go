package broker

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/leatdb/leat/kafka/acls"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// requests are what the matrix tries, each about topic t, group g and transactional id x.
func requests() []kmsg.Request {
	topic := "t"
	all := []kmsg.Request{
		&kmsg.MetadataRequest{Topics: []kmsg.MetadataRequestTopic{{Topic: &topic}}},
		&kmsg.ProduceRequest{Acks: -1, Topics: []kmsg.ProduceRequestTopic{{Topic: topic, Partitions: []kmsg.ProduceRequestTopicPartition{{}}}}},
		&kmsg.FetchRequest{SessionEpoch: -1, MaxBytes: 1, Topics: []kmsg.FetchRequestTopic{{Topic: topic, Partitions: []kmsg.FetchRequestTopicPartition{{CurrentLeaderEpoch: -1, LastFetchedEpoch: -1}}}}},
		&kmsg.ListOffsetsRequest{Topics: []kmsg.ListOffsetsRequestTopic{{Topic: topic, Partitions: []kmsg.ListOffsetsRequestTopicPartition{{Timestamp: -1, CurrentLeaderEpoch: -1}}}}},
		&kmsg.OffsetForLeaderEpochRequest{Topics: []kmsg.OffsetForLeaderEpochRequestTopic{{Topic: topic, Partitions: []kmsg.OffsetForLeaderEpochRequestTopicPartition{{CurrentLeaderEpoch: -1}}}}},
		&kmsg.FindCoordinatorRequest{CoordinatorKey: "g", CoordinatorKeys: []string{"g"}},
		&kmsg.FindCoordinatorRequest{CoordinatorKey: "x", CoordinatorKeys: []string{"x"}, CoordinatorType: 1},
		&kmsg.JoinGroupRequest{Group: "g", SessionTimeoutMillis: 10000, ProtocolType: "consumer", Protocols: []kmsg.JoinGroupRequestProtocol{{Name: "range"}}},
		&kmsg.SyncGroupRequest{Group: "g"},
		&kmsg.HeartbeatRequest{Group: "g"},
		&kmsg.LeaveGroupRequest{Group: "g", Members: []kmsg.LeaveGroupRequestMember{{MemberID: "m"}}},
		&kmsg.OffsetCommitRequest{Group: "g", Generation: -1, Topics: []kmsg.OffsetCommitRequestTopic{{Topic: topic, Partitions: []kmsg.OffsetCommitRequestTopicPartition{{}}}}},
		&kmsg.OffsetFetchRequest{Groups: []kmsg.OffsetFetchRequestGroup{{Group: "g", Topics: []kmsg.OffsetFetchRequestGroupTopic{{Topic: topic, Partitions: []int32{0}}}}}},
		&kmsg.DescribeGroupsRequest{Groups: []string{"g"}},
		&kmsg.InitProducerIDRequest{ProducerID: -1, ProducerEpoch: -1},
		&kmsg.InitProducerIDRequest{ProducerID: -1, ProducerEpoch: -1, TransactionalID: kmsg.StringPtr("x"), TransactionTimeoutMillis: 1000},
		&kmsg.AddPartitionsToTxnRequest{TransactionalID: "x", Topics: []kmsg.AddPartitionsToTxnRequestTopic{{Topic: topic, Partitions: []int32{0}}}},
		&kmsg.AddOffsetsToTxnRequest{TransactionalID: "x", Group: "g"},
		&kmsg.TxnOffsetCommitRequest{TransactionalID: "x", Group: "g", Generation: -1, Topics: []kmsg.TxnOffsetCommitRequestTopic{{Topic: topic, Partitions: []kmsg.TxnOffsetCommitRequestTopicPartition{{}}}}},
		&kmsg.EndTxnRequest{TransactionalID: "x"},
		&kmsg.CreateTopicsRequest{ValidateOnly: true, Topics: []kmsg.CreateTopicsRequestTopic{{Topic: "new", NumPartitions: 1, ReplicationFactor: 1}}},
		&kmsg.CreatePartitionsRequest{ValidateOnly: true, Topics: []kmsg.CreatePartitionsRequestTopic{{Topic: topic, Count: 9}}},
		&kmsg.DescribeConfigsRequest{Resources: []kmsg.DescribeConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: topic}}},
		&kmsg.DescribeConfigsRequest{Resources: []kmsg.DescribeConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeBroker, ResourceName: "1"}}},
		&kmsg.AlterConfigsRequest{ValidateOnly: true, Resources: []kmsg.AlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: topic}}},
		&kmsg.IncrementalAlterConfigsRequest{ValidateOnly: true, Resources: []kmsg.IncrementalAlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: topic}}},
		&kmsg.DescribeLogDirsRequest{},
		&kmsg.ElectLeadersRequest{},
		&kmsg.ListPartitionReassignmentsRequest{},
		&kmsg.DescribeACLsRequest{ResourceType: 1, ResourcePatternType: 1, Operation: 1, PermissionType: 1},
		&kmsg.CreateACLsRequest{Creations: []kmsg.CreateACLsRequestCreation{{ResourceType: acls.Topic, ResourceName: "z", ResourcePatternType: 3, Principal: "User:z", Host: "*", Operation: kmsg.ACLOperationRead, PermissionType: 3}}},
		&kmsg.DeleteACLsRequest{Filters: []kmsg.DeleteACLsRequestFilter{{ResourceType: acls.Topic, ResourceName: kmsg.StringPtr("z"), ResourcePatternType: 3, Operation: 1, PermissionType: 1}}},
		&kmsg.DescribeUserSCRAMCredentialsRequest{},
		&kmsg.AlterUserSCRAMCredentialsRequest{Deletions: []kmsg.AlterUserSCRAMCredentialsRequestDeletion{{Name: "nobody", Mechanism: 1}}},
		&kmsg.DescribeProducersRequest{Topics: []kmsg.DescribeProducersRequestTopic{{Topic: topic, Partitions: []int32{0}}}},
		&kmsg.DescribeTransactionsRequest{TransactionalIDs: []string{"x"}},
		&kmsg.DescribeTopicPartitionsRequest{Topics: []kmsg.DescribeTopicPartitionsRequestTopic{{Topic: topic}}, ResponsePartitionLimit: 1},
		&kmsg.OffsetDeleteRequest{Group: "g", Topics: []kmsg.OffsetDeleteRequestTopic{{Topic: topic, Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{}}}}},
		&kmsg.DeleteRecordsRequest{Topics: []kmsg.DeleteRecordsRequestTopic{{Topic: topic, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{}}}}},
		&kmsg.DeleteGroupsRequest{Groups: []string{"g"}},
		&kmsg.DeleteTopicsRequest{TopicNames: []string{topic}, Topics: []kmsg.DeleteTopicsRequestTopic{{Topic: &topic}}},
	}
	return all
}

// matrixVersion is what each request is sent in: the highest that names topics.
func matrixVersion(a *api) int16 {
	if a.key <= 1 {
		return 12
	}
	return a.max
}

// errorCodes are all error codes in an answer, once each.
func errorCodes(v reflect.Value, codes []string) []string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			codes = errorCodes(v.Elem(), codes)
		}
	case reflect.Slice:
		for i := range v.Len() {
			codes = errorCodes(v.Index(i), codes)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch name := v.Type().Field(i).Name; {
			case strings.HasSuffix(name, "ErrorCode"):
				err := kerr.ErrorForCode(int16(v.Field(i).Int()))
				if k, ok := errors.AsType[*kerr.Error](err); ok && !slices.Contains(codes, k.Message) {
					codes = append(codes, k.Message)
				}
			default:
				codes = errorCodes(v.Field(i), codes)
			}
		}
	}
	return codes
}

// TestMatrix runs testdata/acls: `refused` gives somebody these access rules, a line each, OPERATION type name, and prints what of all
// requests is refused then.
func TestMatrix(t *testing.T) {
	b := startSecure(t, func(s *Security) { s.Authorize = true })
	if err := b.log.CreateTopic(t.Context(), "t", log.TopicConfig{Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	tried := map[int16]bool{}
	datadriven.RunTest(t, "testdata/acls", func(_ *testing.T, d *datadriven.TestData) string {
		if _, err := b.rules.Delete(t.Context(), []acls.Filter{{}}); err != nil {
			t.Fatal(err)
		}
		var who string
		d.ScanArgs(t, "who", &who)
		for _, line := range strings.Fields(strings.ReplaceAll(d.Input, " ", "/")) {
			f := strings.Split(line, "/")
			op, err := kmsg.ParseACLOperation(f[0])
			if err != nil {
				t.Fatal(err)
			}
			kind, err := kmsg.ParseACLResourceType(f[1])
			if err != nil {
				t.Fatal(err)
			}
			r := acls.Rule{Resource: acls.Resource{Type: kind, Pattern: kmsg.ACLResourcePatternTypeLiteral, Name: f[2]},
				Principal: "User:" + who, Host: "127.0.0.1", Operation: op, Permission: kmsg.ACLPermissionTypeAllow}
			if err := b.rules.Create(t.Context(), []acls.Rule{r}); err != nil {
				t.Fatal(err)
			}
		}
		p := b.dial()
		p.login(who, passwordOf(who))
		var out strings.Builder
		for _, req := range requests() {
			tried[req.Key()] = true
			p.request(req, matrixVersion(b.apis.find(req.Key())))
			var refused []string
			for _, code := range errorCodes(reflect.ValueOf(p.answer(req)), nil) {
				if strings.Contains(code, "AUTHORIZATION") {
					refused = append(refused, code)
				}
			}
			if len(refused) > 0 {
				fmt.Fprintf(&out, "%s: %s\n", kmsg.NameForKey(req.Key()), strings.Join(refused, ", "))
			}
		}
		return out.String()
	})
	for _, a := range b.apis {
		if a != nil && !tried[a.key] && !slices.Contains([]int16{16, 17, 18, 36, 60, 66}, a.key) && guarded[a.key] {
			t.Errorf("the matrix has no %s", a.name)
		}
	}
}

// requestAs sends a request as somebody and returns the answer.
func requestAs[R kmsg.Response](t *testing.T, b *testBroker, who string, req kmsg.Request) R {
	t.Helper()
	resp, err := b.client(as(who)).Request(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.(R)
}

// What root allows holds at once, and after a restart; who is made by root has no role.
func TestUsersAndRulesByTheProtocol(t *testing.T) {
	b := startSecure(t, func(s *Security) { s.Authorize = true })
	if err := b.log.CreateTopic(t.Context(), "t", log.TopicConfig{Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	alter := &kmsg.AlterUserSCRAMCredentialsRequest{Upsertions: []kmsg.AlterUserSCRAMCredentialsRequestUpsertion{
		{Name: "dora", Mechanism: 2, Iterations: 4096, Salt: []byte("salt"), SaltedPassword: saltedSHA512(t, "arod", "salt", 4096)},
	}}
	if r := requestAs[*kmsg.AlterUserSCRAMCredentialsResponse](t, b, "root", alter); r.Results[0].ErrorCode != 0 {
		t.Fatalf("%+v", r)
	}
	if r := requestAs[*kmsg.AlterUserSCRAMCredentialsResponse](t, b, "alice", alter); r.Results[0].ErrorCode != kerr.ClusterAuthorizationFailed.Code {
		t.Errorf("by alice: %+v", r)
	}
	described := requestAs[*kmsg.DescribeUserSCRAMCredentialsResponse](t, b, "root", &kmsg.DescribeUserSCRAMCredentialsRequest{
		Users: []kmsg.DescribeUserSCRAMCredentialsRequestUser{{Name: "dora"}, {Name: "nobody"}},
	})
	if r := described.Results; len(r) != 2 || r[0].ErrorCode != 0 || len(r[0].CredentialInfos) != 1 || r[0].CredentialInfos[0].Iterations != 4096 ||
		r[1].ErrorCode != kerr.ResourceNotFound.Code {
		t.Errorf("%+v", described)
	}
	dora := kgo.SASL(scram.Auth{User: "dora", Pass: "arod"}.AsSha512Mechanism())
	write := func() error {
		return b.client(dora, kgo.RequestRetries(0)).ProduceSync(t.Context(), &kgo.Record{Topic: "t"}).FirstErr()
	}
	if err := write(); !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Errorf("without a rule: %v", err)
	}
	rule := kmsg.CreateACLsRequestCreation{
		ResourceType: acls.Topic, ResourceName: "t", ResourcePatternType: kmsg.ACLResourcePatternTypePrefixed,
		Principal: "User:dora", Host: "*", Operation: kmsg.ACLOperationWrite, PermissionType: kmsg.ACLPermissionTypeAllow,
	}
	if r := requestAs[*kmsg.CreateACLsResponse](t, b, "root", &kmsg.CreateACLsRequest{Creations: []kmsg.CreateACLsRequestCreation{rule}}); r.Results[0].ErrorCode != 0 {
		t.Fatalf("%+v", r)
	}
	if err := write(); err != nil {
		t.Errorf("with a rule: %v", err)
	}
	b.stop()
	b.start(Options{})
	if err := write(); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	asked := requestAs[*kmsg.MetadataResponse](t, b, "alice", &kmsg.MetadataRequest{
		Topics: []kmsg.MetadataRequestTopic{{Topic: kmsg.StringPtr("t")}}, IncludeTopicAuthorizedOperations: true,
	})
	if bits := asked.Topics[0].AuthorizedOperations; bits&(1<<kmsg.ACLOperationWrite) == 0 || bits&(1<<kmsg.ACLOperationClusterAction) != 0 {
		t.Errorf("alice may do %b", bits)
	}
	listed := requestAs[*kmsg.DescribeACLsResponse](t, b, "root", &kmsg.DescribeACLsRequest{ResourceType: 1, ResourcePatternType: 1, Operation: 1, PermissionType: 1})
	if len(listed.Resources) != 1 || len(listed.Resources[0].ACLs) != 1 || listed.Resources[0].ACLs[0].Principal != "User:dora" {
		t.Errorf("%+v", listed)
	}
}

func saltedSHA512(t *testing.T, password, salt string, iterations int) []byte {
	t.Helper()
	b, err := pbkdf2.Key(sha512.New, password, []byte(salt), iterations, sha512.Size)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNoRulesNoUsers(t *testing.T) {
	b := startBroker(t, Options{})
	p := b.dial()
	for _, req := range []kmsg.Request{
		&kmsg.DescribeACLsRequest{ResourceType: 1, ResourcePatternType: 1, Operation: 1, PermissionType: 1},
		&kmsg.CreateACLsRequest{Creations: make([]kmsg.CreateACLsRequestCreation, 1)},
		&kmsg.DeleteACLsRequest{Filters: make([]kmsg.DeleteACLsRequestFilter, 1)},
		&kmsg.DescribeUserSCRAMCredentialsRequest{},
		&kmsg.AlterUserSCRAMCredentialsRequest{Deletions: make([]kmsg.AlterUserSCRAMCredentialsRequestDeletion, 1)},
	} {
		p.request(req, 0)
		if got := errorCodes(reflect.ValueOf(p.answer(req)), nil); !slices.Equal(got, []string{"SECURITY_DISABLED"}) {
			t.Errorf("%s: %v", kmsg.NameForKey(req.Key()), got)
		}
	}
}
