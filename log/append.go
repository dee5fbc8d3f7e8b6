package log

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
)

// AppendOptions are what a producer says about its batches besides what is in them.
type AppendOptions struct {
	TransactionalID string // whose transaction the transactional batches belong to
	Join            bool   // partitions join the transaction by being written to, which begins if none is open
}

// Appended says what has become of one write.
type Appended struct {
	Base      int64 // offset of the first record
	Time      int64 // of arrival, in milliseconds, if the topic has its records carry that; otherwise -1
	Start     int64 // first offset of the partition
	Duplicate bool  // the batch had come before, and Base is where it is since then
	Err       error // it was refused; then nothing of it is in the log, and Base is -1
}

// Append takes batches from producers outside of the process. Every batch is checked as a whole and against the settings of
// its topic, and, if its producer numbers its batches, for order and repetition, and for its transaction; a write with
// sequences is one batch. The writes that are taken become durable together; one that is refused does not keep the others
// back.
//
// The answer is complete on return: all that Err says nothing about has its place in the log, in the order of the calls.
// done is called exactly once, maybe before Append returns: without an error when everything that was taken is durable, as
// Options.Ack says, and visible to readers, duplicates included; or with an error when the storage failed. It must be as
// quick as that of Commit. Append waits while too much is queued, or until ctx ends.
//
// The batches are copied. Topics that have their records carry the time of arrival get it written into the bytes given.
func (l *Log) Append(ctx context.Context, writes []Write, o AppendOptions, done func(error)) []Appended {
	a := &appending{l: l, o: o, results: make([]Appended, len(writes)), now: l.opts.Now().UnixMilli()}
	for i := range writes {
		a.results[i] = Appended{Base: -1, Time: -1}
		if err := a.check(i, &writes[i]); err != nil {
			a.results[i].Err = fmt.Errorf("%s-%d: %w", writes[i].Topic, writes[i].Partition, err)
		}
	}
	pd := &pending{done: func(_ LSN, err error) { done(err) }}
	pd.decide = func() error { return a.decide(pd) }
	err := errNothing
	if len(a.arrivals) > 0 {
		err = l.enqueue(ctx, pd, nil)
	}
	if err != nil {
		if errors.Is(err, errNothing) {
			err = nil
		}
		for _, r := range a.arrivals {
			if err != nil {
				a.results[r.at].Err = err
			}
		}
		done(err)
	}
	a.readStarts()
	return a.results
}

// appending is a call of Append.
type appending struct {
	l        *Log
	o        AppendOptions
	results  []Appended
	arrivals []arrival
	bytes    int
	now      int64
	wait     LSN // of the newest batch that was repeated
}

// arrival is a write that has passed all checks that need no turn.
type arrival struct {
	at    int // in the results
	write plannedWrite
	head  BatchHeader // of the first batch
}

// check does what can be done about a write before its turn.
func (a *appending) check(at int, w *Write) error {
	l := a.l
	l.topicsMu.RLock()
	t := l.topics[w.Topic]
	var p *partition
	var pol *policy
	if t != nil {
		p, pol = t.partition(w.Partition), t.policy
	}
	l.topicsMu.RUnlock()
	if p == nil {
		return ErrUnknownTopic
	}
	if a.bytes += len(w.Batch); a.bytes > maxPayload/2 {
		return fmt.Errorf("%w: more than %d bytes at once", ErrBatchTooLarge, maxPayload/2)
	}
	r := arrival{at: at, write: plannedWrite{p: p}}
	for rest := w.Batch; ; {
		stored, h, err := pol.admitBatch(rest, a.now)
		if err != nil {
			return err
		}
		size := int(binary.BigEndian.Uint32(rest[batchLength:])) + batchLengthBase
		alone := len(rest) == size && r.write.span == 0
		if h.ProducerID >= 0 && !alone {
			return fmt.Errorf("%w: %d bytes behind the batch of a producer with sequences, which must be alone", ErrInvalidRecord, len(rest)-size)
		}
		if alone {
			r.write.batch = stored
		} else {
			r.write.batch = append(r.write.batch, stored...)
		}
		if r.write.span == 0 {
			r.head = h
		}
		r.write.span += int64(h.LastDelta) + 1
		if rest = rest[size:]; len(rest) == 0 {
			break
		}
	}
	if pol.appendTime {
		a.results[at].Time = a.now
	}
	a.arrivals = append(a.arrivals, r)
	return nil
}

// decide takes, answers or refuses what has arrived, in the turn of the group; Log.mu is held.
func (a *appending) decide(pd *pending) error {
	var joining []*partition
	var x *transaction
	for i := range a.arrivals {
		r := &a.arrivals[i]
		res := &a.results[r.at]
		if r.write.p.topic.deleted {
			res.Err = unknownTopic(r.write.p.topic.name, r.write.p.id)
			continue
		}
		if r.head.ProducerID >= 0 {
			earlier, joins, err := a.judge(r)
			switch {
			case err != nil:
				res.Err = err
				continue
			case earlier != nil:
				res.Base, res.Duplicate = earlier.base(), true
				continue
			case joins != nil:
				x = joins
				if _, in := x.parts[r.write.p]; !in {
					joining = append(joining, r.write.p)
				}
			}
		}
		r.write.assign()
		res.Base = r.write.base
		pd.writes = append(pd.writes, r.write)
		if r.head.ProducerID >= 0 {
			r.head.BaseOffset = r.write.base
			r.write.p.remember(&r.head, a.l.lastLSN+1, a.now)
		}
	}
	if x != nil {
		a.l.beginTxn(pd, x)
		for _, p := range joining {
			x.join(p)
		}
		if len(joining) > 0 {
			pd.extra = appendTxnParts(pd.extra, x.id, joining)
		}
	}
	if len(pd.writes) == 0 && LSN(a.l.durable.Load()) >= a.wait {
		return errNothing
	}
	return nil // without writes it waits for the batches that were repeated
}

// judge looks at a batch with sequences. It returns the batch it repeats, or the transaction that its partition is to join.
func (a *appending) judge(r *arrival) (earlier *sent, joins *transaction, err error) {
	p, h := r.write.p, &r.head
	if earlier, err = p.judge(h); err != nil {
		return nil, nil, err
	}
	if earlier != nil {
		a.wait = max(a.wait, p.producers[h.ProducerID].lsn)
		return earlier, nil, nil
	}
	if !h.Transactional() {
		return nil, nil, nil
	}
	x := a.l.txns.byProducer[h.ProducerID]
	switch {
	case x == nil || x.id != a.o.TransactionalID:
		return nil, nil, fmt.Errorf("%w: producer %d is not that of %q", ErrUnknownTransaction, h.ProducerID, a.o.TransactionalID)
	case h.ProducerEpoch != x.producer.Epoch:
		return nil, nil, fmt.Errorf("%w: %q has epoch %d, the batch has %d", ErrInvalidProducerEpoch, x.id, x.producer.Epoch, h.ProducerEpoch)
	}
	if _, in := x.parts[p]; in && x.state == TxnOngoing {
		return nil, nil, nil
	}
	if !a.o.Join {
		return nil, nil, fmt.Errorf("%w: %s-%d has not joined the transaction of %q, which is in state %s", ErrInvalidTransactionState, p.topic.name, p.id, x.id, x.state)
	}
	return nil, x, nil
}

// readStarts completes the answers.
func (a *appending) readStarts() {
	for i := range a.arrivals {
		p := a.arrivals[i].write.p
		p.mu.Lock()
		a.results[a.arrivals[i].at].Start = p.start
		p.mu.Unlock()
	}
}
