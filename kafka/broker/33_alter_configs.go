package broker

import (
	"context"
	"fmt"
	"maps"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AlterConfigs: 0-2.
//
//   - The settings of a topic become those in the request; all others are taken back. Durable when the answer comes, all or nothing
//     per topic. With ValidateOnly it only says whether it would. The broker's settings cannot be changed: INVALID_REQUEST.
func (b *Broker) alterConfigs(ctx context.Context, c *call, req *kmsg.AlterConfigsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.AlterConfigsResponse)
	once := namedOnce(len(req.Resources), func(i int) resource {
		return resource{req.Resources[i].ResourceType, req.Resources[i].ResourceName}
	})
	for i := range req.Resources {
		ask := &req.Resources[i]
		which := resource{ask.ResourceType, ask.ResourceName}
		err := errNamedTwice
		if once(which) {
			err = b.alter(ctx, c, which, len(ask.Configs), req.ValidateOnly, func(settings map[string]string) error {
				return replaceSettings(settings, ask.Configs)
			})
		}
		r := kmsg.NewAlterConfigsResponseResource()
		r.ResourceType, r.ResourceName, r.ErrorCode, r.ErrorMessage = ask.ResourceType, ask.ResourceName, codeOf(err), textOf(err)
		resp.Resources = append(resp.Resources, r)
	}
	return resp, nil
}

func replaceSettings(settings map[string]string, asks []kmsg.AlterConfigsRequestResourceConfig) error {
	clear(settings)
	for i := range asks {
		ask := &asks[i]
		if _, again := settings[ask.Name]; again {
			return fmt.Errorf("%w: %s is set more than once", kerr.InvalidRequest, ask.Name)
		}
		if ask.Value == nil {
			return fmt.Errorf("%w: %s has no value", kerr.InvalidRequest, ask.Name)
		}
		settings[ask.Name] = *ask.Value
	}
	return nil
}

// resource is what has settings.
type resource struct {
	kind kmsg.ConfigResourceType
	name string
}

// namedOnce says of each of the n resources of a request whether the request names it once.
func namedOnce(n int, at func(i int) resource) func(resource) bool {
	times := map[resource]int{}
	for i := range n {
		times[at(i)]++
	}
	return func(r resource) bool { return times[r] == 1 }
}

var errNamedTwice = fmt.Errorf("%w: each resource must be named once", kerr.InvalidRequest)

// alter changes the settings of a resource, which the client asks for so many changes of.
func (b *Broker) alter(ctx context.Context, c *call, which resource, changes int, validateOnly bool, change func(settings map[string]string) error) error {
	if err := c.mayConfigs(kmsg.ACLOperationAlterConfigs, which.kind, which.name); err != nil {
		return err
	}
	switch which.kind {
	case kmsg.ConfigResourceTypeBroker:
		return checkBrokerChange(which.name, changes)
	case kmsg.ConfigResourceTypeTopic:
	default:
		return fmt.Errorf("%w: there are settings of topics (%d), not of resources of type %d", kerr.InvalidRequest, kmsg.ConfigResourceTypeTopic, which.kind)
	}
	if err := log.CheckTopicName(which.name); err != nil {
		return err
	}
	t, err := b.foreignTopic(which.name)
	if err != nil {
		return err
	}
	if validateOnly {
		settings := maps.Clone(t.Config.Settings)
		if err := change(settings); err != nil {
			return err
		}
		return log.CheckTopicConfig(log.TopicConfig{Settings: settings})
	}
	if err := b.log.AlterTopic(ctx, which.name, change); err != nil {
		return err
	}
	b.logger.Info("topic settings changed", "topic", which.name)
	return nil
}
