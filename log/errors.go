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
	// ErrInvalidTopic says that a topic name is not allowed.
	ErrInvalidTopic = errors.New("invalid topic")
	// ErrInvalidPartitions says that a topic cannot have that number of partitions.
	ErrInvalidPartitions = errors.New("invalid number of partitions")
	// ErrInvalidConfig says that there is no such setting, or that it cannot have that value.
	ErrInvalidConfig = errors.New("invalid topic configuration")
	// ErrInvalidBatch says that bytes handed in are not whole record batches of version 2.
	ErrInvalidBatch = errors.New("invalid record batch")
	// ErrCorruptBatch says that the checksum of a batch handed in does not fit: it was damaged on its way.
	ErrCorruptBatch = errors.New("record batch is damaged")
	// ErrBatchFormat says that a batch is not of version 2, the only one that is accepted.
	ErrBatchFormat = errors.New("unsupported version of the record batch")
	// ErrBatchCodec says that a batch is compressed in a way that does not exist.
	ErrBatchCodec = errors.New("unsupported compression of the record batch")
	// ErrBatchTooLarge says that a batch is larger than max.message.bytes.
	ErrBatchTooLarge = errors.New("record batch is too large")
	// ErrInvalidRecord says that a batch is whole, but what it says about its records, or a record, is not allowed.
	ErrInvalidRecord = errors.New("invalid record")
	// ErrInvalidTimestamp says that record times are not as the topic asks for.
	ErrInvalidTimestamp = errors.New("invalid timestamp")

	// ErrOutOfOrderSequence says that the batches of a producer before this one are missing.
	ErrOutOfOrderSequence = errors.New("out of order sequence number")
	// ErrInvalidProducerEpoch says that a batch comes from a producer that was replaced by a later epoch.
	ErrInvalidProducerEpoch = errors.New("producer epoch is over")
	// ErrProducerFenced is the same for everything else a transactional producer asks for.
	ErrProducerFenced = errors.New("producer was replaced by one with a later epoch")
	// ErrUnknownTransaction says that a transactional id is unknown, or belongs to another producer.
	ErrUnknownTransaction = errors.New("transactional id does not have this producer")
	// ErrInvalidTransactionState says that the transaction is not in a state that allows this.
	ErrInvalidTransactionState = errors.New("transaction does not allow this now")
	// ErrInvalidTransactionTimeout says that a transaction timeout is not positive or longer than allowed.
	ErrInvalidTransactionTimeout = errors.New("invalid transaction timeout")

	// ErrFencedLeaderEpoch and ErrUnknownLeaderEpoch say that a reader is behind or ahead of the leader epoch of the log.
	ErrFencedLeaderEpoch  = errors.New("leader epoch is over")
	ErrUnknownLeaderEpoch = errors.New("leader epoch is not known yet")
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
