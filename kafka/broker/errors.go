package broker

import (
	"context"
	"errors"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
)

// codes are the protocol's codes for the log's errors; the first that fits counts.
var codes = []struct {
	err  error
	code *kerr.Error
}{
	{log.ErrUnknownTopic, kerr.UnknownTopicOrPartition},
	{log.ErrTopicExists, kerr.TopicAlreadyExists},
	{log.ErrInvalidTopic, kerr.InvalidTopicException},
	{log.ErrInvalidPartitions, kerr.InvalidPartitions},
	{log.ErrInvalidConfig, kerr.InvalidConfig},

	{log.ErrCorruptBatch, kerr.CorruptMessage},
	{log.ErrBatchFormat, kerr.UnsupportedForMessageFormat},
	{log.ErrBatchCodec, kerr.UnsupportedCompressionType},
	{log.ErrBatchTooLarge, kerr.MessageTooLarge},
	{log.ErrInvalidRecord, kerr.InvalidRecord},
	{log.ErrInvalidTimestamp, kerr.InvalidTimestamp},
	{log.ErrInvalidBatch, kerr.CorruptMessage},

	{log.ErrOutOfOrderSequence, kerr.OutOfOrderSequenceNumber},
	{log.ErrInvalidProducerEpoch, kerr.InvalidProducerEpoch},
	{log.ErrProducerFenced, kerr.ProducerFenced},
	{log.ErrUnknownTransaction, kerr.InvalidProducerIDMapping},
	{log.ErrInvalidTransactionState, kerr.InvalidTxnState},
	{log.ErrInvalidTransactionTimeout, kerr.InvalidTransactionTimeout},

	{log.ErrFencedLeaderEpoch, kerr.FencedLeaderEpoch},
	{log.ErrUnknownLeaderEpoch, kerr.UnknownLeaderEpoch},
	{log.ErrOffsetOutOfRange, kerr.OffsetOutOfRange},
	{log.ErrCorrupt, kerr.KafkaStorageError},
	{log.ErrStorageFailed, kerr.KafkaStorageError},
	{log.ErrClosed, kerr.BrokerNotAvailable},
	{context.DeadlineExceeded, kerr.RequestTimedOut},
	{context.Canceled, kerr.RequestTimedOut},
}

// codeOf is the code of an error: a *kerr.Error, one of the log, or 0 for nil. What is not known is UNKNOWN_SERVER_ERROR.
func codeOf(err error) int16 {
	if err == nil {
		return 0
	}
	if k, ok := errors.AsType[*kerr.Error](err); ok {
		return k.Code
	}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code.Code
		}
	}
	return kerr.UnknownServerError.Code
}

// textOf is the text that goes with the code of an error: what the log says about it, nil for nil.
func textOf(err error) *string {
	if err == nil {
		return nil
	}
	s := err.Error()
	return &s
}
