package broker

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// config is a setting of a topic or of the broker, as clients see it.
type config struct {
	name     string
	kind     log.SettingKind
	doc      string
	readOnly bool
	values   []configValue // the one that holds, and those that would hold in its place; the last is the default
}

type configValue struct {
	name   string // of the setting it comes from: topics fall back to a setting of the broker
	value  string
	source kmsg.ConfigSource
}

// topicConfigs are the settings of a topic, sorted by name.
func (b *Broker) topicConfigs(t *log.TopicInfo) []config {
	all := make([]config, 0, len(topicToBroker))
	for _, s := range log.TopicSettings() {
		c := config{name: s.Name, kind: s.Kind, doc: s.Doc}
		if v, ok := t.Config.Settings[s.Name]; ok {
			c.values = append(c.values, configValue{s.Name, v, kmsg.ConfigSourceDynamicTopicConfig})
		}
		c.values = append(c.values, b.defaultValues(&s)...)
		all = append(all, c)
	}
	return all
}

// defaultValues are what holds for topics that do not make a setting.
func (b *Broker) defaultValues(s *log.Setting) (values []configValue) {
	name := topicToBroker[s.Name]
	if v, configured := b.log.DefaultSetting(s.Name); configured {
		values = append(values, configValue{name, v, kmsg.ConfigSourceStaticBrokerConfig})
	}
	return append(values, configValue{name, s.Default, kmsg.ConfigSourceDefaultConfig})
}

// topicToBroker are the settings of a broker that hold for topics without the setting, by Kafka's names.
var topicToBroker = map[string]string{
	"cleanup.policy":                  "log.cleanup.policy",
	"compression.type":                "compression.type",
	"delete.retention.ms":             "log.cleaner.delete.retention.ms",
	"file.delete.delay.ms":            "log.segment.delete.delay.ms",
	"flush.messages":                  "log.flush.interval.messages",
	"flush.ms":                        "log.flush.interval.ms",
	"index.interval.bytes":            "log.index.interval.bytes",
	"max.compaction.lag.ms":           "log.cleaner.max.compaction.lag.ms",
	"max.message.bytes":               "message.max.bytes",
	"message.timestamp.after.max.ms":  "log.message.timestamp.after.max.ms",
	"message.timestamp.before.max.ms": "log.message.timestamp.before.max.ms",
	"message.timestamp.type":          "log.message.timestamp.type",
	"min.cleanable.dirty.ratio":       "log.cleaner.min.cleanable.ratio",
	"min.compaction.lag.ms":           "log.cleaner.min.compaction.lag.ms",
	"min.insync.replicas":             "min.insync.replicas",
	"preallocate":                     "log.preallocate",
	"retention.bytes":                 "log.retention.bytes",
	"retention.ms":                    "log.retention.ms",
	"segment.bytes":                   "log.segment.bytes",
	"segment.index.bytes":             "log.index.size.max.bytes",
	"segment.jitter.ms":               "log.roll.jitter.ms",
	"segment.ms":                      "log.roll.ms",
	"unclean.leader.election.enable":  "unclean.leader.election.enable",
}

// brokerConfigs are the settings of the broker, sorted by name, for a client at one of its addresses. They are made when it
// starts; clients read them.
func (b *Broker) brokerConfigs(self endpoint) []config {
	var all []config
	for _, s := range log.TopicSettings() {
		all = append(all, config{name: topicToBroker[s.Name], kind: s.Kind, doc: s.Doc, readOnly: true, values: b.defaultValues(&s)})
	}
	for _, s := range brokerSettings {
		c := config{name: s.name, kind: s.kind, doc: s.doc, readOnly: true}
		if v := s.value(b, self); v != s.byDefault {
			c.values = append(c.values, configValue{s.name, v, kmsg.ConfigSourceStaticBrokerConfig})
		}
		c.values = append(c.values, configValue{s.name, s.byDefault, kmsg.ConfigSourceDefaultConfig})
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b config) int { return cmp.Compare(a.name, b.name) })
	return all
}

