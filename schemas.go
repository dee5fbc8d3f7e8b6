package leat

import (
	"context"
	"errors"
	"fmt"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/log"
)

// schemaTopic keeps the schema registry: one partition, never expired, a record
// per change. A restart replays it.
const schemaTopic = "_schemas"

// openRegistry uses the registry that the options name, or builds one from its
// topic, which it creates in a new database.
func (db *DB) openRegistry(ctx context.Context) error {
	if elsewhere, err := db.openRemoteRegistry(); elsewhere || err != nil {
		return err
	}
	local := registry.NewLocal(schemaStore{db})
	db.registry = local
	err := db.log.CreateTopic(ctx, schemaTopic, log.TopicConfig{Partitions: 1, Internal: true, RetentionMillis: -1, RetentionBytes: -1})
	if err == nil || !errors.Is(err, log.ErrTopicExists) {
		return err
	}
	_, err = db.log.Each(ctx, schemaTopic, 0, 0, func(r *log.Records) error {
		for i := range r.N {
			if err := local.Replay(registry.Entry{Key: r.Key(i), Value: r.Value(i)}); err != nil {
				return fmt.Errorf("%s offset %d: %w", schemaTopic, r.Offset[i], err)
			}
		}
		return nil
	})
	return err
}

// Schemas is the schema registry of the database: the schemas of topics whose
// format is AVRO, JSON_SR or PROTOBUF. It is a *registry.Local, unless an option
// says that the registry is elsewhere. It is valid until Close.
func (db *DB) Schemas() registry.Registry { return db.registry }

// schemaStore keeps the changes of the registry in its topic.
type schemaStore struct{ db *DB }

func (s schemaStore) Append(ctx context.Context, entries []registry.Entry) error {
	var b log.BatchBuilder
	for _, e := range entries {
		b.Append(e.Key, e.Value, nil, s.db.opts.now().UnixMilli())
	}
	_, err := s.db.log.Produce(ctx, []log.Write{{Topic: schemaTopic, Batch: b.Bytes()}})
	return err
}

// forgetSchemas removes the subjects of a topic that is deleted.
func (db *DB) forgetSchemas(ctx context.Context, topic string) error {
	for _, subject := range []string{registry.KeySubject(topic), registry.ValueSubject(topic)} {
		if _, err := db.registry.DeleteSubject(ctx, subject, false); err != nil && !errors.Is(err, registry.ErrUnknown) {
			return err
		}
	}
	return nil
}
