package broker

import (
	"cmp"
	"context"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// EndTxn: 0-5.
//
//   - Commits or aborts the transaction. When it is answered, markers in all partitions and the offsets of groups are durable and
//     visible. The same request again gets the same answer. Ending what has not begun, or has ended otherwise, is INVALID_TXN_STATE.
//   - A producer that has been replaced is PRODUCER_FENCED from version 2 on, before it is INVALID_PRODUCER_EPOCH.
//   - 4: the client knows TRANSACTION_ABORTABLE, which nothing here leads to.
//   - 5: transaction version 2. The producer gets a new epoch with each transaction, or a new id when its epochs are used up, so that
//     nothing late can get into the next transaction. Nothing may be aborted, too: all that was sent for it may have been lost.
func (b *Broker) endTxn(ctx context.Context, c *call, req *kmsg.EndTxnRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.EndTxnResponse)
	next := log.NoProducer
	err := cmp.Or(c.mayTransaction(kmsg.ACLOperationWrite, &req.TransactionalID), checkTransactionalID(req.TransactionalID))
	if err == nil {
		producer := log.ProducerID{ID: req.ProducerID, Epoch: req.ProducerEpoch}
		next, err = b.log.EndTransaction(ctx, req.TransactionalID, producer, req.Commit, req.Version >= 5)
	}
	resp.ErrorCode = codeOf(txnError(err, req.Version, 2, never))
	resp.ProducerID, resp.ProducerEpoch = next.ID, next.Epoch
	return resp, nil
}
