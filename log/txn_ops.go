package log

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// errNothing says that a group has nothing to commit: all it would do is done already.
var errNothing = errors.New("nothing to commit")

// sequence commits a group whose decide function fills it, and waits until it is durable; or, if it turns out to be empty,
// until the LSN that decide has put into earlier is.
func (l *Log) sequence(ctx context.Context, pd *pending, earlier *LSN) error {
	err := l.commitAndWait(ctx, pd, nil)
	if errors.Is(err, errNothing) {
		err = l.waitDurable(ctx, *earlier)
	}
	return err
}

// InitProducer is what a transactional producer starts with.
type InitProducer struct {
	TransactionalID string
	TimeoutMillis   int32      // of its transactions
	Current         ProducerID // what it has been so far, to go on after an error; NoProducer when it starts
}

// InitTransactions gives a transactional producer its id and a new epoch, durable on return. Producers that had the
// transactional id before are fenced, and a transaction that is open is aborted. Whoever wants to go on with an id that has been
// forgotten meanwhile gets a new producer: nothing of what it was is left that could be mixed up with it.
func (l *Log) InitTransactions(ctx context.Context, o InitProducer) (ProducerID, error) {
	if limit := l.opts.MaxTransactionTimeout.Milliseconds(); o.TimeoutMillis <= 0 || int64(o.TimeoutMillis) > limit {
		return NoProducer, fmt.Errorf("%w: %d ms, allowed are 1 to %d", ErrInvalidTransactionTimeout, o.TimeoutMillis, limit)
	}
	var got ProducerID
	var earlier LSN
	pd := &pending{}
	pd.decide = func() error {
		x := l.txns.byID[o.TransactionalID]
		if x == nil {
			x = &transaction{id: o.TransactionalID, producer: NoProducer}
		}
		var err error
		got, err = l.initTransactions(pd, x, &o)
		earlier = x.lsn
		return err
	}
	if err := l.sequence(ctx, pd, &earlier); err != nil {
		return NoProducer, err
	}
	return got, nil
}

// initTransactions is InitTransactions in the turn of the group; the caller holds mu.
func (l *Log) initTransactions(pd *pending, x *transaction, o *InitProducer) (ProducerID, error) {
	if o.Current != NoProducer && x.producer != NoProducer && o.Current != x.producer {
		if x.last == o.Current && x.state != TxnOngoing {
			return x.producer, errNothing // the answer was lost
		}
		return NoProducer, fmt.Errorf("%w: %q has producer %d epoch %d, not %d epoch %d", ErrProducerFenced, x.id,
			x.producer.ID, x.producer.Epoch, o.Current.ID, o.Current.Epoch)
	}
	var next ProducerID
	var entry []byte
	if x.producer == NoProducer {
		next.ID, entry = l.producers.take(l.lastLSN + 1)
	} else {
		next, entry = l.raise(x)
	}
	pd.extra = append(pd.extra, entry...)
	if x.state == TxnOngoing {
		// The markers carry the new epoch, which fences the partitions too.
		fence := next
		if next.ID != x.producer.ID {
			fence = ProducerID{x.producer.ID, x.producer.Epoch + 1}
		}
		l.finishTxn(pd, x, abortMarker, fence)
	} else {
		x.updated = l.opts.Now().UnixMilli()
	}
	x.last = o.Current
	x.state, x.timeoutMillis = TxnEmpty, o.TimeoutMillis
	l.txns.put(x, next)
	x.lsn = l.lastLSN + 1
	pd.extra = appendTxn(pd.extra, x)
	return next, nil
}

