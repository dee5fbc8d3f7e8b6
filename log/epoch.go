package log

import (
	"fmt"
	"slices"
)

// The leader epoch is one number for the whole log. It is raised by the first record of the WAL behind an end that was not a
// clean close: a reader that has seen records which that end took back learns from the epoch that the offsets it knows may
// hold others now. Batches carry the epoch they were written in, so the history of a partition is derived from them.

// epochStart is the first offset of the records of a leader epoch in a partition.
type epochStart struct {
	first int64
	epoch int32
}

// noteEpoch adds a batch to the history; the caller holds mu.
func (p *partition) noteEpoch(h *BatchHeader) {
	if n := len(p.epochs); n == 0 || p.epochs[n-1].epoch < h.LeaderEpoch {
		p.epochs = append(p.epochs, epochStart{h.BaseOffset, h.LeaderEpoch})
	}
}

// dropEpochs forgets epochs all of whose records are below the start; the caller holds mu.
func (p *partition) dropEpochs() {
	n := 0
	for n+1 < len(p.epochs) && p.epochs[n+1].first <= p.start {
		n++
	}
	p.epochs = slices.Delete(p.epochs, 0, n)
}

// epochOf is the leader epoch of the record at an offset, -1 if there is none; the caller holds mu.
func (p *partition) epochOf(offset int64) int32 {
	if offset < p.start || offset >= p.end {
		return -1
	}
	for i := len(p.epochs) - 1; i >= 0; i-- {
		if p.epochs[i].first <= offset {
			return p.epochs[i].epoch
		}
	}
	return -1
}

// LeaderEpoch is the leader epoch of all partitions; it does not change while the log is open.
func (l *Log) LeaderEpoch() int32 { return l.epoch }

// CheckLeaderEpoch compares the leader epoch that a reader takes for the present one, -1 for none, with it.
func (l *Log) CheckLeaderEpoch(current int32) error {
	switch {
	case current == -1 || current == l.epoch:
		return nil
	case current < l.epoch:
		return fmt.Errorf("%w: %d, now it is %d", ErrFencedLeaderEpoch, current, l.epoch)
	}
	return fmt.Errorf("%w: %d, now it is %d", ErrUnknownLeaderEpoch, current, l.epoch)
}

// EpochEnd answers where the records of a leader epoch end in a partition: found is the highest epoch not above the one asked
// for that has records, and end the first offset of a later epoch, or the high watermark. Both are -1 if the epoch is above
// the present one or below all that is known.
func (l *Log) EpochEnd(topic string, partition int32, epoch int32) (found int32, end int64, err error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return -1, -1, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if epoch == l.epoch {
		return epoch, p.end, nil
	}
	if epoch > l.epoch || epoch < 0 {
		return -1, -1, nil
	}
	found, end = -1, p.end
	for _, e := range p.epochs {
		if e.epoch > epoch {
			end = e.first
			break
		}
		found = e.epoch
	}
	if found < 0 {
		return -1, -1, nil
	}
	return found, end, nil
}
