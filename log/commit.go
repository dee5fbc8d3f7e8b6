package log

import (
	"context"
	"encoding/binary"
	"fmt"
)

// Write is produced data for one partition: one or more complete record batches of version 2, back to back. The log assigns
// offsets and leader epoch (those in the head count for nothing).
type Write struct {
	Topic     string
	Partition int32
	Batch     []byte
}

// GroupOffset is the position of a consumer group in a partition: the offset it reads next.
type GroupOffset struct {
	Group     string
	Topic     string
	Partition int32
	Offset    int64
	Metadata  string

	EpochPlusOne int32 // leader epoch of the last record that was read, plus one; 0: not known
	CommitMillis int64 // wall time from which it expires, see ExpireOffsets; 0: it does not
}

// Delta is a change of a state store, opaque to the log. It is kept in the WAL until ReleaseDeltas allows to forget it.
type Delta struct {
	Store string
	Data  []byte
}

// Group is what becomes durable together or not at all: outputs, consumed positions and state changes of a step of a query.
type Group struct {
	Writes     []Write
	Offsets    []GroupOffset
	Deltas     []Delta
	Properties []Property
}

// pending is a commit group on its way: planned, sequenced, written, published. It is owned by the caller of plan until
// enqueue, then by the writer goroutine.
type pending struct {
	lsn     LSN
	payload int    // bytes of the payload, deltas included
	size    int    // bytes of the record in the file
	rec     []byte // head and payload without deltas, at slab.buf[at:]
	slab    *slab
	at      int
	inSlab  int // bytes taken there, padding included
	writes  []plannedWrite
	offsets []plannedOffset
	deltas  []Delta // the caller's memory
	extra   []byte  // more entries, encoded
	apply   func()  // what else happens when it is durable, before done
	done    func(LSN, error)

	// decide, if there is one, fills in what depends on the turn of the group, or refuses it. It is called under Log.mu, when
	// nothing but a failure of the storage can happen to the group any more; it assigns the offsets of the writes itself.
	decide func() error
}

type plannedWrite struct {
	p     *partition
	batch []byte
	span  int64 // offsets that the batches take
	base  int64 // of the first batch, once sequenced
	pos   int   // of the batches in rec, once sequenced
}

// assign gives a write its offsets; Log.mu is held.
func (w *plannedWrite) assign() {
	w.base = w.p.next
	w.p.next += w.span
}

type plannedOffset struct {
	topic *topic
	off   *GroupOffset // the caller's memory
}

// Produce appends batches of this process and returns their base offsets, in the order of writes, once they are acknowledged as Options.Ack
// says. All of them become durable together or not at all. The batches are copied; only their heads are checked. When ctx ends first the error is its own
// and the batches may or may not become durable.
func (l *Log) Produce(ctx context.Context, writes []Write) ([]int64, error) {
	pd, err := l.plan(&Group{Writes: writes})
	if err != nil {
		return nil, err
	}
	bases := make([]int64, len(writes))
	if err := l.commitAndWait(ctx, pd, bases); err != nil {
		return nil, err
	}
	return bases, nil
}

