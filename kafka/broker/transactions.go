package broker

import (
	"errors"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
)

// The coordinator of transactions is the log: a transaction ends in one group of it, markers and offsets included, so no handler
// ever finds one half ended, and CONCURRENT_TRANSACTIONS is not answered. WriteTxnMarkers (27), by which brokers end transactions
// at each other, is not served.

// checkTransactionalID refuses the id that is none.
func checkTransactionalID(id string) error {
	if id == "" {
		return fmt.Errorf("%w: an empty transactional id", kerr.InvalidRequest)
	}
	return nil
}

// txnError is an error about a transaction as a request of some version may be told. A producer that was replaced is
// INVALID_PRODUCER_EPOCH to requests before the version fenced, and what a client can only mend by an abort is TRANSACTION_ABORTABLE
// to those from the version abortable on.
func txnError(err error, version, fenced, abortable int16) error {
	switch {
	case errors.Is(err, log.ErrProducerFenced) && version < fenced:
		return fmt.Errorf("%w: %w", kerr.InvalidProducerEpoch, err)
	case errors.Is(err, log.ErrInvalidTransactionState) && version >= abortable:
		return fmt.Errorf("%w: %w", kerr.TransactionAbortable, err)
	}
	return err
}

// never is above all versions.
const never = 1 << 14
