package broker

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leatdb/leat/kafka/groups"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func configResource(kind kmsg.ConfigResourceType, name string, settings ...string) kmsg.DescribeConfigsRequestResource {
	r := kmsg.NewDescribeConfigsRequestResource()
	r.ResourceType, r.ResourceName, r.ConfigNames = kind, name, settings
	return r
}

// configTexts are the settings of an answer: value, source, and what would hold instead.
func configTexts(r kmsg.DescribeConfigsResponseResource) map[string]string {
	all := map[string]string{}
	for _, c := range r.Configs {
		text := fmt.Sprintf("%s %v", *c.Value, c.Source)
		for _, s := range c.ConfigSynonyms {
			text += fmt.Sprintf("; %v %s=%s", s.Source, s.Name, *s.Value)
		}
		all[c.Name] = text
	}
	return all
}

func TestDescribeConfigs(t *testing.T) {
	b := startBroker(t, Options{NumPartitions: 7, NoAutoCreate: true, Groups: groups.Options{MaxMembers: 9}})
	b.createTopic("a", 1, "retention.ms", "1000")
	p := b.dial()
	req := kmsg.NewPtrDescribeConfigsRequest()
	req.IncludeSynonyms, req.IncludeDocumentation = true, true
	req.Resources = append(req.Resources, configResource(kmsg.ConfigResourceTypeTopic, "a"), configResource(kmsg.ConfigResourceTypeBroker, "1"),
		configResource(kmsg.ConfigResourceTypeBroker, ""))
	resp := ask[*kmsg.DescribeConfigsResponse](p, req, 4)
	topic, self := configTexts(resp.Resources[0]), configTexts(resp.Resources[1])
	if got := topic["retention.ms"]; got != "1000 DYNAMIC_TOPIC_CONFIG; DYNAMIC_TOPIC_CONFIG retention.ms=1000; DEFAULT_CONFIG log.retention.ms=-1" {
		t.Error(got)
	}
	for _, s := range log.TopicSettings() {
		if s.Name != "retention.ms" && s.Name != "segment.bytes" && !strings.HasPrefix(topic[s.Name], s.Default+" DEFAULT_CONFIG; ") {
			t.Errorf("%s: %s", s.Name, topic[s.Name])
		}
		if name := topicToBroker[s.Name]; name == "" || self[name] == "" {
			t.Errorf("%s has no setting of the broker, %q", s.Name, name)
		}
	}
	for name, want := range map[string]string{
		"num.partitions":            "7 STATIC_BROKER_CONFIG; STATIC_BROKER_CONFIG num.partitions=7; DEFAULT_CONFIG num.partitions=1",
		"auto.create.topics.enable": "false STATIC_BROKER_CONFIG; STATIC_BROKER_CONFIG auto.create.topics.enable=false; DEFAULT_CONFIG auto.create.topics.enable=true",
		"group.max.size":            "9 STATIC_BROKER_CONFIG; STATIC_BROKER_CONFIG group.max.size=9; DEFAULT_CONFIG group.max.size=4096",
		"delete.topic.enable":       "true DEFAULT_CONFIG; DEFAULT_CONFIG delete.topic.enable=true",
		"max.connections":           "4096 DEFAULT_CONFIG; DEFAULT_CONFIG max.connections=4096",
		"offsets.retention.minutes": "10080 DEFAULT_CONFIG; DEFAULT_CONFIG offsets.retention.minutes=10080",
	} {
		if self[name] != want {
			t.Errorf("%s: %s, want %s", name, self[name], want)
		}
	}
	if !strings.HasPrefix(self["advertised.listeners"], "PLAINTEXT://"+b.addr+" ") {
		t.Error(self["advertised.listeners"])
	}
	for i, r := range resp.Resources[:2] {
		names := slices.IsSortedFunc(r.Configs, func(a, b kmsg.DescribeConfigsResponseResourceConfig) int { return strings.Compare(a.Name, b.Name) })
		for _, c := range r.Configs {
			if c.ReadOnly != (i == 1) || c.ConfigType == 0 || c.Documentation == nil || *c.Documentation == "" || !names {
				t.Errorf("%+v", c)
			}
		}
	}
	if all := resp.Resources[2]; all.ErrorCode != 0 || len(all.Configs) != 0 {
		t.Errorf("all brokers: %+v", all)
	}
}