// commitAndWait sequences a planned group and waits until it is acknowledged. bases, if not nil, gets the base offsets.
func (l *Log) commitAndWait(ctx context.Context, pd *pending, bases []int64) error {
	acked := make(chan error, 1)
	pd.done = func(_ LSN, err error) { acked <- err }
	if err := l.enqueue(ctx, pd, bases); err != nil {
		return err
	}
	select {
	case err := <-acked:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Commit makes a group durable, atomically and asynchronously. done is called exactly once: with the LSN when the group is
// acknowledged as Options.Ack says and visible to readers, or with an error when it is refused or the storage failed. Groups
// become durable, and done is called, in the order of the calls of Commit. Until done is called the memory of g belongs to
// the log, except the batches, which are copied before Commit returns.
//
// done runs on the log's writer goroutine: it must be quick and must not call Commit or wait for the log. A refused group
// (unknown topic, invalid batch, closed log) is reported before Commit returns. Commit blocks while too much is queued.
func (l *Log) Commit(g *Group, done func(lsn LSN, err error)) {
	pd, err := l.plan(g)
	if err == nil {
		pd.done = done
		err = l.enqueue(context.Background(), pd, nil)
	}
	if err != nil {
		done(0, err)
	}
}

// plan checks a group, finds its partitions and counts its bytes. It takes no lock for longer than a look-up.
func (l *Log) plan(g *Group) (*pending, error) {
	pd := &pending{deltas: g.Deltas}
	if n := len(g.Writes); n > 0 {
		pd.writes = make([]plannedWrite, n)
	}
	if n := len(g.Offsets); n > 0 {
		pd.offsets = make([]plannedOffset, n)
	}
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	for i := range g.Writes {
		w := &g.Writes[i]
		t := l.topics[w.Topic]
		if t == nil || t.partition(w.Partition) == nil {
			return nil, unknownTopic(w.Topic, w.Partition)
		}
		span, err := checkBatches(w.Batch)
		if err != nil {
			return nil, fmt.Errorf("write to %s-%d: %w", w.Topic, w.Partition, err)
		}
		pd.writes[i] = plannedWrite{p: t.partition(w.Partition), batch: w.Batch, span: span}
	}
	for i := range g.Offsets {
		o := &g.Offsets[i]
		t := l.topics[o.Topic]
		if t == nil || t.partition(o.Partition) == nil {
			return nil, fmt.Errorf("offset of group %q: %w", o.Group, unknownTopic(o.Topic, o.Partition))
		}
		pd.offsets[i] = plannedOffset{topic: t, off: o}
	}
	l.planProperties(pd, g.Properties)
	return pd, pd.measure()
}

func unknownTopic(name string, partition int32) error {
	return fmt.Errorf("%w: %s-%d", ErrUnknownTopic, name, partition)
}

// checkBatches checks the heads of batches back to back and counts the offsets they take. What has a producer, and with that
// sequences and transactions to check, is for Append.
func checkBatches(b []byte) (span int64, err error) {
	if len(b) == 0 {
		return 0, fmt.Errorf("%w: no bytes", ErrInvalidBatch)
	}
	for len(b) > 0 {
		h, err := ParseBatchHeader(b)
		if err != nil {
			return 0, err
		}
		if h.ProducerID >= 0 || h.Control() {
			return 0, fmt.Errorf("%w: it has producer %d", ErrInvalidBatch, h.ProducerID)
		}
		span += int64(h.LastDelta) + 1
		b = b[h.Bytes:]
	}
	return span, nil
}

// measure counts the bytes of the record; encode must write as many.
func (pd *pending) measure() error {
	n := 1 + len(pd.extra)
	for i := range pd.writes {
		w := &pd.writes[i]
		n += 1 + uvarintLen(uint64(w.p.topic.number)) + uvarintLen(uint64(w.p.id)) + uvarintLen(uint64(len(w.batch))) + len(w.batch)
	}
	for i := range pd.offsets {
		o := pd.offsets[i].off
		n += 1 + stringLen(o.Group) + offsetValueLen(pd.offsets[i].topic.number, o)
	}
	for i := range pd.deltas {
		d := &pd.deltas[i]
		n += 1 + stringLen(d.Store) + uvarintLen(uint64(len(d.Data))) + len(d.Data)
	}
	if n > maxPayload {
		return fmt.Errorf("a commit group of %d bytes, allowed are %d", n, maxPayload)
	}
	pd.payload, pd.size = n, recordBytes(n)
	return nil
}

// deltaBytes is the part of the payload that stays in the caller's memory.
func (pd *pending) deltaBytes() int {
	n := 0
	for i := range pd.deltas {
		n += len(pd.deltas[i].Data)
	}
	return n
}

// enqueue gives a group its LSN and its offsets, copies it into a slab and queues it for the writer. It waits while the
// queue is full. bases, if not nil, gets the base offset of every write.
func (l *Log) enqueue(ctx context.Context, pd *pending, bases []int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.waitForSpace(ctx); err != nil {
		return err
	}
	if err := l.take(pd); err != nil {
		return err
	}
	inSlab := recordHeadBytes + pd.payload - pd.deltaBytes()
	padded := inSlab
	if len(pd.deltas) == 0 {
		padded = pd.size
	}
	l.lastLSN++
	pd.lsn = l.lastLSN
	var buf []byte
	pd.slab, pd.at, buf = l.reserve(padded, pd.lsn)
	pd.inSlab = padded
	clear(buf[inSlab:])
	pd.rec = buf[:inSlab]
	pd.encode()
	for i := range pd.writes {
		w := &pd.writes[i]
		l.settle(w.p, pd.slab)
		patchBatches(pd.rec[w.pos:w.pos+len(w.batch)], w.base, l.epoch)
		if bases != nil {
			bases[i] = w.base
		}
	}
	l.queue = append(l.queue, pd)
	l.queuedBytes += pd.size
	l.work.Signal()
	return nil
}

// take lets a group have its turn: its offsets are assigned, and what depends on the order of groups is decided; the caller
// holds mu.
func (l *Log) take(pd *pending) error {
	if pd.decide == nil {
		if err := checkAlive(pd.writes, pd.offsets); err != nil {
			return err
		}
		for i := range pd.writes {
			pd.writes[i].assign()
		}
		return nil
	}
	if err := pd.decide(); err != nil {
		return err
	}
	return pd.measure()
}

// checkAlive refuses what goes to topics that are being deleted; Log.mu is held.
func checkAlive(writes []plannedWrite, offsets []plannedOffset) error {
	for i := range writes {
		if p := writes[i].p; p.topic.deleted {
			return unknownTopic(p.topic.name, p.id)
		}
	}
	for i := range offsets {
		if t := offsets[i].topic; t.deleted {
			return unknownTopic(t.name, offsets[i].off.Partition)
		}
	}
	return nil
}

// waitForSpace waits until the queue and the unflushed tail are below their bounds; the caller holds mu.
func (l *Log) waitForSpace(ctx context.Context) error {
	if l.full() && ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.space.Broadcast()
		})
		defer stop()
	}
	for {
		switch {
		case l.failure != nil:
			return l.failure
		case l.closing:
			return ErrClosed
		case ctx.Err() != nil:
			return ctx.Err()
		case !l.full():
			return nil
		}
		l.space.Wait()
	}
}

