package leat

import (
	"context"
	"errors"
	"fmt"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/log"
)

// commandTopic is where the statements that change the catalogue are kept: one
// partition, never expired, the record's offset being the command's sequence
// number. A restart replays it; plans are part of the commands, so nothing is
// planned again.
const commandTopic = "_confluent-ksql-" + serviceID + "_command_topic"

// replayCommands builds the catalogue from the command topic, which it creates
// in a new database.
func (db *DB) replayCommands(ctx context.Context) error {
	db.catalog.Store(catalog.Empty())
	err := db.log.CreateTopic(ctx, commandTopic, log.TopicConfig{Partitions: 1, Internal: true, RetentionMillis: -1, RetentionBytes: -1})
	if err == nil {
		return nil
	}
	if !errors.Is(err, log.ErrTopicExists) {
		return err
	}
	snapshot := catalog.Empty()
	return readTopic(ctx, db.log, commandTopic, 0, func(offset int64, _, value []byte) error {
		c, err := catalog.Decode(value)
		if err == nil {
			snapshot, err = snapshot.Apply(c)
		}
		if err != nil {
			return fmt.Errorf("%s offset %d: %w", commandTopic, offset, err)
		}
		db.next = offset + 1
		db.catalog.Store(snapshot)
		return nil
	})
}

// commit makes a command durable and applies it. The caller holds ddl and has
// planned the command against the present catalogue, so that it applies.
func (db *DB) commit(ctx context.Context, id string, c *catalog.Command) (int64, error) {
	next, err := db.catalog.Load().Apply(c)
	if err != nil {
		return 0, err
	}
	value, err := c.Encode()
	if err != nil {
		return 0, err
	}
	var b log.BatchBuilder
	b.Append([]byte(id), value, nil, db.opts.now().UnixMilli())
	offsets, err := db.log.Produce(ctx, []log.Write{{Topic: commandTopic, Partition: 0, Batch: b.Bytes()}})
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	db.catalog.Store(next)
	db.next = offsets[0] + 1
	return offsets[0], nil
}

// readTopic calls fn for every record of a partition up to its present end. Key
// and value are valid during the call.
func readTopic(ctx context.Context, l *log.Log, topic string, partition int32, fn func(offset int64, key, value []byte) error) error {
	var chunk log.Chunk
	var r log.Records
	next, err := l.StartOffset(topic, partition)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := l.Read(topic, partition, next, 1<<20, &chunk); err != nil {
			return err
		}
		if chunk.Empty() {
			return nil
		}
		for next < chunk.Next {
			after, err := chunk.Decode(&r, next, 4096)
			if err != nil {
				chunk.Release()
				return err
			}
			for i := range r.N {
				if err := fn(r.Offset[i], recordSpan(r.Data, r.KeyPos[i], r.KeyLen[i]), recordSpan(r.Data, r.ValPos[i], r.ValLen[i])); err != nil {
					chunk.Release()
					return err
				}
			}
			next = after
		}
		chunk.Release()
	}
	return ctx.Err()
}

func recordSpan(data []byte, pos uint32, n int32) []byte {
	if n < 0 {
		return nil
	}
	return data[pos : pos+uint32(n) : pos+uint32(n)]
}
