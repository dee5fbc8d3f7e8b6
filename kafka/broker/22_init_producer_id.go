package broker

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// InitProducerId: 0-5.
//
//   - Without a transactional id: a new producer id, always. With one: the next epoch of its producer, which fences those before and
//     aborts a transaction that is open.
//   - 3: a producer names what it has been, to go on after an error; it is refused if another has come since. 4: that is
//     PRODUCER_FENCED, before it is INVALID_PRODUCER_EPOCH. Who asks again because the answer was lost gets the same answer; whose
//     transactional id has expired meanwhile gets a new producer.
//   - 5: the client knows TRANSACTION_ABORTABLE, which nothing here leads to.
func (b *Broker) initProducerID(ctx context.Context, c *call, req *kmsg.InitProducerIDRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.InitProducerIDResponse)
	got, err := b.initProducer(ctx, c, req)
	if err != nil {
		got = log.NoProducer
	}
	resp.ProducerID, resp.ProducerEpoch, resp.ErrorCode = got.ID, got.Epoch, codeOf(txnError(err, req.Version, 4, never))
	return resp, nil
}

func (b *Broker) initProducer(ctx context.Context, c *call, req *kmsg.InitProducerIDRequest) (log.ProducerID, error) {
	current := log.ProducerID{ID: req.ProducerID, Epoch: req.ProducerEpoch}
	switch {
	case (current.ID < 0) != (current.Epoch < 0):
		return log.NoProducer, fmt.Errorf("%w: producer id %d with epoch %d", kerr.InvalidRequest, current.ID, current.Epoch)
	case current.ID < 0:
		current = log.NoProducer
	}
	if req.TransactionalID == nil {
		if err := c.mayProduce(); err != nil {
			return log.NoProducer, err
		}
		return b.log.NewProducer(ctx)
	}
	if err := checkTransactionalID(*req.TransactionalID); err != nil {
		return log.NoProducer, err
	}
	if err := c.mayTransaction(kmsg.ACLOperationWrite, req.TransactionalID); err != nil {
		return log.NoProducer, err
	}
	return b.log.InitTransactions(ctx, log.InitProducer{
		TransactionalID: *req.TransactionalID, TimeoutMillis: req.TransactionTimeoutMillis, Current: current,
	})
}