// reserve takes n bytes of slab, at a place of it, for a record; the caller holds mu.
func (l *Log) reserve(n int, lsn LSN) (s *slab, at int, buf []byte) {
	s = l.slab
	if s == nil || len(s.buf)-s.used < n {
		s = l.addSlab(n)
	}
	at = s.used
	s.used += n
	s.lastLSN = lsn
	l.sequencedBytes += int64(n)
	return s, at, s.buf[at:s.used:s.used]
}

// addSlab starts a slab for a record of n bytes; the caller holds mu.
func (l *Log) addSlab(n int) *slab {
	size := min(maxSlab, max(slabUnit, int(l.opts.CacheBytes/8)))
	if len(l.slabs) < 4 {
		size = min(size, slabUnit<<len(l.slabs)) // an idle log stays small
	}
	s := newSlab(max(size, n))
	l.slabs = append(l.slabs, s)
	l.slabBytes += int64(len(s.buf))
	l.slab = s
	return s
}

// settle notes that the tail of p will have entries in s; the caller holds mu.
func (l *Log) settle(p *partition, s *slab) {
	if p.newest != s {
		p.newest = s
		s.tenants = append(s.tenants, p)
	}
}

// encode writes the payload behind the head, all but the data of the deltas.
func (pd *pending) encode() {
	dst := pd.rec[:recordHeadBytes]
	for i := range pd.writes {
		w := &pd.writes[i]
		dst = append(dst, entryBatches)
		dst = binary.AppendUvarint(dst, uint64(w.p.topic.number))
		dst = binary.AppendUvarint(dst, uint64(w.p.id))
		dst = binary.AppendUvarint(dst, uint64(len(w.batch)))
		w.pos = len(dst)
		dst = append(dst, w.batch...)
	}
	for i := range pd.offsets {
		o := pd.offsets[i].off
		dst = append(dst, entryOffset)
		dst = appendString(dst, o.Group)
		dst = appendOffsetValue(dst, pd.offsets[i].topic.number, o)
	}
	for i := range pd.deltas {
		dst = append(dst, entryDelta)
		dst = appendString(dst, pd.deltas[i].Store)
		dst = binary.AppendUvarint(dst, uint64(len(pd.deltas[i].Data)))
	}
	dst = append(dst, pd.extra...)
	dst = append(dst, entryEnd)
	if len(dst) != len(pd.rec) {
		panic(fmt.Sprintf("log: a record of %d bytes was measured as %d", len(dst), len(pd.rec)))
	}
}

// patchBatches gives batches back to back their offsets and leader epoch.
func patchBatches(b []byte, next int64, epoch int32) {
	for len(b) > 0 {
		binary.BigEndian.PutUint64(b[batchBaseOffset:], uint64(next))
		binary.BigEndian.PutUint32(b[batchEpoch:], uint32(epoch))
		size := int(binary.BigEndian.Uint32(b[batchLength:])) + batchLengthBase
		next += int64(binary.BigEndian.Uint32(b[batchLastDelta:])) + 1
		b = b[size:]
	}
}