// AddPartitions lets partitions join the transaction of a producer, which begins if none is open; durable on return. Only then
// the producer may send transactional batches to them, see AppendOptions.Join for another way.
func (l *Log) AddPartitions(ctx context.Context, id string, producer ProducerID, partitions []TopicPartition) error {
	parts := make([]*partition, 0, len(partitions))
	for _, tp := range partitions {
		p, err := l.partition(tp.Topic, tp.Partition)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	var earlier LSN
	pd := &pending{}
	pd.decide = func() error {
		x, err := l.txns.find(id, producer)
		if err != nil {
			return err
		}
		earlier = x.lsn
		return l.addPartitions(pd, x, parts)
	}
	return l.sequence(ctx, pd, &earlier)
}

// addPartitions is AddPartitions in the turn of the group; the caller holds mu.
func (l *Log) addPartitions(pd *pending, x *transaction, parts []*partition) error {
	var fresh []*partition
	for _, p := range parts {
		if p.topic.deleted {
			return unknownTopic(p.topic.name, p.id)
		}
		if _, in := x.parts[p]; !in && !slices.Contains(fresh, p) {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) == 0 {
		return errNothing
	}
	l.beginTxn(pd, x)
	for _, p := range fresh {
		x.join(p)
	}
	pd.extra = appendTxnParts(pd.extra, x.id, fresh)
	return nil
}

// beginTxn makes sure that a transaction is open, in the turn of the group that adds to it; the caller holds mu.
func (l *Log) beginTxn(pd *pending, x *transaction) {
	x.lsn = l.lastLSN + 1
	if x.begin(l.opts.Now().UnixMilli()) {
		pd.extra = appendTxn(pd.extra, x)
		l.txns.look()
	}
}

// AddGroup lets a consumer group join the transaction of a producer, which begins if none is open; durable on return.
func (l *Log) AddGroup(ctx context.Context, id string, producer ProducerID, group string) error {
	return l.addOffsets(ctx, id, producer, group, nil, true)
}

// CommitTxnOffsets stores positions of a group that become its own when the transaction is committed, durable on return. The
// group must have joined the transaction; with join it does so here. Whether the producer may speak for the group is for the
// caller to know.
func (l *Log) CommitTxnOffsets(ctx context.Context, id string, producer ProducerID, group string, offsets []GroupOffset, join bool) error {
	offsets = slices.Clone(offsets)
	for i := range offsets {
		offsets[i].Group = group
	}
	return l.addOffsets(ctx, id, producer, group, offsets, join)
}

func (l *Log) addOffsets(ctx context.Context, id string, producer ProducerID, group string, offsets []GroupOffset, join bool) error {
	plan, err := l.plan(&Group{Offsets: offsets})
	if err != nil {
		return err
	}
	planned := plan.offsets
	var earlier LSN
	pd := &pending{}
	pd.decide = func() error {
		x, err := l.txns.find(id, producer)
		if err != nil {
			return err
		}
		earlier = x.lsn
		_, joined := x.groups[group]
		if !joined && !join {
			return fmt.Errorf("%w: group %q has not joined the transaction of %q", ErrInvalidTransactionState, group, id)
		}
		if joined && len(planned) == 0 {
			return errNothing
		}
		if err := checkAlive(nil, planned); err != nil {
			return err
		}
		l.beginTxn(pd, x)
		x.joinGroup(group)
		pd.extra = appendTxnOffsets(pd.extra, id, group, planned)
		if fresh := x.hold(planned); len(fresh) > 0 {
			pd.apply = func() { l.offsets.hold(fresh) }
		}
		return nil
	}
	return l.sequence(ctx, pd, &earlier)
}

// EndTransaction commits or aborts the transaction of a producer. Markers in all its partitions and the positions of groups
// become durable together. With raise the producer gets a new epoch, so that nothing that was sent for this transaction can
// get into the next one. It returns what the producer is from then on. A repeated request gets the same answer.
func (l *Log) EndTransaction(ctx context.Context, id string, producer ProducerID, commit, raise bool) (ProducerID, error) {
	var got ProducerID
	var earlier LSN
	pd := &pending{}
	pd.decide = func() error {
		x := l.txns.byID[id]
		repeated := raise && x != nil && x.last == producer && x.state != TxnOngoing
		if !repeated {
			var err error
			if x, err = l.txns.find(id, producer); err != nil {
				return err
			}
		}
		got, earlier = x.producer, x.lsn
		done, err := x.ended(commit, raise, repeated)
		if err != nil {
			return err
		}
		if done {
			return errNothing
		}
		got = l.endTransaction(pd, x, commit, raise)
		return nil
	}
	if err := l.sequence(ctx, pd, &earlier); err != nil {
		return NoProducer, err
	}
	return got, nil
}

// ended says that a transaction has been ended like this already, or why it cannot be.
func (x *transaction) ended(commit, raise, repeated bool) (bool, error) {
	same := x.state == TxnCommitted && commit || x.state == TxnAborted && !commit
	switch {
	case x.state == TxnOngoing:
		return false, nil
	case same && (repeated || !raise):
		return true, nil
	case raise && !commit && !repeated:
		return false, nil // nothing has reached the log of what the producer aborts: only its epoch is raised
	}
	verb := "aborted"
	if commit {
		verb = "committed"
	}
	return false, fmt.Errorf("%w: %q is in state %s and cannot be %s", ErrInvalidTransactionState, x.id, x.state, verb)
}

// endTransaction is EndTransaction in the turn of the group; the caller holds mu.
func (l *Log) endTransaction(pd *pending, x *transaction, commit, raise bool) ProducerID {
	next, marker := x.producer, x.producer
	if raise {
		var entry []byte
		next, entry = l.raise(x)
		pd.extra = append(pd.extra, entry...)
		if marker = next; next.ID != x.producer.ID {
			marker = ProducerID{x.producer.ID, x.producer.Epoch + 1}
		}
	}
	kind := abortMarker
	if commit {
		kind = commitMarker
	}
	l.finishTxn(pd, x, kind, marker)
	if raise {
		x.last = x.producer
		l.txns.put(x, next)
	}
	x.lsn = l.lastLSN + 1
	pd.extra = appendTxn(pd.extra, x)
	return next
}

// finishTxn puts the end of a transaction into a group: markers of a producer epoch in all partitions, and the pending
// positions if it is committed; the caller holds mu and writes the state.
func (l *Log) finishTxn(pd *pending, x *transaction, kind markerKind, marker ProducerID) {
	now := l.opts.Now().UnixMilli()
	x.state, x.updated = TxnAborted, now
	if kind == commitMarker {
		x.state = TxnCommitted
	}
	batch := appendMarker(nil, kind, marker, l.epoch, now)
	h, _ := parseBatchHead(batch)
	for _, p := range x.sortedParts() {
		w := plannedWrite{p: p, batch: batch, span: 1}
		w.assign()
		pd.writes = append(pd.writes, w)
		h.BaseOffset = w.base
		p.remember(&h, l.lastLSN+1, now)
	}
	held := make([]txnOffset, 0, len(x.offs))
	for k, off := range x.offs {
		held = append(held, k)
		if kind == commitMarker && !k.topic.deleted {
			pd.offsets = append(pd.offsets, plannedOffset{topic: k.topic, off: &off})
		}
	}
	if len(held) > 0 {
		pd.apply = func() { l.offsets.release(held) }
	}
	x.clear()
}

// sortedParts lists the partitions of the transaction, but those of deleted topics; Log.mu is held.
func (x *transaction) sortedParts() []*partition {
	parts := make([]*partition, 0, len(x.parts))
	for p := range x.parts {
		if !p.topic.deleted {
			parts = append(parts, p)
		}
	}
	slices.SortFunc(parts, func(a, b *partition) int {
		return cmp.Or(cmp.Compare(a.topic.number, b.topic.number), cmp.Compare(a.id, b.id))
	})
	return parts
}
