package clienttest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// franz is franz-go.
type franz struct{}

func (franz) name() string { return "franz-go" }

func (franz) client(s *server, opts ...kgo.Opt) (*kgo.Client, error) {
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(s.addr), kgo.MetadataMinAge(100 * time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(500 * time.Millisecond)}, opts...)...)
	if err == nil {
		s.t.Cleanup(cl.CloseAllowingRebalance)
	}
	return cl, err
}

type franzProducer struct{ cl *kgo.Client }

func (f franz) producer(s *server, o producing) (producer, error) {
	codec := map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}[o.codec]
	opts := []kgo.Opt{kgo.ProducerBatchCompression(codec)}
	switch o.acks { // All is the default, and idempotent.
	case 0:
		opts = append(opts, kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite())
	case 1:
		opts = append(opts, kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite())
	}
	cl, err := f.client(s, opts...)
	return franzProducer{cl}, err
}

func (p franzProducer) produce(ctx context.Context, records ...record) error {
	return p.cl.ProduceSync(ctx, toFranz(records)...).FirstErr()
}

func (p franzProducer) close() error {
	p.cl.Close()
	return nil
}

func toFranz(records []record) (out []*kgo.Record) {
	for _, r := range records {
		k := &kgo.Record{Topic: r.topic, Key: []byte(r.key), Value: []byte(r.value), Timestamp: r.time}
		if r.headerKey != "" {
			k.Headers = []kgo.RecordHeader{{Key: r.headerKey, Value: []byte(r.headerValue)}}
		}
		out = append(out, k)
	}
	return out
}

type franzConsumer struct{ cl *kgo.Client }