// brokerSettings are what tools ask a broker for, besides the defaults of topics.
var brokerSettings = []struct {
	name      string
	kind      log.SettingKind
	byDefault string
	doc       string
	value     func(b *Broker, self endpoint) string
}{
	{"advertised.listeners", log.SettingString, "", "Where clients are told to connect to.",
		func(_ *Broker, self endpoint) string { return fmt.Sprintf("PLAINTEXT://%s:%d", self.host, self.port) }},
	{"auto.create.topics.enable", log.SettingBool, "true", "Whether topics are made when clients ask for them.",
		func(b *Broker, _ endpoint) string { return strconv.FormatBool(!b.opts.NoAutoCreate) }},
	{"broker.id", log.SettingInt, "-1", "The id of the only broker.", constant(strconv.Itoa(nodeID))},
	{"default.replication.factor", log.SettingInt, "1", "There is one replica.", constant("1")},
	{"delete.topic.enable", log.SettingBool, "true", "Topics can be deleted.", constant("true")},
	{"fetch.max.bytes", log.SettingInt, "16777216", "Size of the records in the answer to a Fetch.",
		func(b *Broker, _ endpoint) string { return strconv.Itoa(b.opts.MaxFetchBytes) }},
	{"group.initial.rebalance.delay.ms", log.SettingInt, "0", "How long the first rebalance of an empty group waits for more members.",
		func(b *Broker, _ endpoint) string { return inMillis(b.groups.Options().InitialDelay) }},
	{"group.max.session.timeout.ms", log.SettingInt, "1800000", "The longest session timeout of group members.",
		func(b *Broker, _ endpoint) string { return inMillis(b.groups.Options().MaxSession) }},
	{"group.max.size", log.SettingInt, "4096", "Members of a group.",
		func(b *Broker, _ endpoint) string { return strconv.Itoa(b.groups.Options().MaxMembers) }},
	{"group.min.session.timeout.ms", log.SettingInt, "6000", "The shortest session timeout of group members.",
		func(b *Broker, _ endpoint) string { return inMillis(b.groups.Options().MinSession) }},
	{"inter.broker.protocol.version", log.SettingString, protocolVersion, "The version of Kafka whose protocol is spoken.", constant(protocolVersion)},
	{"log.dirs", log.SettingString, "", "The directory of the log.", func(b *Broker, _ endpoint) string { return b.logDir() }},
	{"max.connections", log.SettingInt, "4096", "Connections at a time.",
		func(b *Broker, _ endpoint) string { return strconv.Itoa(b.opts.MaxConns) }},
	{"node.id", log.SettingInt, "-1", "The id of the only broker.", constant(strconv.Itoa(nodeID))},
	{"num.partitions", log.SettingInt, "1", "Partitions of topics whose creator does not say.",
		func(b *Broker, _ endpoint) string { return strconv.Itoa(b.opts.NumPartitions) }},
	{"offsets.retention.minutes", log.SettingInt, "10080", "How long the offsets of an empty group are kept.",
		func(b *Broker, _ endpoint) string {
			return strconv.FormatInt(int64(b.groups.Options().Retention/time.Minute), 10)
		}},
	{"producer.id.expiration.ms", log.SettingInt, "86400000", "How long a partition remembers an idle producer.",
		func(b *Broker, _ endpoint) string { return inMillis(b.log.Options().ProducerExpiry) }},
	{"socket.request.max.bytes", log.SettingInt, "104857600", "Size of a Produce request.",
		func(b *Broker, _ endpoint) string { return strconv.Itoa(b.opts.MaxFrameBytes) }},
	{"transaction.max.timeout.ms", log.SettingInt, "900000", "The longest timeout of a transaction that a producer may ask for.",
		func(b *Broker, _ endpoint) string { return inMillis(b.log.Options().MaxTransactionTimeout) }},
	{"transactional.id.expiration.ms", log.SettingInt, "604800000", "How long an idle transactional id is kept.",
		func(b *Broker, _ endpoint) string { return inMillis(b.log.Options().TransactionalIDExpiry) }},
}

// protocolVersion is the version of Kafka that the broker looks like.
const protocolVersion = "3.9-IV0"

func constant(v string) func(*Broker, endpoint) string {
	return func(*Broker, endpoint) string { return v }
}

func inMillis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// logDir is the directory of the log, absolute.
func (b *Broker) logDir() string {
	dir, err := filepath.Abs(b.log.Dir())
	if err != nil {
		return b.log.Dir()
	}
	return dir
}

// checkBrokerName checks what a request calls the broker: its id, or nothing for all brokers.
func checkBrokerName(name string) error {
	if name != "" && name != strconv.Itoa(nodeID) {
		return fmt.Errorf("%w: there is no broker %q, expected %d or nothing", kerr.InvalidRequest, name, nodeID)
	}
	return nil
}

// checkBrokerChange refuses changes of the broker's settings; none is no change.
func checkBrokerChange(name string, changes int) error {
	if err := checkBrokerName(name); err != nil || changes == 0 {
		return err
	}
	return fmt.Errorf("%w: the settings of the broker are made when it starts, and cannot be changed", kerr.InvalidRequest)
}
