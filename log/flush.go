package log

import (
	"fmt"
	"math/rand/v2"
	"path"

	"github.com/leatdb/leat/internal/vfs"
)

// The way of a batch from the tail to a segment. A flush takes every partition that got batches since the last one, appends
// these to the segments in large writes, syncs the segments, and writes a checkpoint. After that the WAL before it is not
// needed to recover, and the slabs that are flushed completely may leave the memory. Readers notice nothing.

// flusher is what flushes have between them, guarded by Log.flushMu.
type flusher struct {
	staging []byte            // small batches are gathered here
	bufs    [][]byte          // what is written next
	bytes   int               // of bufs
	dirty   []*segmentFile    // appended to, not synced yet; pinned
	dirs    map[string]string // directories with new entries
	entries []tailEntry
}

const (
	flushWriteBytes = 1 << 20  // of one write to a segment
	stagingBytes    = 1 << 20  // of all gathered batches of one write
	gatherBelow     = 32 << 10 // larger batches are written from where they are
)

// flushLoop is the flusher goroutine: it is started by Open and ends when Close closes stop. It flushes when the writer or
// ReleaseDeltas asks for it.
func (l *Log) flushLoop() {
	for {
		select {
		case <-l.stop:
			return
		case <-l.flushWanted:
			l.Flush() // has reported a failure itself
		}
	}
}

// wantFlush asks the flusher goroutine for a flush.
func (l *Log) wantFlush() {
	select {
	case l.flushWanted <- struct{}{}:
	default: // it is asked already
	}
}

// Flush writes everything acknowledged to segments, and a checkpoint. The log does so by itself when its memory or the WAL
// fills up; nobody needs to call it for safety.
func (l *Log) Flush() error {
	l.flushMu.Lock()
	defer l.flushMu.Unlock()
	return l.flush()
}

// flush is Flush for who holds flushMu.
func (l *Log) flush() error {
	if l.closed {
		return ErrClosed
	}
	if err := l.failed(); err != nil {
		return err
	}
	l.mu.Lock()
	from, bytes := l.finishedLSN, l.finishedBytes // everything up to here will be in segments
	l.mu.Unlock()
	walBytes := l.stats.walBytes.Load()
	if err := l.flushPartitions(l.takeDirty()); err != nil {
		return l.fail(fmt.Errorf("flushing to segments: %w", err))
	}
	if err := l.checkpoint(from); err != nil {
		return l.fail(fmt.Errorf("writing a checkpoint: %w", err))
	}
	l.walAtFlush.Store(walBytes)
	l.evict(from, bytes)
	return nil
}

// Err returns why the log has stopped acknowledging, or nil.
func (l *Log) Err() error { return l.failed() }

func (l *Log) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failure
}

// markDirty lists a partition for the next flush; the caller holds its mu.
func (l *Log) markDirty(p *partition) {
	if !p.dirty {
		p.dirty = true
		l.dirtyMu.Lock()
		l.dirty = append(l.dirty, p)
		l.dirtyMu.Unlock()
	}
}

func (l *Log) takeDirty() []*partition {
	l.dirtyMu.Lock()
	defer l.dirtyMu.Unlock()
	dirty := l.dirty
	l.dirty = nil
	return dirty
}

func (l *Log) flushPartitions(dirty []*partition) error {
	f := &l.flusher
	f.dirs = map[string]string{}
	var err error
	for _, p := range dirty {
		if err = l.flushPartition(p); err != nil {
			err = fmt.Errorf("%s-%d: %w", p.topic.name, p.id, err)
			break
		}
	}
	if serr := l.syncSegments(); err == nil {
		err = serr
	}
	for _, dir := range sortedKeys(f.dirs) {
		if err == nil {
			err = l.fs.SyncDir(dir)
		}
	}
	return err
}

// syncSegments makes the appended segments durable and gives them back.
func (l *Log) syncSegments() error {
	f := &l.flusher
	files := make([]vfs.File, len(f.dirty))
	for i, sf := range f.dirty {
		files[i] = sf.f
	}
	err := l.fs.SyncFiles(files)
	for _, sf := range f.dirty {
		l.segments.release(sf)
	}
	f.dirty = nil
	if err != nil {
		return fmt.Errorf("syncing segments: %w", err)
	}
	return nil
}

