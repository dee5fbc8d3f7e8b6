package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const kafkaTopic = "bench"

// runLoad produces and consumes a load with franz-go, as its users do: the
// defaults, but for the number of records that may wait, and no compression.
func runLoad(ctx context.Context, addr string, load kafkaLoad) (r kafkaResult, err error) {
	if r.produce, err = produceLoad(ctx, addr, load); err != nil {
		return r, fmt.Errorf("producing: %w", err)
	}
	if r.consume, err = consumeLoad(ctx, addr, load); err != nil {
		return r, fmt.Errorf("consuming: %w", err)
	}
	if r.acked, err = paceLoad(ctx, addr, load); err != nil {
		return r, fmt.Errorf("producing slowly: %w", err)
	}
	return r, nil
}

func producer(addr string, opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(addr), kgo.DefaultProduceTopic(kafkaTopic), kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.MaxBufferedRecords(100_000), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()),
	}, opts...)...)
}

// produceLoad produces as fast as the client can.
func produceLoad(ctx context.Context, addr string, load kafkaLoad) (usage, error) {
	cl, err := producer(addr)
	if err != nil {
		return usage{}, err
	}
	defer cl.Close()
	value := kafkaValue(load.size)
	if err := cl.Ping(ctx); err != nil {
		return usage{}, err
	}
	var failed atomic.Pointer[error]
	note := func(_ *kgo.Record, err error) {
		if err != nil {
			failed.CompareAndSwap(nil, &err)
		}
	}
	return measure(func() error {
		for range load.records {
			cl.Produce(ctx, &kgo.Record{Value: value}, note)
		}
		if err := cl.Flush(ctx); err != nil {
			return err
		}
		if err := failed.Load(); err != nil {
			return *err
		}
		return nil
	})
}

// kafkaValue is a value of a size, with a number at its start.
func kafkaValue(size int) []byte {
	v := make([]byte, size)
	for i := range v {
		v[i] = byte('a' + i%26)
	}
	binary.BigEndian.PutUint64(v, 0)
	return v
}

// consumeLoad reads everything from the start.
func consumeLoad(ctx context.Context, addr string, load kafkaLoad) (usage, error) {
	return measure(func() error {
		cl, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics(kafkaTopic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		if err != nil {
			return err
		}
		defer cl.Close()
		for n := 0; n < load.records; {
			fetches := cl.PollFetches(ctx)
			if err := fetches.Err(); err != nil {
				return err
			}
			fetches.EachRecord(func(r *kgo.Record) {
				if len(r.Value) == load.size {
					n++
				}
			})
		}
		return nil
	})
}

const (
	pacedRecords = 2000
	pacedEvery   = time.Millisecond
)

// paceLoad produces a record every millisecond and measures how long each waits
// for its acknowledgement.
func paceLoad(ctx context.Context, addr string, load kafkaLoad) (latencies, error) {
	cl, err := producer(addr, kgo.ProducerLinger(0))
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	value := kafkaValue(load.size)
	if err := cl.ProduceSync(ctx, &kgo.Record{Value: value}).FirstErr(); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var all latencies
	var failed error
	tick := time.NewTicker(pacedEvery)
	defer tick.Stop()
	for range pacedRecords {
		<-tick.C
		began := time.Now()
		cl.Produce(ctx, &kgo.Record{Value: value}, func(_ *kgo.Record, err error) {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, time.Since(began))
			if failed == nil {
				failed = err
			}
		})
	}
	if err := cl.Flush(ctx); err != nil {
		return nil, err
	}
	slices.Sort(all)
	return all, failed
}
