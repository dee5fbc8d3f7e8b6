package broker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// IncrementalAlterConfigs: 0-1.
//
//   - Single settings of a topic are set or taken back, and values added to lists or removed from them; the others stay. For the
//     rest it is like AlterConfigs.
func (b *Broker) incrementalAlterConfigs(ctx context.Context, c *call, req *kmsg.IncrementalAlterConfigsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.IncrementalAlterConfigsResponse)
	once := namedOnce(len(req.Resources), func(i int) resource {
		return resource{req.Resources[i].ResourceType, req.Resources[i].ResourceName}
	})
	for i := range req.Resources {
		ask := &req.Resources[i]
		which := resource{ask.ResourceType, ask.ResourceName}
		err := errNamedTwice
		if once(which) {
			err = b.alter(ctx, c, which, len(ask.Configs), req.ValidateOnly, func(settings map[string]string) error {
				return b.changeSettings(settings, ask.Configs)
			})
		}
		r := kmsg.NewIncrementalAlterConfigsResponseResource()
		r.ResourceType, r.ResourceName, r.ErrorCode, r.ErrorMessage = ask.ResourceType, ask.ResourceName, codeOf(err), textOf(err)
		resp.Resources = append(resp.Resources, r)
	}
	return resp, nil
}

func (b *Broker) changeSettings(settings map[string]string, asks []kmsg.IncrementalAlterConfigsRequestResourceConfig) error {
	kinds := map[string]log.SettingKind{}
	for _, s := range log.TopicSettings() {
		kinds[s.Name] = s.Kind
	}
	done := map[string]bool{}
	for i := range asks {
		ask := &asks[i]
		kind, known := kinds[ask.Name]
		switch {
		case !known:
			return fmt.Errorf("%w: there is no topic setting %q", log.ErrInvalidConfig, ask.Name)
		case done[ask.Name]:
			return fmt.Errorf("%w: %s is changed more than once", kerr.InvalidRequest, ask.Name)
		}
		done[ask.Name] = true
		if err := b.changeSetting(settings, kind, ask); err != nil {
			return err
		}
	}
	return nil
}

// changeSetting makes one change; the log checks the value.
func (b *Broker) changeSetting(settings map[string]string, kind log.SettingKind, ask *kmsg.IncrementalAlterConfigsRequestResourceConfig) error {
	if ask.Op == kmsg.IncrementalAlterConfigOpDelete {
		delete(settings, ask.Name)
		return nil
	}
	if ask.Value == nil {
		return fmt.Errorf("%w: %s has no value", kerr.InvalidRequest, ask.Name)
	}
	if ask.Op == kmsg.IncrementalAlterConfigOpSet {
		settings[ask.Name] = *ask.Value
		return nil
	}
	if ask.Op != kmsg.IncrementalAlterConfigOpAppend && ask.Op != kmsg.IncrementalAlterConfigOpSubtract {
		return fmt.Errorf("%w: %s: operation %d, expected 0 (set), 1 (delete), 2 (append) or 3 (subtract)", kerr.InvalidRequest, ask.Name, ask.Op)
	}
	if kind != log.SettingList {
		return fmt.Errorf("%w: %s is not a list", log.ErrInvalidConfig, ask.Name)
	}
	now, made := settings[ask.Name]
	if !made {
		now, _ = b.log.DefaultSetting(ask.Name)
	}
	elements, changed := splitList(now), splitList(*ask.Value)
	elements = slices.DeleteFunc(elements, func(e string) bool { return slices.Contains(changed, e) })
	if ask.Op == kmsg.IncrementalAlterConfigOpAppend {
		elements = append(elements, changed...)
	}
	settings[ask.Name] = strings.Join(elements, ",")
	return nil
}

func splitList(s string) []string {
	var elements []string
	for e := range strings.SplitSeq(s, ",") {
		if e = strings.TrimSpace(e); e != "" {
			elements = append(elements, e)
		}
	}
	return elements
}