// flushPartition appends the unflushed batches of a partition to its active segment, and goes on to new ones as they fill.
func (l *Log) flushPartition(p *partition) error {
	f := &l.flusher
	l.takeUnflushed(p)
	defer func() {
		for i := range f.entries {
			f.entries[i].slab.release()
		}
		clear(f.entries)
	}()
	for i := 0; i < len(f.entries); {
		seg, sf, err := l.writableSegment(p, &f.entries[i])
		if err != nil {
			return err
		}
		n, err := l.appendSegment(p, seg, sf, f.entries[i:])
		if err != nil {
			return err
		}
		i += n
	}
	return nil
}

// takeUnflushed copies the unflushed tail entries to the flusher and references their slabs. What was deleted in memory
// already, as the records of repartition topics mostly are, never gets into a segment.
func (l *Log) takeUnflushed(p *partition) {
	f := &l.flusher
	f.entries = f.entries[:0]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dirty = false
	for i := range p.tail {
		switch e := p.tail[i]; {
		case e.base < p.flushed:
		case e.next <= p.start:
			p.flushed = e.next
		default:
			e.slab.acquire()
			f.entries = append(f.entries, e)
		}
	}
}

// writableSegment returns the active segment if the batch may still go there, otherwise a new one. The file is pinned until
// syncSegments.
func (l *Log) writableSegment(p *partition, e *tailEntry) (*segment, *segmentFile, error) {
	policy := l.policyOf(p.topic)
	now := l.opts.Now().UnixMilli()
	p.mu.Lock()
	seg := p.active()
	roll := seg == nil || seg.full(e, policy, now) || seg.next <= p.start
	var bytes int64
	if seg != nil {
		bytes = seg.bytes
	}
	p.mu.Unlock()
	if seg != nil && roll {
		if err := l.seal(p, seg, bytes); err != nil {
			return nil, nil, err
		}
	}
	if roll {
		var err error
		if seg, err = l.newSegment(p, e.base, now); err != nil {
			return nil, nil, err
		}
		bytes = 0
	}
	sf, err := l.segments.acquire(seg, bytes)
	if err != nil {
		return nil, nil, err
	}
	l.flusher.dirty = append(l.flusher.dirty, sf)
	return seg, sf, nil
}

// full says that a batch does not belong into the segment any more; partition.mu is held.
func (s *segment) full(e *tailEntry, pol *policy, now int64) bool {
	limit := min(pol.segmentBytes, maxSegmentSpan)
	return s.bytes > 0 && (s.bytes+int64(e.len) > limit || e.next-s.base > maxSegmentSpan || now-s.created >= pol.segmentMillis)
}

