package clienttest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
)

// saramaClient is Sarama.
type saramaClient struct{}

func (saramaClient) name() string { return "sarama" }

func (saramaClient) config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.V3_9_0_0
	c.Metadata.Retry.Backoff = 50 * time.Millisecond
	c.Metadata.Retry.Max = 100
	c.Producer.Return.Successes = true
	c.Producer.Retry.Backoff = 50 * time.Millisecond
	c.Producer.Retry.Max = 200
	c.Consumer.MaxWaitTime = 100 * time.Millisecond
	c.Consumer.Retry.Backoff = 100 * time.Millisecond
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Offsets.AutoCommit.Interval = 100 * time.Millisecond
	c.Consumer.Group.Session.Timeout = sessionTimeout
	c.Consumer.Group.Heartbeat.Interval = heartbeatInterval
	c.Consumer.Group.Rebalance.Retry.Backoff = 100 * time.Millisecond
	c.Consumer.Group.Rebalance.Retry.Max = 100
	c.Admin.Retry.Backoff = 50 * time.Millisecond
	c.Admin.Retry.Max = 200
	return c
}

type saramaProducer struct{ sarama.SyncProducer }

func (a saramaClient) producer(s *server, o producing) (producer, error) {
	c := a.config()
	c.Producer.Compression = map[string]sarama.CompressionCodec{"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP,
		"snappy": sarama.CompressionSnappy, "lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD}[o.codec]
	c.Producer.RequiredAcks = sarama.RequiredAcks(o.acks)
	if o.acks == -1 {
		c.Producer.Idempotent, c.Net.MaxOpenRequests = true, 1
	}
	return a.open(s, c)
}

func (saramaClient) open(s *server, c *sarama.Config) (saramaProducer, error) {
	p, err := sarama.NewSyncProducer([]string{s.addr}, c)
	if err != nil {
		return saramaProducer{}, err
	}
	return saramaProducer{p}, nil
}

func (p saramaProducer) produce(_ context.Context, records ...record) error {
	var out []*sarama.ProducerMessage
	for _, r := range records {
		m := &sarama.ProducerMessage{Topic: r.topic, Key: sarama.StringEncoder(r.key), Value: sarama.StringEncoder(r.value), Timestamp: r.time}
		if r.headerKey != "" {
			m.Headers = []sarama.RecordHeader{{Key: []byte(r.headerKey), Value: []byte(r.headerValue)}}
		}
		out = append(out, m)
	}
	return p.SendMessages(out)
}

func (p saramaProducer) close() error { return p.Close() }

// saramaReader brings the partitions of a topic together.
type saramaReader struct {
	c       sarama.Consumer
	parts   []sarama.PartitionConsumer
	records chan record
	ended   chan struct{}
	readers sync.WaitGroup
}

func (a saramaClient) reader(s *server, topic string, isolation isolation) (consumer, error) {
	conf := a.config()
	if isolation == readCommitted {
		conf.Consumer.IsolationLevel = sarama.ReadCommitted
	}
	c, err := sarama.NewConsumer([]string{s.addr}, conf)
	if err != nil {
		return nil, err
	}
	r := &saramaReader{c: c, records: make(chan record), ended: make(chan struct{})}
	partitions, err := c.Partitions(topic)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	for _, p := range partitions {
		part, err := c.ConsumePartition(topic, p, sarama.OffsetOldest)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		r.parts = append(r.parts, part)
		r.readers.Go(func() { // Ends with the partition's consumer, which close ends.
			for m := range part.Messages() {
				select {
				case r.records <- fromSarama(m):
				case <-r.ended:
				}
			}
		})
	}
	return r, nil
}

func fromSarama(m *sarama.ConsumerMessage) record {
	r := record{topic: m.Topic, partition: m.Partition, offset: m.Offset, key: string(m.Key), value: string(m.Value), time: m.Timestamp}
	if len(m.Headers) > 0 {
		r.headerKey, r.headerValue = string(m.Headers[0].Key), string(m.Headers[0].Value)
	}
	return r
}

func (r *saramaReader) poll(ctx context.Context) ([]record, error) {
	select {
	case rec := <-r.records:
		return []record{rec}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *saramaReader) close() error {
	close(r.ended)
	var errs []error
	for _, p := range r.parts {
		errs = append(errs, p.Close())
	}
	r.readers.Wait()
	return errors.Join(append(errs, r.c.Close())...)
}

// saramaMember is a member of a group, and the handler of its sessions.
type saramaMember struct {
	g       sarama.ConsumerGroup
	wire    *wire
	records chan record
	current atomic.Int32 // generation
	stop    context.CancelFunc
	ended   chan struct{}
	closed  sync.Once
}

func (a saramaClient) member(s *server, o membership) (member, error) {
	m := &saramaMember{wire: &wire{}, records: make(chan record), ended: make(chan struct{})}
	c := a.config()
	c.Net.Proxy.Enable, c.Net.Proxy.Dialer = true, m.wire
	c.Consumer.Group.InstanceId = o.instance
	// Tries within tries: a client without a network would go on for minutes. One that is to crash gives up at once.
	c.Metadata.Retry.BackoffFunc = func(int, int) time.Duration {
		if m.wire.down() {
			return 0
		}
		return 50 * time.Millisecond
	}
	g, err := sarama.NewConsumerGroup([]string{s.addr}, o.group, c)
	if err != nil {
		return nil, err
	}
	m.g = g
	ctx, stop := context.WithCancel(context.Background())
	m.stop = stop
	go func() { // Ends with close or crash.
		defer close(m.ended)
		for ctx.Err() == nil {
			// An error means that the server is away: Consume tries for long by itself, and again here.
			if err := g.Consume(ctx, []string{o.topic}, m); errors.Is(err, sarama.ErrClosedConsumerGroup) {
				return
			}
		}
	}()
	s.t.Cleanup(func() { m.close() })
	return m, nil
}

func (m *saramaMember) Setup(session sarama.ConsumerGroupSession) error {
	m.current.Store(session.GenerationID())
	return nil
}

func (m *saramaMember) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (m *saramaMember) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case msg, ok := <-claim.Messages():
			if !ok {
				return nil
			}
			select {
			case m.records <- fromSarama(msg):
				session.MarkMessage(msg, "")
			case <-session.Context().Done():
				return nil
			}
		case <-session.Context().Done():
			return nil
		}
	}
}

