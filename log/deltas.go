package log

import "fmt"

// ReplayDeltas calls fn with every delta at or after from that was durable when it was called and is still in the WAL, in
// the order of the commits; those of one group have the same LSN. data is valid during the call only. An error of fn ends it
// and is returned. It is meant for the opening of state stores, but may run at any time.
func (l *Log) ReplayDeltas(from LSN, fn func(lsn LSN, store string, data []byte) error) error {
	to := l.DurableLSN()
	files, as := l.wal.pin(from, to)
	defer l.wal.unpin(files)
	for i := range as {
		if err := l.replayDeltasOf(&as[i], from, to, fn); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) replayDeltasOf(file *walFile, from, to LSN, fn func(LSN, string, []byte) error) error {
	s, err := newWALScan(file.f, file.generation, l.wal.seed, walHeadBytes)
	if err != nil {
		return err
	}
	defer s.close()
	for lsn := file.first; lsn <= min(file.last, to); lsn++ {
		_, payload, ok, err := s.next(lsn)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%w: WAL record %d in %s at byte %d", ErrCorrupt, lsn, l.wal.name(file.generation), s.pos)
		}
		if lsn < from {
			continue
		}
		if err := eachDelta(payload, func(store string, data []byte) error { return fn(lsn, store, data) }); err != nil {
			return err
		}
	}
	return nil
}

// eachDelta finds the deltas of a record that was checked before.
func eachDelta(payload []byte, fn func(store string, data []byte) error) error {
	type span struct {
		store string
		len   uint64
	}
	var deltas []span
	r := &fieldReader{b: payload}
	for kind := r.uvarint(); kind != entryEnd && !r.failed; kind = r.uvarint() {
		if kind == entryDelta {
			deltas = append(deltas, span{r.string(), r.uvarint()})
		} else {
			skipEntry(kind, r)
		}
	}
	for _, d := range deltas {
		data := r.bytes(d.len)
		if r.failed {
			return fmt.Errorf("%w: the deltas of a WAL record", ErrCorrupt)
		}
		if err := fn(d.store, data); err != nil {
			return err
		}
	}
	return nil
}

// skipEntry steps over the fields of an entry.
func skipEntry(kind uint64, r *fieldReader) {
	switch kind {
	case entryBatches:
		r.uvarint()
		r.uvarint()
		r.bytes(r.uvarint())
	case entryOffset:
		r.string()
		r.offsetValue()
	case entryDelta:
		r.string()
		r.uvarint()
	case entryTopic:
		r.uvarint()
		r.id()
		r.string()
		r.config()
	case entryConfig:
		r.uvarint()
		r.config()
	case entryDrop:
		r.uvarint()
	case entryStart:
		r.uvarint()
		r.uvarint()
		r.uvarint()
	case entryNoGroup:
		r.string()
	case entryClose:
	case entryNoOffset:
		r.string()
		r.uvarint()
		r.uvarint()
		r.uvarint()
	case entryProperty:
		r.property()
	case entryEpoch, entryProducers:
		r.uvarint()
	case entryTxn:
		r.txn()
	case entryTxnParts:
		r.string()
		r.txnParts(func(uint32, int32) {})
	case entryTxnOffsets:
		r.string()
		r.string()
		r.txnOffsets(func(uint32, GroupOffset) {})
	default:
		r.failed = true
	}
}

// ReleaseDeltas says that deltas up to and including an LSN are not needed any more. WAL files whose deltas are all released
// and whose records are all in segments are used again.
func (l *Log) ReleaseDeltas(upTo LSN) {
	for {
		old := l.released.Load()
		if uint64(upTo) <= old {
			return
		}
		if l.released.CompareAndSwap(old, uint64(upTo)) {
			break
		}
	}
	l.wal.mu.Lock()
	many := l.wal.bytes > 4*l.wal.maxBytes
	l.wal.mu.Unlock()
	if many {
		l.wantFlush()
	}
}

// pin keeps the files that have deltas in [from, to] from being used again. It also returns them as they are now.
func (w *wal) pin(from, to LSN) (files []*walFile, as []walFile) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, file := range w.files {
		if file.lastDelta >= from && file.lastDelta != 0 && file.first <= to {
			file.pins++
			files, as = append(files, file), append(as, *file)
		}
	}
	return files, as
}

func (w *wal) unpin(files []*walFile) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, file := range files {
		file.pins--
	}
}