// newSegment makes an empty active segment.
func (l *Log) newSegment(p *partition, base, now int64) (*segment, error) {
	seg := &segment{part: p, base: base, next: base, created: now, written: now, maxTime: minTime, stamp: rand.Uint32()}
	dir := p.dir(l.dir)
	if err := l.fs.MkdirAll(dir); err != nil {
		return nil, err
	}
	file, err := l.fs.Create(path.Join(dir, seg.name()))
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	for d := dir; ; d = path.Dir(d) {
		l.flusher.dirs[d] = ""
		if d == path.Clean(l.dir) || d == path.Dir(d) {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.gone {
		p.segs = append(p.segs, seg)
	}
	return seg, nil
}

// seal ends a segment: its file gets the exact length and its index is made durable.
func (l *Log) seal(p *partition, seg *segment, bytes int64) error {
	sf, err := l.segments.acquire(seg, bytes)
	if err != nil {
		return err
	}
	defer l.segments.release(sf)
	if err := sf.f.Truncate(bytes); err != nil {
		return err
	}
	if err := sf.f.Sync(); err != nil {
		return err
	}
	if err := sf.writeIndex(l.fs, 0, true); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	seg.sealed = true
	l.dropBelowStart(p)
	return nil
}

// appendSegment writes as many entries as belong into the segment, at least the first, and makes them part of it.
func (l *Log) appendSegment(p *partition, seg *segment, sf *segmentFile, entries []tailEntry) (int, error) {
	f := &l.flusher
	policy := l.policyOf(p.topic)
	now := l.opts.Now().UnixMilli()
	grown := segment{base: seg.base, bytes: seg.bytes, next: seg.next, maxTime: seg.maxTime, created: seg.created}
	pos, n := seg.bytes, 0
	for n < len(entries) && (n == 0 || !grown.full(&entries[n], policy, now)) {
		e := &entries[n]
		f.gather(e.slab.buf[e.pos : e.pos+e.len])
		grown.bytes += int64(e.len)
		grown.next, grown.maxTime = e.next, max(grown.maxTime, e.maxTime)
		n++
		if f.bytes >= flushWriteBytes {
			if err := f.write(sf.f, &pos); err != nil {
				return 0, err
			}
		}
	}
	if err := f.write(sf.f, &pos); err != nil {
		return 0, err
	}
	l.stats.segmentBytes.Add(grown.bytes - seg.bytes)
	sf.note(seg.base, entries[:n])
	p.mu.Lock()
	defer p.mu.Unlock()
	seg.bytes, seg.next, seg.maxTime, seg.written = grown.bytes, grown.next, grown.maxTime, now
	p.flushed = grown.next
	return n, nil
}

// note indexes appended batches.
func (sf *segmentFile) note(base int64, entries []tailEntry) {
	sf.mu.Lock()
	defer sf.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		sf.index.add(base, &BatchHeader{BaseOffset: e.base, Bytes: int(e.len), MaxTime: e.maxTime})
	}
}

// gather adds a batch to what is written next. Small ones are copied to the staging buffer.
func (f *flusher) gather(b []byte) {
	f.bytes += len(b)
	if len(b) >= gatherBelow || len(f.staging)+len(b) > stagingBytes {
		f.bufs = append(f.bufs, b)
		return
	}
	if f.staging == nil {
		f.staging = make([]byte, 0, stagingBytes)
	}
	start := len(f.staging)
	f.staging = append(f.staging, b...)
	if n := len(f.bufs); n > 0 && start > 0 && cap(f.bufs[n-1]) > len(f.bufs[n-1]) && &f.bufs[n-1][:len(f.bufs[n-1])+1][len(f.bufs[n-1])] == &f.staging[start] {
		f.bufs[n-1] = f.bufs[n-1][:len(f.bufs[n-1])+len(b)]
		return
	}
	f.bufs = append(f.bufs, f.staging[start:])
}

func (f *flusher) write(file vfs.File, pos *int64) error {
	if f.bytes == 0 {
		return nil
	}
	err := file.WriteVec(f.bufs, *pos)
	*pos += int64(f.bytes)
	clear(f.bufs)
	f.bufs, f.bytes, f.staging = f.bufs[:0], 0, f.staging[:0]
	return err
}

func (l *Log) policyOf(t *topic) *policy {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	return t.policy
}

// evict lets slabs leave the memory, oldest first, that hold nothing behind LSN flushed, until half of the bound is free.
func (l *Log) evict(flushed LSN, flushedBytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.slabs) > 1 && l.slabBytes > l.opts.CacheBytes/2 && l.slabs[0].lastLSN <= flushed {
		s := l.slabs[0]
		l.slabs[0] = nil
		l.slabs = l.slabs[1:]
		l.slabBytes -= int64(len(s.buf))
		for _, p := range s.tenants {
			p.forget(s)
		}
		s.release()
	}
	l.flushedBytes = flushedBytes
	l.space.Broadcast()
}

// forget drops the tail entries in a slab, which are the oldest; Log.mu is held.
func (p *partition) forget(s *slab) {
	if p.newest == s {
		p.newest = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for n < len(p.tail) && p.tail[n].slab == s {
		n++
	}
	p.dropTail(n)
}

// dropTail drops the first n batches from memory; p.mu is held.
func (p *partition) dropTail(n int) {
	if n == len(p.tail) {
		p.tail = nil
		return
	}
	rest := copy(p.tail, p.tail[n:])
	clear(p.tail[rest:])
	p.tail = p.tail[:rest]
}
