package log

import "sync/atomic"

// Stats are counters of an open log, from its opening, and sizes.
type Stats struct {
	WALBytesWritten     int64 // by commits
	WALSyncs            int64
	SegmentBytesWritten int64
	WALBytes            int64 // size of the WAL files
	CacheBytes          int64 // memory of the tails
	QueuedBytes         int64 // committed but not written yet
	Durable             LSN
	Topics, Partitions  int
}

type counters struct {
	walBytes, walSyncs, segmentBytes atomic.Int64
}

// Stats returns the counters at this moment.
func (l *Log) Stats() Stats {
	s := Stats{
		WALBytesWritten:     l.stats.walBytes.Load(),
		WALSyncs:            l.stats.walSyncs.Load(),
		SegmentBytesWritten: l.stats.segmentBytes.Load(),
		Durable:             l.DurableLSN(),
	}
	l.mu.Lock()
	s.CacheBytes, s.QueuedBytes = l.slabBytes, int64(l.queuedBytes)
	l.mu.Unlock()
	l.wal.mu.Lock()
	s.WALBytes = l.wal.bytes
	l.wal.mu.Unlock()
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	s.Topics = len(l.topics)
	for _, t := range l.topics {
		s.Partitions += len(t.parts)
	}
	return s
}

// PartitionBytes is the size of the batches of a partition, those in memory included.
func (l *Log) PartitionBytes(topic string, partition int32) (int64, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var n int64
	for _, s := range p.segs {
		n += s.bytes
	}
	for i := range p.tail {
		if e := &p.tail[i]; e.base >= p.flushed && e.next > p.start {
			n += int64(e.len)
		}
	}
	return n, nil
}

// DurableLSN is the LSN up to which everything is acknowledged.
func (l *Log) DurableLSN() LSN { return LSN(l.durable.Load()) }
