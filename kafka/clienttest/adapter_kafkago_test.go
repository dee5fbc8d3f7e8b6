package clienttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// kafkaGo is segmentio/kafka-go. It is neither idempotent nor transactional, and knows no static members.
type kafkaGo struct{}

func (kafkaGo) name() string { return "kafka-go" }

func lacks(what string) error {
	return fmt.Errorf("kafka-go has no %s: %w", what, errors.ErrUnsupported)
}

type kafkaGoProducer struct{ w *kafka.Writer }

func (kafkaGo) producer(s *server, o producing) (producer, error) {
	transport := &kafka.Transport{MetadataTTL: 200 * time.Millisecond}
	s.t.Cleanup(transport.CloseIdleConnections)
	return kafkaGoProducer{&kafka.Writer{Addr: kafka.TCP(s.addr), Balancer: kafka.Murmur2Balancer{}, RequiredAcks: kafka.RequiredAcks(o.acks),
		Compression:  map[string]kafka.Compression{"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd}[o.codec],
		BatchTimeout: time.Millisecond, MaxAttempts: 200, WriteBackoffMin: 10 * time.Millisecond, WriteBackoffMax: 100 * time.Millisecond,
		Transport: transport}}, nil
}

func (p kafkaGoProducer) produce(ctx context.Context, records ...record) error {
	var out []kafka.Message
	for _, r := range records {
		m := kafka.Message{Topic: r.topic, Key: []byte(r.key), Value: []byte(r.value), Time: r.time}
		if r.headerKey != "" {
			m.Headers = []kafka.Header{{Key: r.headerKey, Value: []byte(r.headerValue)}}
		}
		out = append(out, m)
	}
	// The writer gives up at once when its connection breaks, so it is asked again, as programs do.
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for {
		err := p.w.WriteMessages(ctx, out...)
		if err == nil || refused(err) {
			return err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return err
		}
	}
}

// refused says whether the server answered with an error that stays.
func refused(err error) bool {
	var all kafka.WriteErrors
	if errors.As(err, &all) {
		for _, err := range all {
			var code kafka.Error
			if errors.As(err, &code) && !code.Temporary() {
				return true
			}
		}
	}
	var large kafka.MessageTooLargeError
	var code kafka.Error
	return errors.As(err, &large) || errors.As(err, &code) && !code.Temporary()
}

func (p kafkaGoProducer) close() error { return p.w.Close() }

// kafkaGoReader brings the partitions of a topic together: a kafka.Reader reads one.
type kafkaGoReader struct {
	records chan record
	stop    context.CancelFunc
	readers sync.WaitGroup
}

func (a kafkaGo) reader(s *server, topic string, isolation isolation) (consumer, error) {
	ad := a.newAdmin(s)
	topics, err := ad.topics()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &kafkaGoReader{records: make(chan record), stop: stop}
	level := kafka.ReadUncommitted
	if isolation == readCommitted {
		level = kafka.ReadCommitted
	}
	for p := range topics[topic] {
		r := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{s.addr}, Topic: topic, Partition: p, MaxWait: 500 * time.Millisecond,
			ReadBackoffMin: 10 * time.Millisecond, ReadBackoffMax: 100 * time.Millisecond, IsolationLevel: level})
		c.readers.Go(func() { // Ends with close.
			defer r.Close()
			for {
				m, err := r.ReadMessage(ctx)
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					continue // It tries again by itself; what it returns now and then are its attempts' ends.
				}
				select {
				case c.records <- fromKafkaGo(m):
				case <-ctx.Done():
				}
			}
		})
	}
	return c, nil
}

func fromKafkaGo(m kafka.Message) record {
	r := record{topic: m.Topic, partition: int32(m.Partition), offset: m.Offset, key: string(m.Key), value: string(m.Value), time: m.Time}
	if len(m.Headers) > 0 {
		r.headerKey, r.headerValue = m.Headers[0].Key, string(m.Headers[0].Value)
	}
	return r
}

