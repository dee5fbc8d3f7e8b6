package log

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
)

// TxnState is where a transactional id stands. There are fewer states than in Kafka, since a transaction ends in one group:
// nothing is ever prepared but not complete.
type TxnState uint8

// The states of transactional ids.
const (
	TxnEmpty     TxnState = iota // no transaction yet
	TxnOngoing                   // has partitions or groups
	TxnCommitted                 // the last one was committed
	TxnAborted                   // the last one was aborted
	txnGone                      // the id was forgotten; in the WAL only
)

// String is Kafka's name for the state.
func (s TxnState) String() string {
	return [...]string{"Empty", "Ongoing", "CompleteCommit", "CompleteAbort", "Dead"}[s]
}

// transaction is a transactional id: its producer, and the transaction that is running or was the last. All of it is guarded
// by Log.mu: it is the sequencer's view, and every change of it is in the WAL group during whose turn it is made.
type transaction struct {
	id            string
	producer      ProducerID
	last          ProducerID // before the last change of producer that a client may repeat; or NoProducer
	timeoutMillis int32
	state         TxnState
	started       int64 // wall time of the first partition or group, milliseconds
	updated       int64 // wall time of the last change of state

	parts  map[*partition]struct{}
	groups map[string]struct{}
	offs   map[txnOffset]GroupOffset // pending

	lsn LSN // of its last change; a repeated request is answered when that is durable
}

// txnOffset names a pending position.
type txnOffset struct {
	group     string
	topic     *topic
	partition int32
}

// txns is all transactional ids, guarded by Log.mu.
type txns struct {
	byID       map[string]*transaction
	byProducer map[int64]*transaction // of the present producer of each
	wake       chan struct{}          // an earlier deadline may be there
}

func (t *txns) init() {
	t.byID, t.byProducer, t.wake = map[string]*transaction{}, map[int64]*transaction{}, make(chan struct{}, 1)
}

// put files a transaction under its producer.
func (t *txns) put(x *transaction, p ProducerID) {
	delete(t.byProducer, x.producer.ID)
	x.producer = p
	t.byID[x.id], t.byProducer[p.ID] = x, x
}

func (t *txns) drop(x *transaction) {
	delete(t.byID, x.id)
	delete(t.byProducer, x.producer.ID)
}

// find returns the transaction of a producer that wants to go on with it.
func (t *txns) find(id string, p ProducerID) (*transaction, error) {
	x := t.byID[id]
	switch {
	case x == nil:
		return nil, fmt.Errorf("%w: %q is not known", ErrUnknownTransaction, id)
	case x.producer.ID != p.ID:
		return nil, fmt.Errorf("%w: %q has producer %d, not %d", ErrUnknownTransaction, id, x.producer.ID, p.ID)
	case x.producer.Epoch != p.Epoch:
		return nil, fmt.Errorf("%w: %q has epoch %d, not %d", ErrProducerFenced, id, x.producer.Epoch, p.Epoch)
	}
	return x, nil
}

// begin makes a transaction ongoing, if it is not yet.
func (x *transaction) begin(now int64) (begun bool) {
	if x.state == TxnOngoing {
		return false
	}
	x.state, x.started, x.updated = TxnOngoing, now, now
	return true
}

// clear forgets what belonged to the transaction that has ended.
func (x *transaction) clear() { x.parts, x.groups, x.offs = nil, nil, nil }

func (x *transaction) join(p *partition) {
	if x.parts == nil {
		x.parts = map[*partition]struct{}{}
	}
	x.parts[p] = struct{}{}
}

func (x *transaction) joinGroup(group string) {
	if x.groups == nil {
		x.groups = map[string]struct{}{}
	}
	x.groups[group] = struct{}{}
}

