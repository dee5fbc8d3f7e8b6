package log

import (
	"context"
	"errors"
	"time"
)

// look makes the deadline loop look again; Log.mu is held or nobody else is there.
func (t *txns) look() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// deadlineLoop is the goroutine that aborts transactions whose time is over: it is started by Open and ends when Close closes
// stop. It sleeps until the next deadline.
func (l *Log) deadlineLoop() {
	var timer *time.Timer
	var due <-chan time.Time
	for {
		select {
		case <-l.stop:
			if timer != nil {
				timer.Stop()
			}
			return
		case <-l.txns.wake:
		case <-due:
		}
		next, err := l.expireTxns(l.opts.Now())
		if err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrStorageFailed) {
			l.opts.Logger.Error("aborting a transaction whose time is over", "dir", l.dir, "err", err)
		}
		if timer != nil {
			timer.Stop()
		}
		due = nil
		if next > 0 {
			timer = time.NewTimer(next)
			due = timer.C
		}
	}
}

// expireTxns aborts the transactions whose time is over at a wall time, and returns how long it is to the next deadline, 0 if
// there is none.
func (l *Log) expireTxns(now time.Time) (next time.Duration, err error) {
	l.mu.Lock()
	var expired []*transaction
	for _, x := range l.txns.byID {
		if x.state != TxnOngoing {
			continue
		}
		left := time.UnixMilli(x.started + int64(x.timeoutMillis)).Sub(now)
		if left <= 0 {
			expired = append(expired, x)
		} else if next == 0 || left < next {
			next = left
		}
	}
	l.mu.Unlock()
	for _, x := range expired {
		if aerr := l.abortExpired(x, now); err == nil {
			err = aerr
		}
	}
	return next, err
}

// abortExpired aborts a transaction, if it is still the one whose time is over, and fences its producer.
func (l *Log) abortExpired(x *transaction, now time.Time) error {
	pd := &pending{}
	pd.decide = func() error {
		if x.state != TxnOngoing || x.started+int64(x.timeoutMillis) > now.UnixMilli() {
			return errNothing
		}
		l.opts.Logger.Info("a transaction was aborted since its time is over", "id", x.id, "timeout.ms", x.timeoutMillis)
		next := ProducerID{x.producer.ID, x.producer.Epoch + 1}
		l.finishTxn(pd, x, abortMarker, next)
		x.last = NoProducer
		l.txns.put(x, next)
		x.lsn = l.lastLSN + 1
		pd.extra = appendTxn(pd.extra, x)
		return nil
	}
	err := l.commitAndWait(context.Background(), pd, nil)
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// forgetTxns forgets the transactional ids that nothing has happened to since a wall time.
func (l *Log) forgetTxns(before int64) error {
	l.mu.Lock()
	var old []*transaction
	for _, x := range l.txns.byID {
		if x.state != TxnOngoing && x.updated < before {
			old = append(old, x)
		}
	}
	l.mu.Unlock()
	if len(old) == 0 {
		return nil
	}
	pd := &pending{}
	pd.decide = func() error {
		for _, x := range old {
			if l.txns.byID[x.id] != x || x.state == TxnOngoing || x.updated >= before {
				continue
			}
			x.state = txnGone
			pd.extra = appendTxn(pd.extra, x)
			l.txns.drop(x)
		}
		return nil
	}
	return l.commitAndWait(context.Background(), pd, nil)
}
