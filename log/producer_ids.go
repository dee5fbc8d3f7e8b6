package log

import "context"

// Producer ids are given away from blocks that the WAL reserves, so that most of them cost no commit. What is left of a block
// when the log is closed is never given away.
const producerBlock = 1000

// producerIDs is the allocator, guarded by Log.mu.
type producerIDs struct {
	next  int64
	limit int64 // those below are reserved
	lsn   LSN   // of the reservation, which must be durable before an id is given away
}

// take returns an id nobody has had, and the entry to be committed with it, nil if none is needed; lsn is that of the group the
// entry will be in.
func (ids *producerIDs) take(lsn LSN) (id int64, entry []byte) {
	if ids.next == ids.limit {
		ids.limit += producerBlock
		ids.lsn = lsn
		entry = appendUvarints([]byte{entryProducers}, uint64(ids.limit))
	}
	id = ids.next
	ids.next++
	return id, entry
}

// restore continues behind what was reserved.
func (ids *producerIDs) restore(limit int64) {
	ids.limit = max(ids.limit, limit)
	ids.next = ids.limit
}

// NewProducer returns the id of a producer without transactions, with epoch 0. It is never given to anybody else.
func (l *Log) NewProducer(ctx context.Context) (ProducerID, error) {
	var id int64
	var reserved LSN
	pd := &pending{}
	pd.decide = func() error {
		id, pd.extra = l.producers.take(l.lastLSN + 1)
		reserved = l.producers.lsn
		if pd.extra == nil {
			return errNothing
		}
		return nil
	}
	if err := l.sequence(ctx, pd, &reserved); err != nil {
		return NoProducer, err
	}
	return ProducerID{ID: id}, nil
}
