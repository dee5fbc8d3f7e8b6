package broker

import (
	"cmp"
	"context"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AddOffsetsToTxn: 0-4.
//
//   - A group joins the transaction, which begins if none is open; durable when it is answered. Its offsets come with TxnOffsetCommit.
//   - Errors are those of AddPartitionsToTxn. 4: the client knows TRANSACTION_ABORTABLE, which nothing here leads to.
func (b *Broker) addOffsetsToTxn(ctx context.Context, c *call, req *kmsg.AddOffsetsToTxnRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.AddOffsetsToTxnResponse)
	err := cmp.Or(c.mayTransaction(kmsg.ACLOperationWrite, &req.TransactionalID), c.mayGroup(kmsg.ACLOperationRead, req.Group),
		checkTransactionalID(req.TransactionalID))
	if err == nil && req.Group == "" {
		err = kerr.InvalidGroupID
	}
	if err == nil {
		err = b.log.AddGroup(ctx, req.TransactionalID, log.ProducerID{ID: req.ProducerID, Epoch: req.ProducerEpoch}, req.Group)
	}
	resp.ErrorCode = codeOf(txnError(err, req.Version, 2, never))
	return resp, nil
}
