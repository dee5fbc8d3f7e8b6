package log

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path"
	"slices"

	"github.com/leatdb/leat/internal/vfs"
)

// A checkpoint is a file that says what there is outside the WAL: topics, segments with their lengths, group offsets, and
// the LSN behind which the WAL has to be replayed. It is replaced as a whole, by rename. Numbers in the head are
// little-endian, in the body as in WAL entries.
//
//	 0               8       12              20      24
//	+---------------+-------+---------------+-------+-------------------------------------- - - -
//	| "leatCKP1"    |version| body length   | crc32c| body
//	+---------------+-------+---------------+-------+-------------------------------------- - - -
const (
	checkpointName      = "checkpoint"
	checkpointHeadBytes = 24
	checkpointVersion   = 2
)

var checkpointMagic = [8]byte{'l', 'e', 'a', 't', 'C', 'K', 'P', '1'}

// checkpointHead is the part of a checkpoint that is not topics, groups or transactions.
type checkpointHead struct {
	store     [16]byte
	flushed   LSN // everything up to here is in segments; replay begins behind it
	seen      LSN // nothing behind it has influenced the checkpoint
	released  LSN
	number    uint32 // the last topic number given away
	epoch     int32  // the leader epoch
	producers int64  // producer ids below are given away or reserved
	files     []walFile
}

// checkpoint makes the state up to LSN flushed, which is in synced segments, durable outside the WAL, and then frees what
// is not needed any more: WAL files and removed segments. The caller holds flushMu.
func (l *Log) checkpoint(flushed LSN) error {
	doomed, dirs := l.takeDoomed()
	head := checkpointHead{store: l.wal.store, flushed: flushed, released: LSN(l.released.Load()), epoch: l.epoch}
	body := l.encodeState(&head)
	if err := l.catchUp(&head); err != nil {
		return err
	}
	head.seen = LSN(l.seen.Load())
	// Under the policies other than fsync, what the snapshot has seen may be in the page cache only. A checkpoint must
	// not be ahead of the WAL.
	if err := l.syncForCheckpoint(); err != nil {
		return err
	}
	keep, free := l.wal.split(flushed, head.released)
	head.files = keep
	if err := l.writeCheckpoint(append(head.encode(), body...)); err != nil {
		return err
	}
	if err := l.wal.recycle(free); err != nil {
		return err
	}
	return l.remove(doomed, dirs)
}

// catchUp waits until the disk has everything the sequencer knew when its state was encoded: a checkpoint must not remember
// what a crash takes back. It takes no longer than the rounds that are under way, and the writer waits for nobody.
func (l *Log) catchUp(head *checkpointHead) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	head.producers = l.producers.limit
	for sequenced := l.lastLSN; l.finishedLSN < sequenced && l.failure == nil; {
		l.space.Wait()
	}
	return l.failure
}

func (l *Log) writeCheckpoint(body []byte) error {
	le := binary.LittleEndian
	b := append(make([]byte, 0, checkpointHeadBytes+len(body)), checkpointMagic[:]...)
	b = le.AppendUint32(b, checkpointVersion)
	b = le.AppendUint64(b, uint64(len(body)))
	b = le.AppendUint32(b, crc32.Checksum(body, castagnoli))
	b = append(b, body...)
	name := path.Join(l.dir, checkpointName)
	f, err := l.fs.Create(name + ".tmp")
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(b, 0); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = l.fs.Rename(name+".tmp", name)
	}
	if err == nil {
		err = l.fs.SyncDir(l.dir)
	}
	return err
}

// syncForCheckpoint makes the WAL durable. Only the current file can have anything that is not.
func (l *Log) syncForCheckpoint() error {
	if l.opts.Ack.mode == ackFsync {
		return nil
	}
	l.wal.mu.Lock()
	file := l.wal.files[len(l.wal.files)-1]
	l.wal.mu.Unlock()
	return file.f.DataSync()
}

func (h *checkpointHead) encode() []byte {
	b := append([]byte(nil), h.store[:]...)
	b = appendUvarints(b, uint64(h.flushed), uint64(h.seen), uint64(h.released), uint64(h.number),
		uint64(h.epoch), uint64(h.producers), uint64(len(h.files)))
	for i := range h.files {
		f := &h.files[i]
		b = appendUvarints(b, uint64(f.generation), uint64(f.first), uint64(f.last), uint64(f.lastDelta))
	}
	return b
}

// encodeState writes everything but the head as it is now. Transactions are looked at before the topics: the partitions that
// have joined them are then there, or deleted. The last topic number belongs to the topics: a replay takes those up to it for
// deleted if they are not there.
func (l *Log) encodeState(head *checkpointHead) []byte {
	txns := l.encodeTxns()
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	head.number = l.lastNumber
	b := binary.AppendUvarint(nil, uint64(len(l.topics)))
	for _, name := range sortedKeys(l.topics) {
		t := l.topics[name]
		c := t.info().Config
		b = binary.AppendUvarint(b, uint64(t.number))
		b = appendString(append(b, t.id[:]...), t.name)
		b = appendConfig(b, &c)
		for _, p := range t.parts {
			b = l.encodeProducers(b, p)
			b = p.encode(b)
		}
	}
	return append(l.props.encode(l.offsets.encode(b)), txns...)
}

func (p *partition) encode(b []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	b = p.encodeTxns(b)
	b = appendUvarints(b, uint64(p.start), uint64(p.flushed), uint64(p.compact), uint64(p.horizon), uint64(len(p.segs)))
	for _, s := range p.segs {
		flags := uint64(0)
		if s.sealed {
			flags |= 1
		}
		b = appendUvarints(b, uint64(s.base), uint64(s.rewrite), uint64(s.next), uint64(s.bytes), zigzag(s.maxTime),
			uint64(s.created), uint64(s.written), flags, uint64(s.stamp))
	}
	return b
}

