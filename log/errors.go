package log

import (
	"errors"
	"fmt"
)

// Errors that callers decide on. They arrive wrapped with the topic, partition, offset or file they are about.
var (
	// ErrClosed says that the log was closed.
	ErrClosed = errors.New("log is closed")
	// ErrStorageFailed says that a write or a sync failed. From then on the log acknowledges nothing until it is opened
	// again; what it acknowledged before is safe and stays readable.
	ErrStorageFailed = errors.New("log storage failed")
	// ErrCorrupt says that stored bytes are not what was written: a checksum or a structure does not fit, and it is not
	// the torn end of an interrupted write.
	ErrCorrupt = errors.New("log is corrupt")
	// ErrTopicExists says that a topic of that name exists.
	ErrTopicExists = errors.New("topic exists already")
	// ErrUnknownTopic says that there is no such topic or no such partition of it.
	ErrUnknownTopic = errors.New("unknown topic or partition")
	// ErrInvalidTopic says that a topic name or configuration is not allowed.
	ErrInvalidTopic = errors.New("invalid topic")
	// ErrInvalidBatch says that bytes handed in are not whole record batches of version 2.
	ErrInvalidBatch = errors.New("invalid record batch")
	// ErrOffsetOutOfRange is what errors.Is finds in an *OffsetRangeError.
	ErrOffsetOutOfRange = errors.New("offset out of range")
)

// OffsetRangeError says that an offset is not in the partition any more, or not yet.
type OffsetRangeError struct {
	Topic      string
	Partition  int32
	Offset     int64
	Start, End int64 // the partition holds [Start, End)
}

func (e *OffsetRangeError) Error() string {
	return fmt.Sprintf("offset out of range: %s-%d@%d, the partition holds %d up to %d", e.Topic, e.Partition, e.Offset, e.Start, e.End)
}

// Is makes errors.Is(err, ErrOffsetOutOfRange) true.
func (e *OffsetRangeError) Is(target error) bool { return target == ErrOffsetOutOfRange }
