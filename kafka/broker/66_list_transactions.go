package broker

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// transactionStates are Kafka's names; states that are passed through on the way from one to another do not occur here, where a
// transaction ends at once.
var transactionStates = []string{
	"Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead", "PrepareEpochFence",
}

// ListTransactions: 0-2.
//
//   - All transactional ids, or those in some states, or of some producers. Names of states that do not exist are told.
//   - 1: those whose transaction is open for longer than a time. 2: those whose id as a whole matches a pattern in RE2's syntax, otherwise
//     INVALID_REGULAR_EXPRESSION.
func (b *Broker) listTransactions(_ context.Context, c *call, req *kmsg.ListTransactionsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ListTransactionsResponse)
	var pattern *regexp.Regexp
	if text := deref(req.TransactionalIDPattern); text != "" {
		var err error
		if pattern, err = regexp.Compile("^(?:" + text + ")$"); err != nil {
			resp.ErrorCode = kerr.InvalidRegularExpression.Code
			return resp, nil
		}
	}
	for _, s := range req.StateFilters {
		if !slices.Contains(transactionStates, s) {
			resp.UnknownStateFilters = append(resp.UnknownStateFilters, s)
		}
	}
	now := time.Now().UnixMilli()
	for _, info := range b.log.Transactions() {
		if !wantedTransaction(req, &info, now) || pattern != nil && !pattern.MatchString(info.ID) ||
			c.mayTransaction(kmsg.ACLOperationDescribe, &info.ID) != nil {
			continue
		}
		s := kmsg.NewListTransactionsResponseTransactionState()
		s.TransactionalID, s.ProducerID, s.TransactionState = info.ID, info.Producer.ID, info.State.String()
		resp.TransactionStates = append(resp.TransactionStates, s)
	}
	return resp, nil
}

// wantedTransaction says that a transactional id passes the filters of a request, at a time.
func wantedTransaction(req *kmsg.ListTransactionsRequest, info *log.TxnInfo, now int64) bool {
	switch {
	case len(req.StateFilters) > 0 && !slices.Contains(req.StateFilters, info.State.String()):
		return false
	case len(req.ProducerIDFilters) > 0 && !slices.Contains(req.ProducerIDFilters, info.Producer.ID):
		return false
	case req.Version >= 1 && req.DurationFilterMillis >= 0:
		return info.StartMillis >= 0 && now-info.StartMillis > req.DurationFilterMillis
	}
	return true
}
