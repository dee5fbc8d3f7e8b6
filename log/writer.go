package log

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// round is what the writer makes durable with one write and one sync: as many queued groups as fit into the current WAL
// file and into maxRoundBytes.
type round struct {
	groups []*pending
	bytes  int64
	bufs   [][]byte
	wake   []*waiter
}

const (
	maxRoundBytes  = 8 << 20
	maxQueuedBytes = 16 << 20
)

var recordPadding [recordAlign]byte

// writeLoop is the writer goroutine: it is started by Open and ends when Close has asked for it and the queue is empty. While
// one round is being written and synced the next gathers in the queue; that is all there is to group commit.
func (l *Log) writeLoop() {
	defer close(l.writerDone)
	var r round
	for l.takeRound(&r) {
		err := l.writeRound(&r)
		if err == nil {
			l.publish(&r)
		} else {
			l.fail(err)
		}
		l.finish(&r)
	}
	if err := l.writeMark(entryClose); err != nil {
		l.fail(err)
	}
}

// writeMark writes a group that consists of one entry, in a round of its own, and makes it durable with all before it, whatever
// the policy. Nobody else sequences or writes.
func (l *Log) writeMark(kind byte, fields ...uint64) error {
	pd := &pending{extra: appendUvarints([]byte{kind}, fields...)}
	if err := pd.measure(); err != nil {
		return err
	}
	l.mu.Lock()
	err := l.failure
	l.lastLSN++
	pd.lsn = l.lastLSN
	s := newSlab(pd.size)
	l.mu.Unlock()
	if err != nil {
		return nil // it has been reported
	}
	defer s.release()
	clear(s.buf[:pd.size])
	pd.slab, pd.rec = s, s.buf[:recordHeadBytes+pd.payload]
	pd.encode()
	if err := l.syncWAL(); err != nil {
		return err
	}
	r := round{groups: []*pending{pd}}
	if l.wal.fitting(r.groups) == 0 {
		if err := l.nextFile(); err != nil {
			return err
		}
	}
	if err := l.writeGroups(&r, r.groups); err != nil {
		return err
	}
	if err := l.syncWAL(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finishedLSN = pd.lsn
	l.space.Broadcast() // a flush may be waiting for it
	return nil
}

// takeRound waits for groups and takes them off the queue. It returns false when there is nothing left to do for good.
func (l *Log) takeRound(r *round) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.queue) == 0 && !l.syncDue {
		if l.closing {
			return false
		}
		l.work.Wait()
	}
	r.bytes = 0
	n := 0
	for n < len(l.queue) && (n == 0 || r.bytes+int64(l.queue[n].size) <= maxRoundBytes) {
		r.bytes += int64(l.queue[n].size)
		n++
	}
	r.groups = append(r.groups[:0], l.queue[:n]...)
	rest := copy(l.queue, l.queue[n:])
	clear(l.queue[rest:])
	l.queue = l.queue[:rest]
	return true
}

