package log

import (
	"fmt"
	"math"
)

// ProducerID names a producer that numbers its batches: an id, and an epoch that tells its successive lives apart.
type ProducerID struct {
	ID    int64
	Epoch int16
}

// NoProducer is the id of nobody.
var NoProducer = ProducerID{ID: -1, Epoch: -1}

// producer is what the sequencer knows about a producer in a partition: enough to recognise a batch that is sent again, and
// one that has lost its predecessor.
type producer struct {
	epoch int16
	known uint8             // batches in last
	last  [sentBatches]sent // oldest first

	txnFirst int64 // offset of the first batch of its open transaction here, or -1
	lsn      LSN   // of its newest batch; 0 after a replay, when all are durable
	used     int64 // wall time of its newest batch, milliseconds
}

// sentBatches is how many batches of a producer may be under way at a time; Kafka's clients send no more.
const sentBatches = 5

// sent is a batch that was given its offsets.
type sent struct {
	lastOffset int64
	lastSeq    int32
	delta      int32 // from the first record to the last, of sequences as of offsets
}

func (s *sent) base() int64 { return s.lastOffset - int64(s.delta) }

// seqAdd is the sequence n behind s; they begin again at 0 behind the highest number.
func seqAdd(s, n int32) int32 { return int32((int64(s) + int64(n)) & math.MaxInt32) }

// judge compares a batch of records with what its producer has sent before. It returns the earlier batch that this one
// repeats, if it does; the caller holds Log.mu.
func (p *partition) judge(h *BatchHeader) (*sent, error) {
	st := p.producers[h.ProducerID]
	if st == nil {
		return nil, nil // forgotten or new: any sequence will do
	}
	if h.ProducerEpoch < st.epoch {
		return nil, fmt.Errorf("%w: producer %d has epoch %d in %s-%d, the batch has %d", ErrInvalidProducerEpoch, h.ProducerID, st.epoch, p.topic.name, p.id, h.ProducerEpoch)
	}
	if st.txnFirst >= 0 && !h.Transactional() {
		return nil, fmt.Errorf("%w: producer %d has an open transaction in %s-%d, the batch is outside of it", ErrInvalidTransactionState, h.ProducerID, p.topic.name, p.id)
	}
	next := int32(0)
	if h.ProducerEpoch == st.epoch {
		for i := range st.last[:st.known] {
			if s := &st.last[i]; s.delta == h.LastDelta && s.lastSeq == seqAdd(h.Sequence, h.LastDelta) {
				return s, nil
			}
		}
		if st.known > 0 {
			next = seqAdd(st.last[st.known-1].lastSeq, 1)
		}
	}
	if h.Sequence != next {
		return nil, fmt.Errorf("%w: producer %d epoch %d sent %d to %s-%d, expected %d", ErrOutOfOrderSequence, h.ProducerID, h.ProducerEpoch, h.Sequence, p.topic.name, p.id, next)
	}
	return nil, nil
}

// remember notes a batch, of records or a marker, that got its offset; the caller holds Log.mu.
func (p *partition) remember(h *BatchHeader, lsn LSN, now int64) {
	st := p.producers[h.ProducerID]
	if st == nil {
		if p.producers == nil {
			p.producers = map[int64]*producer{}
		}
		st = &producer{epoch: h.ProducerEpoch, txnFirst: -1}
		p.producers[h.ProducerID] = st
	}
	if h.ProducerEpoch != st.epoch {
		st.epoch, st.known = h.ProducerEpoch, 0
	}
	st.lsn, st.used = lsn, now
	if h.Control() {
		st.txnFirst = -1
		return
	}
	if st.known == sentBatches {
		copy(st.last[:], st.last[1:])
		st.known--
	}
	st.last[st.known] = sent{lastOffset: h.NextOffset() - 1, lastSeq: seqAdd(h.Sequence, h.LastDelta), delta: h.LastDelta}
	st.known++
	if h.Transactional() && st.txnFirst < 0 {
		st.txnFirst = h.BaseOffset
	}
}

// expireProducers forgets the producers that have sent nothing since a wall time, except those with an open transaction.
func (l *Log) expireProducers(before int64) {
	for _, p := range l.partitionsOf(func(*policy) bool { return true }) {
		l.mu.Lock()
		for id, st := range p.producers {
			if st.used < before && st.txnFirst < 0 {
				delete(p.producers, id)
			}
		}
		if len(p.producers) == 0 {
			p.producers = nil
		}
		l.mu.Unlock()
	}
}

// ProducerInfo describes a producer in a partition.
type ProducerInfo struct {
	ProducerID
	LastSequence int32 // -1: none in this epoch
	LastMillis   int64 // wall time of its newest batch
	TxnStart     int64 // first offset of its open transaction, or -1
}

// Producers describes the producers a partition remembers, sorted by id.
func (l *Log) Producers(topic string, partition int32) ([]ProducerInfo, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]ProducerInfo, 0, len(p.producers))
	for _, id := range sortedKeys(p.producers) {
		st := p.producers[id]
		info := ProducerInfo{ProducerID: ProducerID{id, st.epoch}, LastSequence: -1, LastMillis: st.used, TxnStart: st.txnFirst}
		if st.known > 0 {
			info.LastSequence = st.last[st.known-1].lastSeq
		}
		all = append(all, info)
	}
	return all, nil
}