func (c *kafkaGoReader) poll(ctx context.Context) ([]record, error) {
	select {
	case r := <-c.records:
		return []record{r}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *kafkaGoReader) close() error {
	c.stop()
	c.readers.Wait()
	return nil
}

type kafkaGoMember struct {
	r        *kafka.Reader
	wire     *wire
	previous kafka.Message // the last poll; without a topic before the first
}

func (kafkaGo) member(s *server, o membership) (member, error) {
	if o.instance != "" {
		return nil, lacks("static members")
	}
	m := &kafkaGoMember{wire: &wire{}}
	m.r = kafka.NewReader(kafka.ReaderConfig{Brokers: []string{s.addr}, GroupID: o.group, Topic: o.topic, MaxWait: 500 * time.Millisecond,
		Dialer:         &kafka.Dialer{DialFunc: m.wire.DialContext, Timeout: 5 * time.Second},
		SessionTimeout: sessionTimeout, HeartbeatInterval: heartbeatInterval, RebalanceTimeout: sessionTimeout, CommitInterval: 100 * time.Millisecond, JoinGroupBackoff: 200 * time.Millisecond,
		StartOffset: kafka.FirstOffset, ReadBackoffMin: 10 * time.Millisecond, ReadBackoffMax: 100 * time.Millisecond})
	s.t.Cleanup(func() { m.r.Close() })
	return m, nil
}

func (m *kafkaGoMember) poll(ctx context.Context) ([]record, error) {
	if m.previous.Topic != "" {
		if err := m.r.CommitMessages(ctx, m.previous); err != nil { // In the background, 100 ms later at the latest.
			return nil, err
		}
	}
	msg, err := m.r.FetchMessage(ctx)
	if err != nil {
		return nil, err
	}
	m.previous = msg
	return []record{fromKafkaGo(msg)}, nil
}

func (m *kafkaGoMember) close() error { return m.r.Close() }

func (m *kafkaGoMember) crash() {
	m.wire.cut()
	m.r.Close()
}

func (m *kafkaGoMember) generation() int32 { return -1 } // It does not tell.

func (kafkaGo) transactions(*server, string) (transactor, error) { return nil, lacks("transactions") }

func (kafkaGo) copyExactlyOnce(context.Context, *server, string, string, string, string) error {
	return lacks("transactions")
}

type kafkaGoAdmin struct {
	cl  *kafka.Client
	ctx context.Context
}

func (a kafkaGo) admin(s *server) (admin, error) { return a.newAdmin(s), nil }

func (kafkaGo) newAdmin(s *server) kafkaGoAdmin {
	transport := &kafka.Transport{MetadataTTL: 100 * time.Millisecond}
	s.t.Cleanup(transport.CloseIdleConnections)
	return kafkaGoAdmin{&kafka.Client{Addr: kafka.TCP(s.addr), Transport: transport, Timeout: 10 * time.Second}, withPatience(s.t)}
}

func (a kafkaGoAdmin) createTopic(topic string, partitions int, configs map[string]string) error {
	t := kafka.TopicConfig{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}
	for k, v := range configs {
		t.ConfigEntries = append(t.ConfigEntries, kafka.ConfigEntry{ConfigName: k, ConfigValue: v})
	}
	resp, err := a.cl.CreateTopics(a.ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{t}})
	if err != nil {
		return err
	}
	return resp.Errors[topic]
}

func (a kafkaGoAdmin) addPartitions(topic string, total int) error {
	resp, err := a.cl.CreatePartitions(a.ctx, &kafka.CreatePartitionsRequest{Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: int32(total)}}})
	if err != nil {
		return err
	}
	return resp.Errors[topic]
}

func (a kafkaGoAdmin) topics() (map[string]int, error) {
	resp, err := a.cl.Metadata(a.ctx, &kafka.MetadataRequest{})
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, t := range resp.Topics {
		out[t.Name] = len(t.Partitions)
	}
	return out, nil
}

func (a kafkaGoAdmin) deleteTopic(topic string) error {
	resp, err := a.cl.DeleteTopics(a.ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	if err != nil {
		return err
	}
	return resp.Errors[topic]
}

func (a kafkaGoAdmin) deleteRecords(string, int32, int64) error { return lacks("DeleteRecords") }

func (a kafkaGoAdmin) setConfig(topic, name, value string) error {
	resp, err := a.cl.IncrementalAlterConfigs(a.ctx, &kafka.IncrementalAlterConfigsRequest{
		Resources: []kafka.IncrementalAlterConfigsRequestResource{{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic,
			Configs: []kafka.IncrementalAlterConfigsRequestConfig{{Name: name, Value: value, ConfigOperation: kafka.ConfigOperationSet}}}}})
	if err != nil {
		return err
	}
	for _, r := range resp.Resources {
		err = errors.Join(err, r.Error)
	}
	return err
}

func (a kafkaGoAdmin) config(topic, name string) (string, error) {
	resp, err := a.cl.DescribeConfigs(a.ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{
		{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{name}}}})
	if err != nil {
		return "", err
	}
	for _, r := range resp.Resources {
		for _, c := range r.ConfigEntries {
			if c.ConfigName == name {
				return c.ConfigValue, r.Error
			}
		}
		err = errors.Join(err, r.Error)
	}
	return "", errors.Join(err, fmt.Errorf("no config %s of %s", name, topic))
}

// offsets asks for one offset of a partition.
func (a kafkaGoAdmin) offsets(topic string, o kafka.OffsetRequest) (kafka.PartitionOffsets, error) {
	resp, err := a.cl.ListOffsets(a.ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: {o}}})
	if err != nil {
		return kafka.PartitionOffsets{}, err
	}
	p := resp.Topics[topic][0]
	return p, p.Error
}

func (a kafkaGoAdmin) offsetAt(topic string, partition int32, t time.Time) (int64, error) {
	p, err := a.offsets(topic, kafka.TimeOffsetOf(int(partition), t))
	for o := range p.Offsets {
		return o, err
	}
	return -1, err
}

func (a kafkaGoAdmin) firstOffset(topic string, partition int32) (int64, error) {
	p, err := a.offsets(topic, kafka.FirstOffsetOf(int(partition)))
	return p.FirstOffset, err
}

func (a kafkaGoAdmin) endOffset(topic string, partition int32) (int64, error) {
	p, err := a.offsets(topic, kafka.LastOffsetOf(int(partition)))
	return p.LastOffset, err
}

func (a kafkaGoAdmin) close() error { return nil }