// writeRound writes the groups of a round and makes them as durable as the acknowledgement policy asks. Groups that do not
// fit into the current file go into the next.
func (l *Log) writeRound(r *round) error {
	l.mu.Lock()
	err := l.failure
	syncDue := l.syncDue
	l.syncDue = false
	l.mu.Unlock()
	if err != nil {
		return err
	}
	for rest := r.groups; len(rest) > 0; {
		n := l.wal.fitting(rest)
		if n == 0 {
			// A group larger than a whole file stretches it.
			if l.wal.pos > walHeadBytes {
				if err := l.nextFile(); err != nil {
					return err
				}
				continue
			}
			n = 1
		}
		if err := l.writeGroups(r, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if syncDue || l.opts.Ack.mode == ackFsync {
		return l.syncWAL()
	}
	if l.opts.Ack.mode == ackInterval && len(r.groups) > 0 {
		l.scheduleSync()
	}
	return nil
}

// fitting counts the groups that fit into the current file.
func (w *wal) fitting(groups []*pending) int {
	room := w.cur.capacity - w.pos
	for i, pd := range groups {
		if room -= int64(pd.size); room < 0 {
			return i
		}
	}
	return len(groups)
}

// nextFile goes on to the next WAL file. The current one is synced first, whatever the policy, so that what is not durable
// is always in one file.
func (l *Log) nextFile() error {
	if err := l.syncWAL(); err != nil {
		return err
	}
	return l.wal.roll()
}

// writeGroups seals the records and writes them with one vectored write.
func (l *Log) writeGroups(r *round, groups []*pending) error {
	w := &l.wal
	file := w.cur
	r.bufs = r.bufs[:0]
	pos := w.pos
	for _, pd := range groups {
		head := recordHead{length: pd.payload, lsn: pd.lsn, generation: file.generation, lag: uint32(pd.lsn - w.synced)}
		sealRecord(pd.rec, pd.deltas, head, w.seed, pos)
		r.gather(pd)
		pos += int64(pd.size)
	}
	w.note(groups)
	if err := file.f.WriteVec(r.bufs, w.pos); err != nil {
		return fmt.Errorf("writing the WAL: %w", err)
	}
	l.stats.walBytes.Add(pos - w.pos)
	w.pos, w.written = pos, groups[len(groups)-1].lsn
	if w.next == nil && w.pos > file.capacity/2 {
		w.startNext()
	}
	return nil
}

// gather appends the bytes of a record to the buffers to be written, as one with the previous where they are neighbours.
func (r *round) gather(pd *pending) {
	rec := pd.rec
	if len(pd.deltas) == 0 {
		rec = pd.slab.buf[pd.at : pd.at+pd.size]
	}
	if n := len(r.bufs); n > 0 && cap(r.bufs[n-1]) > len(r.bufs[n-1]) && &r.bufs[n-1][:len(r.bufs[n-1])+1][len(r.bufs[n-1])] == &rec[0] {
		r.bufs[n-1] = r.bufs[n-1][:len(r.bufs[n-1])+len(rec)]
	} else {
		r.bufs = append(r.bufs, rec)
	}
	for i := range pd.deltas {
		if len(pd.deltas[i].Data) > 0 {
			r.bufs = append(r.bufs, pd.deltas[i].Data)
		}
	}
	if pad := pd.size - recordHeadBytes - pd.payload; pad > 0 && len(pd.deltas) > 0 {
		r.bufs = append(r.bufs, recordPadding[:pad])
	}
}

// note keeps account of what the current file holds.
func (w *wal) note(groups []*pending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	file := w.cur
	if file.first == 0 {
		file.first = groups[0].lsn
	}
	for _, pd := range groups {
		file.last = pd.lsn
		if len(pd.deltas) > 0 {
			file.lastDelta = pd.lsn
		}
	}
}

func (l *Log) syncWAL() error {
	w := &l.wal
	if w.synced == w.written {
		return nil
	}
	if err := w.cur.f.DataSync(); err != nil {
		return fmt.Errorf("syncing the WAL: %w", err)
	}
	l.stats.walSyncs.Add(1)
	w.synced = w.written
	return nil
}

// scheduleSync asks for a sync an interval from now, unless one is asked for already.
func (l *Log) scheduleSync() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.syncTimer != nil || l.closing {
		return
	}
	l.syncTimer = time.AfterFunc(l.opts.Ack.interval, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.syncTimer, l.syncDue = nil, true
		l.work.Signal()
	})
}

// publish makes the groups of a written round readable, in order.
func (l *Log) publish(r *round) {
	if len(r.groups) == 0 {
		return
	}
	l.seen.Store(uint64(r.groups[len(r.groups)-1].lsn))
	for _, pd := range r.groups {
		for i := range pd.writes {
			w := &pd.writes[i]
			r.wake = l.publishBatches(w.p, pd.slab, pd.at+w.pos, len(w.batch), r.wake)
		}
		if len(pd.offsets) > 0 {
			l.offsets.apply(pd.offsets)
		}
		if pd.apply != nil {
			pd.apply()
		}
		l.durable.Store(uint64(pd.lsn))
	}
}

// finish tells everybody: those who commit, those who wait for records, those who wait for room.
func (l *Log) finish(r *round) {
	l.mu.Lock()
	l.queuedBytes -= int(r.bytes)
	failure := l.failure
	if failure == nil && len(r.groups) > 0 {
		last := r.groups[len(r.groups)-1]
		l.finishedLSN = last.lsn
		for _, pd := range r.groups {
			l.finishedBytes += int64(pd.inSlab)
		}
	}
	crowded := l.sequencedBytes-l.flushedBytes > l.opts.CacheBytes/2 || l.stats.walBytes.Load()-l.walAtFlush.Load() > l.opts.WALFileBytes
	l.space.Broadcast()
	l.mu.Unlock()
	if crowded {
		l.wantFlush()
	}
	for i, pd := range r.groups {
		lsn := pd.lsn
		if failure != nil && LSN(l.durable.Load()) < lsn {
			pd.done(0, failure)
		} else {
			pd.done(lsn, nil)
		}
		r.groups[i] = nil
	}
	for i, w := range r.wake {
		w.fn()
		r.wake[i] = nil
	}
	r.wake = r.wake[:0]
}

// fail stops acknowledging for good. The first failure stays, and is returned.
func (l *Log) fail(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure == nil {
		l.failure = fmt.Errorf("%w, nothing more is acknowledged; %s, then open it again: %w", ErrStorageFailed, remedy(err), err)
		l.opts.Logger.Error("commit log storage failed", "dir", l.dir, "err", err)
	}
	l.space.Broadcast()
	return l.failure
}

// remedy says what helps against a failed write or sync.
func remedy(err error) string {
	if errors.Is(err, syscall.ENOSPC) {
		return "the disk is full: free some space"
	}
	return "check the disk"
}