// hold adds pending positions and returns the names of those that are new.
func (x *transaction) hold(offsets []plannedOffset) (fresh []txnOffset) {
	if x.offs == nil {
		x.offs = map[txnOffset]GroupOffset{}
	}
	for i := range offsets {
		k := txnOffset{offsets[i].off.Group, offsets[i].topic, offsets[i].off.Partition}
		if _, ok := x.offs[k]; !ok {
			fresh = append(fresh, k)
		}
		x.offs[k] = *offsets[i].off
	}
	return fresh
}

// Producer epochs end before the greatest number: a transactional id whose epochs are used up gets a new producer id. The last
// one is for fencing.
const maxEpoch = math.MaxInt16 - 1

// raise gives a transactional id the next epoch, or a new producer id when they are used up, which may need another entry.
func (l *Log) raise(x *transaction) (p ProducerID, entry []byte) {
	if x.producer.Epoch < maxEpoch {
		return ProducerID{x.producer.ID, x.producer.Epoch + 1}, nil
	}
	id, entry := l.producers.take(l.lastLSN + 1)
	return ProducerID{ID: id}, entry
}

// Encoding.

// appendTxn writes a transactional id as it is, without what joined its transaction.
func appendTxn(dst []byte, x *transaction) []byte {
	dst = appendString(append(dst, entryTxn), x.id)
	return appendUvarints(dst, uint64(x.producer.ID), uint64(x.producer.Epoch), zigzag(x.last.ID), zigzag(int64(x.last.Epoch)),
		uint64(x.timeoutMillis), uint64(x.state), uint64(x.started), uint64(x.updated))
}

func appendTxnParts(dst []byte, id string, parts []*partition) []byte {
	dst = binary.AppendUvarint(appendString(append(dst, entryTxnParts), id), uint64(len(parts)))
	for _, p := range parts {
		dst = appendUvarints(dst, uint64(p.topic.number), uint64(p.id))
	}
	return dst
}

// appendTxnOffsets writes that a group joined a transaction, with positions in it.
func appendTxnOffsets(dst []byte, id, group string, offsets []plannedOffset) []byte {
	dst = appendString(appendString(append(dst, entryTxnOffsets), id), group)
	dst = binary.AppendUvarint(dst, uint64(len(offsets)))
	for i := range offsets {
		dst = appendOffsetValue(dst, offsets[i].topic.number, offsets[i].off)
	}
	return dst
}

// TxnInfo describes a transactional id.
type TxnInfo struct {
	ID            string
	Producer      ProducerID
	TimeoutMillis int32
	State         TxnState
	StartMillis   int64 // wall time when the ongoing transaction began; -1: none is ongoing
	Partitions    []TopicPartition
}

// TopicPartition names a partition.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// Transactions describes all transactional ids, sorted.
func (l *Log) Transactions() []TxnInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]TxnInfo, 0, len(l.txns.byID))
	for _, id := range sortedKeys(l.txns.byID) {
		all = append(all, l.txns.byID[id].info())
	}
	return all
}

// Transaction describes a transactional id, or returns false if there is none.
func (l *Log) Transaction(id string) (TxnInfo, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.txns.byID[id]
	if x == nil {
		return TxnInfo{}, false
	}
	return x.info(), true
}

func (x *transaction) info() TxnInfo {
	info := TxnInfo{ID: x.id, Producer: x.producer, TimeoutMillis: x.timeoutMillis, State: x.state, StartMillis: -1}
	if x.state == TxnOngoing {
		info.StartMillis = x.started
	}
	for _, p := range x.sortedParts() {
		info.Partitions = append(info.Partitions, TopicPartition{p.topic.name, p.id})
	}
	return info
}

// waitDurable waits until everything up to an LSN is acknowledged.
func (l *Log) waitDurable(ctx context.Context, lsn LSN) error {
	if LSN(l.durable.Load()) >= lsn {
		return nil
	}
	pd := &pending{} // it comes behind, and is durable when that is
	if err := pd.measure(); err != nil {
		return err
	}
	return l.commitAndWait(ctx, pd, nil)
}
