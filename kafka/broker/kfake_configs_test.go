package broker

import "github.com/twmb/franz-go/pkg/kmsg"

// configSteps ask for settings that both sides have.
func configSteps() []step {
	describe := func(kind kmsg.ConfigResourceType, name string, settings ...string) func() kmsg.Request {
		return func() kmsg.Request {
			req := kmsg.NewPtrDescribeConfigsRequest()
			req.Resources = append(req.Resources, configResource(kind, name, settings...))
			return req
		}
	}
	alter := func(name, setting, value string) func() kmsg.Request {
		return func() kmsg.Request {
			req := kmsg.NewPtrAlterConfigsRequest()
			req.Resources = []kmsg.AlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: name,
				Configs: []kmsg.AlterConfigsRequestResourceConfig{{Name: setting, Value: &value}}}}
			return req
		}
	}
	change := func(op kmsg.IncrementalAlterConfigOp, name, setting, value string) func() kmsg.Request {
		return func() kmsg.Request {
			req := kmsg.NewPtrIncrementalAlterConfigsRequest()
			req.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: name,
				Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: setting, Op: op, Value: &value}}}}
			return req
		}
	}
	const topic, broker = kmsg.ConfigResourceTypeTopic, kmsg.ConfigResourceTypeBroker
	return []step{
		simple("configs: made", describe(topic, "b", "retention.ms")),
		simple("configs: default", describe(topic, "b", "cleanup.policy", "max.message.bytes", "segment.ms", "delete.retention.ms", "message.timestamp.type")),
		simple("configs: unknown setting", describe(topic, "b", "no.such")),
		simple("configs: unknown topic", describe(topic, "none")),
		simple("configs: unknown broker", describe(broker, "77")),
		simple("configs: no broker", describe(broker, "x")),
		simple("configs: unknown kind", describe(99, "b")),
		simple("alter", alter("b", "retention.ms", "77")),
		simple("alter: then", describe(topic, "b", "retention.ms")),
		simple("alter: unknown topic", alter("none", "retention.ms", "77")),
		simple("alter: unknown setting", alter("a", "no.such", "77")),
		simple("alter: bad value", alter("a", "retention.ms", "soon")),
		simple("change: set", change(kmsg.IncrementalAlterConfigOpSet, "b", "cleanup.policy", "compact")),
		simple("change: add", change(kmsg.IncrementalAlterConfigOpAppend, "b", "cleanup.policy", "delete")),
		simple("change: then", describe(topic, "b", "retention.ms", "cleanup.policy")),
		simple("change: remove", change(kmsg.IncrementalAlterConfigOpDelete, "b", "cleanup.policy", "")),
		simple("change: then again", describe(topic, "b", "retention.ms", "cleanup.policy")),
		simple("change: add to no list", change(kmsg.IncrementalAlterConfigOpAppend, "b", "retention.ms", "1")),
		simple("change: unknown topic", change(kmsg.IncrementalAlterConfigOpSet, "none", "retention.ms", "1")),
		simple("change: unknown operation", change(9, "b", "retention.ms", "1")),
		simple("list reassignments", func() kmsg.Request { return kmsg.NewPtrListPartitionReassignmentsRequest() }),
	}
}
