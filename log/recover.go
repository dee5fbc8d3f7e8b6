package log

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"slices"
)

// recover brings the log to where the last process left it: it takes the lock, opens the WAL files, replays what they hold,
// finds the end, and gets a file ready to go on in.
func (l *Log) recover() error {
	if err := l.fs.MkdirAll(path.Join(l.dir, "wal")); err != nil {
		return err
	}
	var err error
	if l.lock, err = l.fs.Lock(path.Join(l.dir, "LOCK")); err != nil {
		return fmt.Errorf("data directory %s: %w", l.dir, err)
	}
	for _, dir := range []string{l.dir, path.Dir(path.Clean(l.dir))} {
		if err := l.fs.SyncDir(dir); err != nil {
			return err
		}
	}
	l.wal = wal{fs: l.fs, dir: path.Join(l.dir, "wal"), maxBytes: l.opts.WALFileBytes}
	if err := l.openWALFiles(); err != nil {
		return err
	}
	if len(l.wal.files) == 0 {
		return l.startFresh()
	}
	return l.replayWAL()
}

func (l *Log) startFresh() error {
	if l.wal.store == [16]byte{} {
		var id [16]byte
		rand.Read(id[:])
		l.wal.setStore(id)
	}
	file, err := l.wal.prepare(l.wal.lastGeneration()+1, min(firstWALBytes, l.wal.maxBytes), 0)
	if err != nil {
		return err
	}
	l.wal.use(file)
	return nil
}

// openWALFiles opens the files that have a valid head, oldest first. Those that have none must be empty: files that were
// being made ready. They are used again.
func (l *Log) openWALFiles() error {
	w := &l.wal
	names, err := w.fs.List(w.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		generation, ok := parseWALName(name)
		if !ok {
			continue
		}
		f, err := w.fs.Open(path.Join(w.dir, name))
		if err != nil {
			return err
		}
		file := &walFile{generation: generation, f: f}
		w.spare = append(w.spare, file) // until it proves to be more, so that it is closed in any case
		if file.capacity, err = f.Size(); err != nil {
			return err
		}
		head, err := readWALHead(file)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		if err == nil && head.generation == generation {
			if w.store == [16]byte{} {
				w.setStore(head.store)
			}
			if head.store != w.store {
				return fmt.Errorf("%w: %s is of another data directory", ErrCorrupt, name)
			}
			file.resume = head.resume
			w.files = append(w.files, file)
			w.bytes += file.capacity
			w.spare = w.spare[:len(w.spare)-1]
			continue
		}
		if err := l.checkUnused(file); err != nil {
			return err
		}
	}
	return nil
}

func readWALHead(file *walFile) (walHead, error) {
	b := make([]byte, walHeadBytes)
	if n, err := file.f.ReadAt(b, 0); n < len(b) && file.capacity >= walHeadBytes {
		return walHead{}, err
	}
	return parseWALHead(b)
}

// checkUnused makes sure that a file without a valid head of its generation has no record of it.
func (l *Log) checkUnused(file *walFile) error {
	s, err := newWALScan(file.f, file.generation, l.wal.seed, walHeadBytes)
	if err != nil {
		return err
	}
	proof, err := s.evidence(walHeadBytes, 0)
	if err != nil || proof == 0 {
		return err
	}
	err = fmt.Errorf("%w: the head of WAL file %s is damaged, but it holds records up to LSN %d", ErrCorrupt, l.wal.name(file.generation), proof)
	if l.opts.AllowCorruption {
		l.opts.Logger.Warn("cutting a damaged log", "err", err)
		return nil
	}
	return err
}

// lastGeneration is the highest generation any file has.
func (w *wal) lastGeneration() uint32 {
	var last uint32
	for _, file := range append(slices.Clip(w.files), w.spare...) {
		last = max(last, file.generation)
	}
	return last
}

