package leat

import (
	"context"
	"errors"
	"fmt"

	"github.com/leatdb/leat/log"
)

// ProcessingLogTopic is the topic that gets a record, a JSON object, for every row
// that could not be processed.
const ProcessingLogTopic = serviceID + "ksql_processing_log"

// ProcessingLogStream is the stream over ProcessingLogTopic that WithProcessingLog
// declares.
const ProcessingLogStream = "KSQL_PROCESSING_LOG"

// processingLogDDL declares the stream with the fields that ksqlDB's has, and
// source: the record that the row came from.
const processingLogDDL = `CREATE STREAM IF NOT EXISTS ` + ProcessingLogStream + ` (
  logger VARCHAR, level VARCHAR, time BIGINT,
  message STRUCT<
    type INTEGER,
    deserializationError STRUCT<target VARCHAR, errorMessage VARCHAR, recordB64 VARCHAR, cause ARRAY<VARCHAR>, ` + "`TOPIC`" + ` VARCHAR>,
    recordProcessingError STRUCT<errorMessage VARCHAR, record VARCHAR, cause ARRAY<VARCHAR>>,
    productionError STRUCT<errorMessage VARCHAR>,
    serializationError STRUCT<target VARCHAR, errorMessage VARCHAR, record VARCHAR, cause ARRAY<VARCHAR>, ` + "`TOPIC`" + ` VARCHAR>,
    kafkaStreamsThreadError STRUCT<errorMessage VARCHAR, threadName VARCHAR, cause ARRAY<VARCHAR>>,
    source STRUCT<` + "`TOPIC`" + ` VARCHAR, ` + "`PARTITION`" + ` INTEGER, ` + "`OFFSET`" + ` BIGINT>>
) WITH (KAFKA_TOPIC='` + ProcessingLogTopic + `', VALUE_FORMAT='JSON');`

// WithProcessingLog declares the stream KSQL_PROCESSING_LOG over the rows that
// could not be processed, if there is none, so that they can be queried.
func WithProcessingLog() Option {
	return func(o *options) error {
		o.processingLog = true
		return nil
	}
}

// createProcessingLog makes sure that the topic of rows that failed exists.
func (db *DB) createProcessingLog(ctx context.Context) error {
	err := db.log.CreateTopic(ctx, ProcessingLogTopic, log.TopicConfig{Partitions: 1, RetentionMillis: defaultRetentionMillis, RetentionBytes: 1 << 30})
	if errors.Is(err, log.ErrTopicExists) {
		return nil
	}
	return err
}

// declareProcessingLog declares the stream, if it is wanted.
func (db *DB) declareProcessingLog(ctx context.Context) error {
	if !db.opts.processingLog || db.catalog.Load().Source(ProcessingLogStream) != nil {
		return nil
	}
	if _, err := db.base.Exec(ctx, processingLogDDL); err != nil {
		return fmt.Errorf("stream %s: %w", ProcessingLogStream, err)
	}
	return nil
}