func (m *saramaMember) poll(ctx context.Context) ([]record, error) {
	select {
	case r := <-m.records:
		return []record{r}, nil
	case <-m.ended:
		return nil, sarama.ErrClosedConsumerGroup
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *saramaMember) close() (err error) {
	m.closed.Do(func() {
		m.stop()
		err = m.g.Close()
		<-m.ended
	})
	return err
}

func (m *saramaMember) crash() {
	m.wire.cut()
	m.close() // Its last commit and its leave come nowhere, which is an error as intended.
}

func (m *saramaMember) generation() int32 { return m.current.Load() }

type saramaTransactor struct{ saramaProducer }

func (a saramaClient) transactions(s *server, id string) (transactor, error) {
	p, err := a.open(s, a.transactional(id))
	return saramaTransactor{p}, err
}

func (a saramaClient) transactional(id string) *sarama.Config {
	c := a.config()
	c.Producer.Idempotent, c.Producer.RequiredAcks, c.Net.MaxOpenRequests = true, sarama.WaitForAll, 1
	c.Producer.Transaction.ID = id
	c.Producer.Transaction.Retry.Backoff, c.Producer.Transaction.Retry.Max = 50*time.Millisecond, 200
	return c
}

func (t saramaTransactor) begin() error                 { return t.BeginTxn() }
func (t saramaTransactor) commit(context.Context) error { return t.CommitTxn() }
func (t saramaTransactor) abort(context.Context) error  { return t.AbortTxn() }

func (a saramaClient) admin(s *server) (admin, error) {
	c := a.config()
	cl, err := sarama.NewClient([]string{s.addr}, c)
	if err != nil {
		return nil, err
	}
	ca, err := sarama.NewClusterAdminFromClient(cl)
	return saramaAdmin{ca, cl}, err
}

type saramaAdmin struct {
	sarama.ClusterAdmin
	cl sarama.Client
}

func (a saramaAdmin) createTopic(topic string, partitions int, configs map[string]string) error {
	values := map[string]*string{}
	for k, v := range configs {
		values[k] = &v
	}
	return a.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: int32(partitions), ReplicationFactor: 1, ConfigEntries: values}, false)
}

func (a saramaAdmin) addPartitions(topic string, total int) error {
	return a.CreatePartitions(topic, int32(total), nil, false)
}

func (a saramaAdmin) topics() (map[string]int, error) {
	details, err := a.ListTopics()
	out := map[string]int{}
	for name, d := range details {
		out[name] = int(d.NumPartitions)
	}
	return out, err
}

func (a saramaAdmin) deleteTopic(topic string) error { return a.DeleteTopic(topic) }

func (a saramaAdmin) deleteRecords(topic string, partition int32, before int64) error {
	return a.DeleteRecords(topic, map[int32]int64{partition: before})
}

func (a saramaAdmin) setConfig(topic, name, value string) error {
	return a.IncrementalAlterConfig(sarama.TopicResource, topic, map[string]sarama.IncrementalAlterConfigsEntry{
		name: {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value}}, false)
}

func (a saramaAdmin) config(topic, name string) (string, error) {
	results, err := a.DescribeConfigs([]*sarama.ConfigResource{{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{name}}},
		sarama.DescribeConfigsOptions{})
	if err != nil {
		return "", err
	}
	for _, r := range results {
		for _, c := range r.Configs {
			if c.Name == name {
				return c.Value, nil
			}
		}
	}
	return "", fmt.Errorf("no config %s of %s: %s", name, topic, strconv.Itoa(len(results)))
}

func (a saramaAdmin) offsetAt(topic string, partition int32, t time.Time) (int64, error) {
	return a.cl.GetOffset(topic, partition, t.UnixMilli())
}

func (a saramaAdmin) firstOffset(topic string, partition int32) (int64, error) {
	return a.cl.GetOffset(topic, partition, sarama.OffsetOldest)
}

func (a saramaAdmin) endOffset(topic string, partition int32) (int64, error) {
	return a.cl.GetOffset(topic, partition, sarama.OffsetNewest)
}

func (a saramaAdmin) close() error { return a.Close() }
