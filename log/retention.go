package log

import (
	"context"
	"errors"
	"slices"
	"time"
)

// maintainLoop is the maintenance goroutine: it is started by Open and ends when Close closes stop. It is not the flusher,
// since it commits, and a commit may have to wait for a flush.
func (l *Log) maintainLoop() {
	tick := time.NewTicker(l.opts.MaintenanceInterval)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-tick.C:
			if err := l.maintain(); err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrStorageFailed) {
				l.opts.Logger.Error("commit log maintenance", "dir", l.dir, "err", err)
			}
		}
	}
}

func (l *Log) maintain() error {
	now := l.opts.Now()
	l.expireProducers(now.Add(-l.opts.ProducerExpiry).UnixMilli())
	err := l.forgetTxns(now.Add(-l.opts.TransactionalIDExpiry).UnixMilli())
	if err == nil {
		err = l.ApplyRetention(now)
	}
	for _, p := range l.compactable(now.UnixMilli()) {
		if err == nil {
			err = l.compactPartition(p, false)
		}
	}
	return err
}

// ApplyRetention drops the segments that the retention of their topics does not keep at the time now, and removes their
// files. Only whole segments go, from the oldest on: those whose youngest record is older than RetentionMillis, and those
// without which RetentionBytes are still there. The log does so by itself, see Options.MaintenanceInterval.
func (l *Log) ApplyRetention(now time.Time) error {
	if !l.anyLimits() {
		return nil
	}
	starts, err := l.expire(now)
	if err != nil || len(starts) == 0 {
		return err
	}
	if err := l.moveStarts(starts); err != nil {
		return err
	}
	return l.Flush() // a checkpoint, and the files go
}

// moveStarts makes new starts of partitions durable, as one group. Topics that were deleted meanwhile are left out.
func (l *Log) moveStarts(starts []newStart) error {
	l.metaMu.Lock()
	defer l.metaMu.Unlock()
	starts = slices.DeleteFunc(starts, func(s newStart) bool {
		p, err := l.partition(s.p.topic.name, s.p.id)
		return err != nil || p != s.p
	})
	var entries []byte
	for _, s := range starts {
		entries = startEntry(entries, s.p, s.start)
	}
	return l.changeMeta(context.Background(), entries, func() {
		for _, s := range starts {
			l.setStart(s.p, s.start)
		}
	})
}

func (p *policy) limited() bool {
	return p.cleanup != Compact && (p.retentionMillis >= 0 || p.retentionBytes >= 0)
}

func (l *Log) anyLimits() bool {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	for _, t := range l.topics {
		if t.policy.limited() {
			return true
		}
	}
	return false
}

type newStart struct {
	p     *partition
	start int64
}

// expire flushes, so that all records are in segments, and finds where partitions should start. Active segments that are
// expired as a whole are sealed.
func (l *Log) expire(now time.Time) ([]newStart, error) {
	l.flushMu.Lock()
	defer l.flushMu.Unlock()
	if err := l.flush(); err != nil {
		return nil, err
	}
	var starts []newStart
	for _, p := range l.partitionsOf((*policy).limited) {
		start, active := p.expired(l.policyOf(p.topic), now.UnixMilli())
		if active != nil {
			if err := l.seal(p, active, active.bytes); err != nil {
				return nil, err
			}
		}
		if start >= 0 {
			starts = append(starts, newStart{p, start})
		}
	}
	return starts, nil
}

// partitionsOf lists the partitions of topics with a certain configuration.
func (l *Log) partitionsOf(want func(*policy) bool) []*partition {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	var all []*partition
	for _, name := range sortedKeys(l.topics) {
		if t := l.topics[name]; want(t.policy) {
			all = append(all, t.parts...)
		}
	}
	return all
}

// expired returns where the partition should start, or -1 if nothing is to be dropped, and the active segment if it is
// among what is dropped.
func (p *partition) expired(pol *policy, now int64) (start int64, active *segment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var total int64
	for _, s := range p.segs {
		total += s.bytes
	}
	start = -1
	for _, s := range p.segs {
		old := pol.retentionMillis >= 0 && s.age(now) > pol.retentionMillis
		large := pol.retentionBytes >= 0 && total-s.bytes >= pol.retentionBytes
		if s.bytes == 0 || !old && !large {
			break
		}
		total -= s.bytes
		start = s.next
		if !s.sealed {
			active = s
		}
	}
	return start, active
}

// age is how long ago the youngest record was, in milliseconds. Record times in the future count as the time of their
// writing, so that they do not keep a segment for ever; partition.mu is held.
func (s *segment) age(now int64) int64 {
	return now - min(s.maxTime, s.written)
}
