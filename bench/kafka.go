package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/leatdb/leat/kafka/broker"
	"github.com/leatdb/leat/log"
)

// KafkaOptions sizes the benchmark of the Kafka protocol.
type KafkaOptions struct {
	Dir        string // Where to keep the data; it must exist.
	Bytes      int64  // Of the values produced in each run.
	Sizes      []int  // Of values, in bytes.
	Partitions []int  // Of the topic.
	Runs       int    // The best of each counts.
	Profiles   string // Directory for CPU profiles, or empty.
	Progress   func(format string, args ...any)
}

// Kafka measures a franz-go producer and consumer against the broker over
// loopback: acks=all with fsync. The limit is the same client with a sink that
// only reads frames and answers.
func Kafka(ctx context.Context, out io.Writer, o KafkaOptions) (err error) {
	fmt.Fprintf(out, "%-8s %6s %10s   %9s %9s %6s   %8s %8s   %27s   %27s\n", "", "value", "partitions", "records/s", "limit", "ratio",
		"CPU s/M", "limit", "acknowledged p50/p99/p99.9", "limit")
	for _, partitions := range o.Partitions {
		for _, size := range o.Sizes {
			if err := o.compare(ctx, out, kafkaLoad{size: size, partitions: partitions, records: int(o.Bytes) / size}); err != nil {
				return err
			}
		}
	}
	return nil
}

// kafkaLoad is what one line of the table measures.
type kafkaLoad struct {
	size, partitions, records int
}

func (k *kafkaLoad) String() string {
	return fmt.Sprintf("%d-byte values in %d partitions", k.size, k.partitions)
}

// compare runs a load against sink and broker in turns.
func (o *KafkaOptions) compare(ctx context.Context, out io.Writer, load kafkaLoad) error {
	var sink, leat kafkaResult
	for run := range o.Runs {
		o.Progress("%v, sink, run %d", &load, run+1)
		r, err := onSink(ctx, load)
		if err != nil {
			return fmt.Errorf("sink: %w", err)
		}
		sink.best(r)
		o.Progress("%v, leat, run %d", &load, run+1)
		stop, err := startProfile(o.Profiles, fmt.Sprintf("kafka-%d-%d-%d", load.size, load.partitions, run))
		if err != nil {
			return err
		}
		dir := filepath.Join(o.Dir, fmt.Sprintf("kafka-%d-%d-%d", load.size, load.partitions, run))
		r, err = onBroker(ctx, dir, load)
		stop()
		if err != nil {
			return fmt.Errorf("leat: %w", err)
		}
		leat.best(r)
	}
	n := int64(load.records)
	perMillion := func(u usage) float64 { return u.cpu.Seconds() / float64(n) * 1e6 }
	line := func(what string, leat, sink usage, acked, limit string) {
		fmt.Fprintf(out, "%-8s %6d %10d   %9s %9s %6.2f   %8.2f %8.2f   %27s   %27s\n", what, load.size, load.partitions,
			rate(n, leat.wall), rate(n, sink.wall), sink.wall.Seconds()/leat.wall.Seconds(), perMillion(leat), perMillion(sink), acked, limit)
	}
	line("produce", leat.produce, sink.produce, leat.acked.String(), sink.acked.String())
	line("consume", leat.consume, sink.consume, "", "")
	return nil
}

// kafkaResult is what a run cost.
type kafkaResult struct {
	produce, consume usage
	acked            latencies // at a fraction of the load
}

// best keeps the better of each.
func (r *kafkaResult) best(other kafkaResult) {
	for _, p := range []struct{ mine, other *usage }{{&r.produce, &other.produce}, {&r.consume, &other.consume}} {
		if p.mine.wall == 0 || p.other.wall < p.mine.wall {
			*p.mine = *p.other
		}
	}
	if r.acked == nil || other.acked.at(0.99) < r.acked.at(0.99) {
		r.acked = other.acked
	}
}

// onBroker runs a load against a broker in front of a log of its own, which is
// gone afterwards, so that the next run finds the memory of its files in use
// before: a virtual machine gets memory it has never touched slowly.
func onBroker(ctx context.Context, dir string, load kafkaLoad) (r kafkaResult, err error) {
	l, err := log.Open(dir, log.Options{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, l.Close(), os.RemoveAll(dir)) }()
	if err := l.CreateTopic(ctx, kafkaTopic, log.TopicConfig{Partitions: load.partitions}); err != nil {
		return r, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- broker.Serve(serving, l, listener, broker.Options{}) }()
	r, err = runLoad(ctx, listener.Addr().String(), load)
	stop()
	return r, errors.Join(err, <-served)
}

// onSink runs a load against a sink.
func onSink(ctx context.Context, load kafkaLoad) (r kafkaResult, err error) {
	s, err := newKafkaSink(load)
	if err != nil {
		return r, err
	}
	r, err = runLoad(ctx, s.addr(), load)
	return r, errors.Join(err, s.close())
}
