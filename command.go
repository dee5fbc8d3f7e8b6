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
	_, err = db.log.Each(ctx, commandTopic, 0, 0, func(r *log.Records) error {
		for i := range r.N {
			c, err := catalog.Decode(r.Value(i))
			if err == nil {
				snapshot, err = snapshot.Apply(c)
			}
			if err != nil {
				return fmt.Errorf("%s offset %d: %w", commandTopic, r.Offset[i], err)
			}
			db.next.Store(r.Offset[i] + 1)
			db.commands.begun(statusOf(string(r.Key(i)), r.Offset[i], c))
			db.commands.done(r.Offset[i], nil)
		}
		return nil
	})
	db.catalog.Store(snapshot)
	return err
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
	db.next.Store(offsets[0] + 1)
	db.commands.begun(statusOf(id, offsets[0], c))
	return offsets[0], nil
}
