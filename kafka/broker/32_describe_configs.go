package broker

import (
	"context"
	"fmt"
	"slices"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeConfigs: 0-4.
//
//   - The settings of topics, and of the broker by its id; that of "all brokers", an empty name, has none. Null or no names stand for
//     all settings; names that do not exist are left out. Settings of other things are INVALID_REQUEST.
//   - 0: whether a value is the default. 1: where it comes from, and if asked, what would hold without it. 3: types, and if asked,
//     documentation.
func (b *Broker) describeConfigs(_ context.Context, c *call, req *kmsg.DescribeConfigsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeConfigsResponse)
	for i := range req.Resources {
		ask := &req.Resources[i]
		r := kmsg.NewDescribeConfigsResponseResource()
		r.ResourceType, r.ResourceName = ask.ResourceType, ask.ResourceName
		all, err := b.configsOf(c, ask)
		r.ErrorCode, r.ErrorMessage = codeOf(err), textOf(err)
		for j := range all {
			if len(ask.ConfigNames) == 0 || slices.Contains(ask.ConfigNames, all[j].name) {
				r.Configs = append(r.Configs, describedConfig(req, &all[j]))
			}
		}
		resp.Resources = append(resp.Resources, r)
	}
	return resp, nil
}

func (b *Broker) configsOf(c *call, ask *kmsg.DescribeConfigsRequestResource) ([]config, error) {
	if err := c.mayConfigs(kmsg.ACLOperationDescribeConfigs, ask.ResourceType, ask.ResourceName); err != nil {
		return nil, err
	}
	switch ask.ResourceType {
	case kmsg.ConfigResourceTypeTopic:
		if err := log.CheckTopicName(ask.ResourceName); err != nil {
			return nil, err
		}
		t, ok := b.log.Topic(ask.ResourceName)
		if !ok {
			return nil, fmt.Errorf("%w: %s", log.ErrUnknownTopic, ask.ResourceName)
		}
		return b.topicConfigs(&t), nil
	case kmsg.ConfigResourceTypeBroker:
		if err := checkBrokerName(ask.ResourceName); err != nil || ask.ResourceName == "" {
			return nil, err
		}
		return b.brokerConfigs(c.conn.self), nil
	}
	return nil, fmt.Errorf("%w: there are settings of topics (%d) and brokers (%d), not of resources of type %d",
		kerr.InvalidRequest, kmsg.ConfigResourceTypeTopic, kmsg.ConfigResourceTypeBroker, ask.ResourceType)
}

func describedConfig(req *kmsg.DescribeConfigsRequest, from *config) kmsg.DescribeConfigsResponseResourceConfig {
	r := kmsg.NewDescribeConfigsResponseResourceConfig()
	holds := &from.values[0]
	r.Name, r.Value, r.Source = from.name, &holds.value, holds.source
	r.ReadOnly, r.IsDefault, r.ConfigType = from.readOnly, holds.source == kmsg.ConfigSourceDefaultConfig, kmsg.ConfigType(from.kind)
	if req.IncludeDocumentation {
		r.Documentation = &from.doc
	}
	if req.IncludeSynonyms {
		for i := range from.values {
			s := kmsg.NewDescribeConfigsResponseResourceConfigConfigSynonym()
			s.Name, s.Value, s.Source = from.values[i].name, &from.values[i].value, from.values[i].source
			r.ConfigSynonyms = append(r.ConfigSynonyms, s)
		}
	}
	return r
}