// What older versions do not have is not asked for, and names choose.
func TestDescribeSomeConfigs(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1, "retention.ms", "1000")
	p := b.dial()
	for version := range int16(5) {
		req := kmsg.NewPtrDescribeConfigsRequest()
		req.Resources = append(req.Resources, configResource(kmsg.ConfigResourceTypeTopic, "a", "retention.ms", "segment.ms", "none"))
		got := ask[*kmsg.DescribeConfigsResponse](p, req, version).Resources[0].Configs
		if len(got) != 2 || *got[0].Value != "1000" || *got[1].Value != "604800000" || got[0].Documentation != nil || got[0].ConfigSynonyms != nil {
			t.Errorf("version %d: %+v", version, got)
		}
		if version == 0 && (got[0].IsDefault || !got[1].IsDefault) {
			t.Errorf("version 0: defaults %+v", got)
		}
	}
	for _, c := range []struct {
		kind kmsg.ConfigResourceType
		name string
		want *kerr.Error
	}{
		{kmsg.ConfigResourceTypeTopic, "none", kerr.UnknownTopicOrPartition},
		{kmsg.ConfigResourceTypeTopic, "", kerr.InvalidTopicException},
		{kmsg.ConfigResourceTypeBroker, "2", kerr.InvalidRequest},
		{kmsg.ConfigResourceTypeBroker, "x", kerr.InvalidRequest},
		{kmsg.ConfigResourceTypeBrokerLogger, "1", kerr.InvalidRequest},
		{99, "a", kerr.InvalidRequest},
	} {
		req := kmsg.NewPtrDescribeConfigsRequest()
		req.Resources = append(req.Resources, configResource(c.kind, c.name))
		if got := ask[*kmsg.DescribeConfigsResponse](p, req, 4).Resources[0]; got.ErrorCode != c.want.Code || got.ErrorMessage == nil {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// settingsOf are those made for a topic, as text.
func (b *testBroker) settingsOf(topic string) string {
	t, _ := b.log.Topic(topic)
	return fmt.Sprint(t.Config.Settings)
}

func TestAlterConfigs(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1, "retention.ms", "1000", "segment.ms", "5")
	if err := b.log.CreateTopic(testContext(t), "internal", log.TopicConfig{Partitions: 1, Internal: true}); err != nil {
		t.Fatal(err)
	}
	const before = "map[retention.ms:1000 segment.ms:5]"
	p := b.dial()
	for _, c := range []struct {
		kind    kmsg.ConfigResourceType
		name    string
		configs []string
		want    *kerr.Error
		after   string
	}{
		{kmsg.ConfigResourceTypeTopic, "a", []string{"retention.ms", "soon"}, kerr.InvalidConfig, before},
		{kmsg.ConfigResourceTypeTopic, "a", []string{"retention.bytes", "9", "no.such", "1"}, kerr.InvalidConfig, before},
		{kmsg.ConfigResourceTypeTopic, "a", []string{"segment.ms", "1", "segment.ms", "1"}, kerr.InvalidRequest, before},
		{kmsg.ConfigResourceTypeTopic, "a", []string{"segment.ms", "null"}, kerr.InvalidRequest, before},
		{kmsg.ConfigResourceTypeTopic, "a", []string{"min.compaction.lag.ms", "2", "max.compaction.lag.ms", "1"}, kerr.InvalidConfig, before},
		{kmsg.ConfigResourceTypeTopic, "none", nil, kerr.UnknownTopicOrPartition, before},
		{kmsg.ConfigResourceTypeTopic, "no name", nil, kerr.InvalidTopicException, before},
		{kmsg.ConfigResourceTypeTopic, "internal", nil, kerr.PolicyViolation, before},
		{kmsg.ConfigResourceTypeBroker, "1", nil, nil, before},
		{kmsg.ConfigResourceTypeBroker, "", []string{"num.partitions", "3"}, kerr.InvalidRequest, before},
		{kmsg.ConfigResourceTypeBroker, "7", nil, kerr.InvalidRequest, before},
		{kmsg.ConfigResourceTypeBrokerLogger, "1", nil, kerr.InvalidRequest, before},
		{kmsg.ConfigResourceTypeTopic, "a", []string{"retention.ms", "7"}, nil, "map[retention.ms:7]"},
	} {
		for _, validate := range []bool{true, false} {
			req := kmsg.NewPtrAlterConfigsRequest()
			r := kmsg.NewAlterConfigsRequestResource()
			r.ResourceType, r.ResourceName = c.kind, c.name
			for i := 0; i < len(c.configs); i += 2 {
				rc := kmsg.NewAlterConfigsRequestResourceConfig()
				rc.Name = c.configs[i]
				if c.configs[i+1] != "null" {
					rc.Value = &c.configs[i+1]
				}
				r.Configs = append(r.Configs, rc)
			}
			req.Resources, req.ValidateOnly = append(req.Resources, r), validate
			got := ask[*kmsg.AlterConfigsResponse](p, req, 2).Resources[0]
			if got.ErrorCode != codeOf(asError(c.want)) || (got.ErrorMessage == nil) != (c.want == nil) {
				t.Errorf("%+v (validate: %v): %+v", c, validate, got)
			}
			want := c.after
			if validate {
				want = before
			}
			if s := b.settingsOf("a"); s != want {
				t.Errorf("%+v (validate: %v): %s", c, validate, s)
			}
		}
	}
}

func TestIncrementalAlterConfigs(t *testing.T) {
	const set, remove, add, subtract = kmsg.IncrementalAlterConfigOpSet, kmsg.IncrementalAlterConfigOpDelete, kmsg.IncrementalAlterConfigOpAppend, kmsg.IncrementalAlterConfigOpSubtract
	b := startBroker(t, Options{})
	b.createTopic("a", 1, "retention.ms", "1000")
	type change struct {
		op          kmsg.IncrementalAlterConfigOp
		name, value string
	}
	alter := func(p *peer, validate bool, changes ...change) *kmsg.IncrementalAlterConfigsResponse {
		req := kmsg.NewPtrIncrementalAlterConfigsRequest()
		r := kmsg.NewIncrementalAlterConfigsRequestResource()
		r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, "a"
		for _, c := range changes {
			rc := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
			rc.Op, rc.Name, rc.Value = c.op, c.name, &c.value
			if c.value == "null" {
				rc.Value = nil
			}
			r.Configs = append(r.Configs, rc)
		}
		req.Resources, req.ValidateOnly = append(req.Resources, r), validate
		return ask[*kmsg.IncrementalAlterConfigsResponse](p, req, 1)
	}
	p := b.dial()
	before := b.settingsOf("a")
	for _, c := range []struct {
		changes []change
		want    *kerr.Error
		after   string
	}{
		{[]change{{set, "segment.ms", "9"}}, nil, "map[retention.ms:1000 segment.ms:9]"},
		{[]change{{remove, "retention.ms", "null"}, {set, "retention.bytes", "5"}}, nil, "map[retention.bytes:5 segment.ms:9]"},
		{[]change{{add, "cleanup.policy", "compact"}}, nil, "map[cleanup.policy:delete,compact retention.bytes:5 segment.ms:9]"},
		{[]change{{subtract, "cleanup.policy", "delete"}, {remove, "segment.ms", ""}}, nil, "map[cleanup.policy:compact retention.bytes:5]"},
		{[]change{{add, "retention.bytes", "5"}}, kerr.InvalidConfig, ""},
		{[]change{{set, "retention.ms", "1"}, {set, "what", "5"}}, kerr.InvalidConfig, ""},
		{[]change{{remove, "what", ""}}, kerr.InvalidConfig, ""},
		{[]change{{set, "retention.ms", "null"}}, kerr.InvalidRequest, ""},
		{[]change{{set, "retention.ms", "1"}, {remove, "retention.ms", ""}}, kerr.InvalidRequest, ""},
		{[]change{{9, "retention.ms", "1"}}, kerr.InvalidRequest, ""},
	} {
		for _, validate := range []bool{true, false} {
			got := alter(p, validate, c.changes...).Resources[0]
			if !validate && c.after != "" {
				before = c.after
			}
			if s := b.settingsOf("a"); got.ErrorCode != codeOf(asError(c.want)) || s != before {
				t.Errorf("%+v (validate: %v): %+v, then %s", c, validate, got, s)
			}
		}
	}
	b.stop()
	b.start(Options{})
	if s := b.settingsOf("a"); s != before {
		t.Errorf("after a restart: %s, want %s", s, before)
	}
}

// A resource that is named twice is not changed at all.
func TestAlterConfigsOfAResourceTwice(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1)
	value := "1"
	one := kmsg.AlterConfigsRequestResource{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: "a",
		Configs: []kmsg.AlterConfigsRequestResourceConfig{{Name: "retention.ms", Value: &value}}}
	req := kmsg.NewPtrAlterConfigsRequest()
	req.Resources = append(req.Resources, one, one)
	resp := ask[*kmsg.AlterConfigsResponse](b.dial(), req, 1)
	if len(resp.Resources) != 2 || resp.Resources[0].ErrorCode != kerr.InvalidRequest.Code || b.settingsOf("a") != "map[]" {
		t.Errorf("%+v, %s", resp, b.settingsOf("a"))
	}
}