func (o *groupOffsets) encode(b []byte) []byte {
	o.mu.RLock()
	defer o.mu.RUnlock()
	b = binary.AppendUvarint(b, uint64(len(o.groups)))
	for _, name := range sortedKeys(o.groups) {
		g := o.groups[name]
		b = binary.AppendUvarint(appendString(b, name), uint64(len(g)))
		for k, v := range g {
			o := v.public(name, "", k.partition)
			b = appendOffsetValue(b, k.number, &o)
		}
	}
	return b
}

// loadCheckpoint brings back the state of the last checkpoint. Without one the state is empty and the head zero.
func (l *Log) loadCheckpoint() (checkpointHead, error) {
	b, err := readFile(l.fs, path.Join(l.dir, checkpointName))
	if errors.Is(err, vfs.ErrNotExist) {
		return checkpointHead{}, nil
	}
	if err != nil {
		return checkpointHead{}, err
	}
	le := binary.LittleEndian
	if len(b) < checkpointHeadBytes || [8]byte(b[:8]) != checkpointMagic {
		return checkpointHead{}, fmt.Errorf("%w: the checkpoint has no head", ErrCorrupt)
	}
	if v := le.Uint32(b[8:]); v != checkpointVersion {
		return checkpointHead{}, fmt.Errorf("checkpoint version %d, this program reads version %d", v, checkpointVersion)
	}
	body := b[checkpointHeadBytes:]
	if le.Uint64(b[12:]) != uint64(len(body)) || le.Uint32(b[20:]) != crc32.Checksum(body, castagnoli) {
		return checkpointHead{}, fmt.Errorf("%w: the CRC of the checkpoint does not fit", ErrCorrupt)
	}
	r := &fieldReader{b: body}
	head := r.checkpointHead()
	l.epoch = head.epoch
	l.producers.restore(head.producers)
	l.decodeState(r)
	if r.failed || len(r.b) > 0 {
		return head, fmt.Errorf("%w: the checkpoint does not fit together", ErrCorrupt)
	}
	l.lastNumber = max(l.lastNumber, head.number)
	l.released.Store(uint64(head.released))
	return head, nil
}

func (r *fieldReader) checkpointHead() checkpointHead {
	h := checkpointHead{store: r.id(), flushed: LSN(r.uvarint()), seen: LSN(r.uvarint()), released: LSN(r.uvarint()),
		number: uint32(r.uvarint()), epoch: int32(r.uvarint()), producers: int64(r.uvarint())}
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		h.files = append(h.files, walFile{generation: uint32(r.uvarint()), first: LSN(r.uvarint()), last: LSN(r.uvarint()), lastDelta: LSN(r.uvarint())})
	}
	return h
}

func (l *Log) decodeState(r *fieldReader) {
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		t := &topic{number: uint32(r.uvarint()), id: r.id(), name: r.string()}
		c := r.config()
		if r.failed {
			return
		}
		l.addTopic(t, c)
		for _, p := range t.parts {
			l.decodeProducers(r, p)
			l.decodePartitionTxns(r, p)
			p.decode(r)
		}
	}
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		group := r.string()
		for k := r.uvarint(); k > 0 && !r.failed; k-- {
			number, o := r.offsetValue()
			l.offsets.set(group, offsetKey{number, o.Partition}, valueOf(&o))
		}
	}
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		p := r.property()
		l.props.set(p.Key, p.Value)
	}
	l.decodeTxns(r)
}

func (p *partition) decode(r *fieldReader) {
	p.start, p.flushed, p.compact, p.horizon = int64(r.uvarint()), int64(r.uvarint()), int64(r.uvarint()), int64(r.uvarint())
	p.end, p.next = p.flushed, p.flushed
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		s := &segment{part: p, base: int64(r.uvarint()), rewrite: uint32(r.uvarint()), next: int64(r.uvarint()), bytes: int64(r.uvarint()),
			maxTime: r.varint(), created: int64(r.uvarint()), written: int64(r.uvarint())}
		flags := r.uvarint()
		s.sealed = flags&1 != 0
		s.stamp = uint32(r.uvarint())
		p.segs = append(p.segs, s)
	}
}

// split tells the files that are needed, by the replay after flushed or for deltas behind released, from those that are not.
func (w *wal) split(flushed, released LSN) (keep []walFile, free []*walFile) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := len(w.files) - 1
	for i, file := range w.files {
		if i == last || file.last > flushed || file.lastDelta > released || file.pins > 0 {
			keep = append(keep, *file)
		} else {
			free = append(free, file)
		}
	}
	return keep, free
}

// recycle takes files out of use that no checkpoint lists any more.
func (w *wal) recycle(free []*walFile) error {
	w.mu.Lock()
	w.files = slices.DeleteFunc(w.files, func(f *walFile) bool { return slices.Contains(free, f) })
	for _, file := range free {
		w.bytes -= file.capacity
	}
	w.spare = append(w.spare, free...)
	var surplus []*walFile
	if n := len(w.spare) - spareWALFiles; n > 0 {
		surplus = slices.Clone(w.spare[:n])
		w.spare = slices.Delete(w.spare, 0, n)
	}
	w.mu.Unlock()
	for _, file := range surplus {
		if err := file.f.Close(); err != nil {
			return err
		}
		if err := w.fs.Remove(w.name(file.generation)); err != nil {
			return err
		}
	}
	return nil
}