func (f franz) reader(s *server, topic string, isolation isolation) (consumer, error) {
	opts := []kgo.Opt{kgo.ConsumeTopics(topic)}
	if isolation == readCommitted {
		opts = append(opts, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	cl, err := f.client(s, opts...)
	return franzConsumer{cl}, err
}

func (c franzConsumer) poll(ctx context.Context) (records []record, err error) {
	for len(records) == 0 {
		fetches := c.cl.PollFetches(ctx)
		if ctx.Err() != nil || fetches.IsClientClosed() {
			return nil, errors.Join(ctx.Err(), fetches.Err0())
		}
		for _, r := range fetches.Records() {
			rec := record{topic: r.Topic, partition: r.Partition, offset: r.Offset, key: string(r.Key), value: string(r.Value), time: r.Timestamp}
			if len(r.Headers) > 0 {
				rec.headerKey, rec.headerValue = r.Headers[0].Key, string(r.Headers[0].Value)
			}
			records = append(records, rec)
		}
	}
	return records, nil
}

func (c franzConsumer) close() error {
	c.cl.Close() // Leaves the group of a member that is not static.
	return nil
}

type franzMember struct {
	franzConsumer
	wire *wire
}

func (f franz) member(s *server, o membership) (member, error) {
	m := franzMember{wire: &wire{}}
	opts := []kgo.Opt{kgo.ConsumerGroup(o.group), kgo.ConsumeTopics(o.topic), kgo.Dialer(m.wire.DialContext),
		kgo.SessionTimeout(sessionTimeout), kgo.HeartbeatInterval(heartbeatInterval), kgo.AutoCommitInterval(100 * time.Millisecond)}
	if o.instance != "" {
		opts = append(opts, kgo.InstanceID(o.instance))
	}
	cl, err := f.client(s, opts...)
	m.cl = cl
	return m, err
}

func (m franzMember) crash() {
	m.wire.cut()
	m.cl.Close()
}

func (m franzMember) generation() int32 {
	_, g := m.cl.GroupMetadata()
	return g
}

type franzTransactor struct{ franzProducer }

func (f franz) transactions(s *server, id string) (transactor, error) {
	cl, err := f.client(s, kgo.TransactionalID(id))
	return franzTransactor{franzProducer{cl}}, err
}

func (t franzTransactor) begin() error { return t.cl.BeginTransaction() }
func (t franzTransactor) commit(ctx context.Context) error {
	return t.cl.EndTransaction(ctx, kgo.TryCommit)
}
func (t franzTransactor) abort(ctx context.Context) error {
	if err := t.cl.AbortBufferedRecords(ctx); err != nil {
		return err
	}
	return t.cl.EndTransaction(ctx, kgo.TryAbort)
}

func (f franz) copyExactlyOnce(ctx context.Context, s *server, from, to, group, id string) error {
	session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(s.addr), kgo.MetadataMinAge(100*time.Millisecond), kgo.TransactionalID(id),
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(from), kgo.DefaultProduceTopic(to), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.SessionTimeout(sessionTimeout),
		kgo.HeartbeatInterval(heartbeatInterval), kgo.FetchMaxWait(500*time.Millisecond))
	if err != nil {
		return err
	}
	defer session.Close()
	for n := 0; ctx.Err() == nil; n++ {
		fetches := session.PollRecords(ctx, 50)
		if ctx.Err() != nil {
			break
		}
		if err := session.Begin(); err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		var promise kgo.FirstErrPromise
		fetches.EachRecord(func(r *kgo.Record) {
			session.Produce(ctx, &kgo.Record{Key: r.Key, Value: r.Value}, promise.Promise())
		})
		ok := promise.Err() == nil && n%3 != 2
		if _, err := session.End(ctx, kgo.TransactionEndTry(ok)); err != nil && ctx.Err() == nil && !errors.Is(err, kgo.ErrAborting) {
			return fmt.Errorf("end: %w", err)
		}
	}
	return nil
}

type franzAdmin struct {
	cl  *kadm.Client
	ctx context.Context
}

func (f franz) admin(s *server) (admin, error) {
	cl, err := f.client(s)
	if err != nil {
		return nil, err
	}
	return franzAdmin{kadm.NewClient(cl), withPatience(s.t)}, nil
}

func (a franzAdmin) createTopic(topic string, partitions int, configs map[string]string) error {
	values := map[string]*string{}
	for k, v := range configs {
		values[k] = &v
	}
	_, err := a.cl.CreateTopic(a.ctx, int32(partitions), 1, values, topic)
	return err
}

func (a franzAdmin) addPartitions(topic string, total int) error {
	resp, err := a.cl.UpdatePartitions(a.ctx, total, topic)
	return errors.Join(err, resp.Error())
}

func (a franzAdmin) topics() (map[string]int, error) {
	details, err := a.cl.ListTopics(a.ctx)
	out := map[string]int{}
	for name, d := range details {
		out[name] = len(d.Partitions)
	}
	return out, err
}

func (a franzAdmin) deleteTopic(topic string) error {
	_, err := a.cl.DeleteTopic(a.ctx, topic)
	return err
}

func (a franzAdmin) deleteRecords(topic string, partition int32, before int64) error {
	var offsets kadm.Offsets
	offsets.AddOffset(topic, partition, before, -1)
	resp, err := a.cl.DeleteRecords(a.ctx, offsets)
	return errors.Join(err, resp.Error())
}

func (a franzAdmin) setConfig(topic, name, value string) error {
	resp, err := a.cl.AlterTopicConfigs(a.ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: name, Value: &value}}, topic)
	for _, r := range resp {
		err = errors.Join(err, r.Err)
	}
	return err
}

func (a franzAdmin) config(topic, name string) (string, error) {
	configs, err := a.cl.DescribeTopicConfigs(a.ctx, topic)
	if err != nil {
		return "", err
	}
	r, err := configs.On(topic, nil)
	for _, c := range r.Configs {
		if c.Key == name {
			return c.MaybeValue(), err
		}
	}
	return "", errors.Join(err, fmt.Errorf("no config %s of %s", name, topic))
}

func (a franzAdmin) offsetAt(topic string, partition int32, t time.Time) (int64, error) {
	return one(topic, partition)(a.cl.ListOffsetsAfterMilli(a.ctx, t.UnixMilli(), topic))
}

func (a franzAdmin) firstOffset(topic string, partition int32) (int64, error) {
	return one(topic, partition)(a.cl.ListStartOffsets(a.ctx, topic))
}

func (a franzAdmin) endOffset(topic string, partition int32) (int64, error) {
	return one(topic, partition)(a.cl.ListEndOffsets(a.ctx, topic))
}

func one(topic string, partition int32) func(kadm.ListedOffsets, error) (int64, error) {
	return func(offsets kadm.ListedOffsets, err error) (int64, error) {
		o, _ := offsets.Lookup(topic, partition)
		return o.Offset, errors.Join(err, offsets.Error())
	}
}

func (a franzAdmin) close() error {
	a.cl.Close()
	return nil
}