// replayWAL applies all records in order, and goes on behind the last.
func (l *Log) replayWAL() error {
	w := &l.wal
	end := walEnd{file: -1}
	for i, file := range w.files {
		pos := int64(walHeadBytes)
		s, err := newWALScan(file.f, file.generation, w.seed, pos)
		if err != nil {
			return err
		}
		if file.resume != 0 {
			if h, _, ok, err := s.record(pos); err != nil {
				return err
			} else if ok && h.lsn == file.resume {
				l.lastLSN = file.resume - 1
			}
		}
		if err := l.replayFile(file, s, &end); err != nil {
			return err
		}
		if i == 0 || file.first != 0 {
			end.file, end.pos = i, s.pos
		}
	}
	return l.finishReplay(&end)
}

// walEnd is where the log ends: in which file and where in it.
type walEnd struct {
	file   int
	pos    int64
	closed bool // the last record says that the log was closed after it
}

func (l *Log) replayFile(file *walFile, s *walScan, end *walEnd) error {
	for {
		h, payload, ok, err := s.next(l.lastLSN + 1)
		if err != nil || !ok {
			return err
		}
		if file.first == 0 {
			file.first = h.lsn
		}
		file.last = h.lsn
		l.lastLSN = h.lsn
		kinds, err := l.replayRecord(h.lsn, payload)
		if err != nil {
			return fmt.Errorf("%w: WAL record %d in %s: %w", ErrCorrupt, h.lsn, l.wal.name(file.generation), err)
		}
		if kinds&(1<<entryDelta) != 0 {
			file.lastDelta = h.lsn
		}
		end.closed = kinds&(1<<entryClose) != 0
	}
}

// finishReplay makes sure that the end is an end, makes what was replayed durable (it may have been read from the page cache
// of a killed process), and gets the file to go on in. That is a new one, so that remains of a torn write are never taken
// for what will be written; only behind a closing record there are none.
func (l *Log) finishReplay(end *walEnd) error {
	w := &l.wal
	lost := l.lastLSN + 1
	var proof LSN
	if !end.closed {
		var err error
		if proof, err = l.findEvidence(end, lost); err != nil {
			return err
		}
	}
	if proof != 0 {
		err := fmt.Errorf("%w: WAL record %d in %s at byte %d is damaged, later ones up to %d are not",
			ErrCorrupt, lost, w.name(w.files[end.file].generation), end.pos, proof)
		if !l.opts.AllowCorruption {
			return fmt.Errorf("%w; opening with AllowCorruption cuts the log there and loses what comes after", err)
		}
		l.opts.Logger.Warn("cutting a damaged log", "err", err)
	}
	for _, file := range w.files[:end.file+1] {
		if err := file.f.DataSync(); err != nil {
			return err
		}
	}
	w.spare = append(w.spare, w.files[end.file+1:]...)
	next := w.lastGeneration() + 1
	w.files = w.files[:end.file+1]
	w.written, w.synced = l.lastLSN, l.lastLSN
	l.durable.Store(uint64(l.lastLSN))
	if end.closed && end.pos+walHeadBytes <= w.current().capacity {
		w.pos = end.pos
		return nil
	}
	var resume LSN
	if proof != 0 {
		resume = proof + 1
	}
	file, err := w.prepare(next, min(max(firstWALBytes, w.current().capacity), w.maxBytes), resume)
	if err != nil {
		return err
	}
	w.use(file)
	if resume == 0 {
		return nil
	}
	l.lastLSN = resume - 1
	w.written, w.synced = l.lastLSN, l.lastLSN
	if err := l.writeMark(entryClose); err != nil {
		return err
	}
	l.durable.Store(uint64(l.lastLSN))
	return nil
}

// findEvidence looks behind the end for a proof that record lost was durable.
func (l *Log) findEvidence(end *walEnd, lost LSN) (LSN, error) {
	var highest LSN
	for i, file := range l.wal.files[end.file:] {
		from := int64(walHeadBytes)
		if i == 0 {
			from = end.pos
		}
		s, err := newWALScan(file.f, file.generation, l.wal.seed, from)
		if err != nil {
			return 0, err
		}
		proof, err := s.evidence(from, lost)
		if err != nil {
			return 0, err
		}
		highest = max(highest, proof)
	}
	return highest, nil
}
