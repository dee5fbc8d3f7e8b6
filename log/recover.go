package log

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"path"
)

// recover brings the log to where the last process left it: it takes the lock, loads the checkpoint, opens the WAL files,
// replays what the checkpoint does not include, finds the end, and gets a file ready to go on in. How long that takes depends
// on the WAL behind the checkpoint, not on the data.
func (l *Log) recover() error {
	walDir := path.Join(l.dir, "wal")
	if err := l.fs.MkdirAll(walDir); err != nil {
		return err
	}
	var err error
	if l.lock, err = l.fs.Lock(path.Join(l.dir, "LOCK")); err != nil {
		return fmt.Errorf("data directory %s: %w", l.dir, err)
	}
	if err := l.syncPath(); err != nil {
		return err
	}
	l.wal = wal{fs: l.fs, dir: walDir, maxBytes: l.opts.WALFileBytes}
	l.reach = &reach{producers: map[*partition]int64{}, txns: map[*partition]int64{}, now: l.opts.Now().UnixMilli()}
	head, err := l.loadCheckpoint()
	if err != nil {
		return err
	}
	if err := l.identify(&head); err != nil {
		return err
	}
	if err := l.openWALFiles(&head); err != nil {
		return err
	}
	l.lastLSN = head.flushed
	if len(l.wal.files) == 0 {
		l.finishTxns()
		return l.startFresh(&head)
	}
	r := replay{l: l, head: &head, start: l.wal.replayStart(&head)}
	if err := r.run(); err != nil {
		return err
	}
	l.finishTxns()
	if err := l.beginEpoch(r.closed); err != nil {
		return err
	}
	l.finishedLSN, l.finishedBytes = l.lastLSN, l.sequencedBytes
	l.durable.Store(uint64(l.lastLSN))
	l.seen.Store(uint64(l.lastLSN))
	if r.closed {
		return nil
	}
	l.restamp()
	return l.removeOrphans()
}

// beginEpoch raises the leader epoch behind an end that was not a clean close, durably, before anybody can learn of it. Where
// readers see what is not durable yet, the life that begins has to leave a trace in any case: all it writes may be lost.
func (l *Log) beginEpoch(closed bool) error {
	if closed && l.opts.Ack.mode == ackFsync {
		return nil
	}
	if !closed {
		l.epoch++
	}
	return l.writeMark(entryEpoch, uint64(l.epoch))
}

// syncPath makes the directory durable, and every directory that leads to it: any of them may be new, made by this process or
// by one that was killed before it came here. One that may not be read was made by somebody else.
func (l *Log) syncPath() error {
	for dir := path.Clean(l.dir); ; dir = path.Dir(dir) {
		err := l.fs.SyncDir(dir)
		if err != nil && (dir == path.Clean(l.dir) || !errors.Is(err, fs.ErrPermission)) {
			return err
		}
		if dir == path.Dir(dir) || err != nil {
			return nil
		}
	}
}

// identify gives a new log its id, in an empty checkpoint that is durable before there is anything else: without the id no
// record of the WAL can be told from noise.
func (l *Log) identify(head *checkpointHead) error {
	if head.store != [16]byte{} {
		l.wal.setStore(head.store)
		return nil
	}
	names, err := l.fs.List(l.wal.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, ok := parseWALName(name); ok {
			return l.damage(fmt.Errorf("%w: the checkpoint is missing, but there is a WAL file %s", ErrCorrupt, l.wal.dir+"/"+name))
		}
	}
	rand.Read(head.store[:])
	l.wal.setStore(head.store)
	body := l.encodeState(head)
	return l.writeCheckpoint(append(head.encode(), body...))
}

// startFresh makes the first WAL file, or one in the place of all if all are lost.
func (l *Log) startFresh(head *checkpointHead) error {
	next := l.wal.lastGeneration() + 1
	if head.seen == 0 {
		return l.goOn(next, 0)
	}
	return l.goOn(max(next, head.files[len(head.files)-1].generation+1), head.seen+1)
}

// restamp makes the index files of segments that were appended to when the process ended invalid.
func (l *Log) restamp() {
	for _, t := range l.topics {
		for _, p := range t.parts {
			if s := p.active(); s != nil {
				s.stamp = mathrand.Uint32()
			}
		}
	}
}

// replay is the replaying of the WAL at Open.
type replay struct {
	l     *Log
	head  *checkpointHead
	start int // index of the first file to read

	// The end so far: file and position in it behind the last record.
	file   int
	pos    int64
	closed bool // the last record says that the log was closed after it
}

func (r *replay) run() error {
	files := r.l.wal.files
	r.file, r.pos = r.start, walHeadBytes
	for i := r.start; i < len(files); i++ {
		s, err := newWALScan(files[i].f, files[i].generation, r.l.wal.seed, walHeadBytes)
		if err != nil {
			return err
		}
		defer s.close()
		if err := r.enter(files[i], s, i == r.start); err != nil {
			return err
		}
		if err := r.records(files[i], s); err != nil {
			return err
		}
		if files[i].first != 0 {
			r.file, r.pos = i, s.pos
		}
	}
	return r.finish()
}

// enter prepares the reading of a file: the first one may begin with records that the checkpoint includes, and the one
// behind a damage that was cut away begins with an LSN of its own.
func (r *replay) enter(file *walFile, s *walScan, first bool) error {
	listed := file.first
	file.first, file.last, file.lastDelta = 0, 0, 0
	h, _, ok, err := s.record(walHeadBytes)
	if err != nil {
		return err
	}
	switch {
	case ok && file.resume != 0 && h.lsn == file.resume, ok && first && h.lsn <= r.head.flushed+1:
		r.l.lastLSN = h.lsn - 1
	case first && listed != 0 && listed <= r.head.flushed:
		return r.l.damage(fmt.Errorf("%w: the first WAL record in %s is damaged", ErrCorrupt, r.l.wal.name(file.generation)))
	}
	return nil
}

// records applies the records of a file up to the first that does not fit.
func (r *replay) records(file *walFile, s *walScan) error {
	for {
		h, payload, ok, err := s.next(r.l.lastLSN + 1)
		if err != nil || !ok {
			return err
		}
		if file.first == 0 {
			file.first = h.lsn
		}
		file.last = h.lsn
		r.l.lastLSN = h.lsn
		kinds, err := r.l.replayRecord(h.lsn, payload, r.head)
		if err != nil {
			return fmt.Errorf("%w: WAL record %d in %s: %w", ErrCorrupt, h.lsn, r.l.wal.name(file.generation), err)
		}
		if kinds&(1<<entryDelta) != 0 {
			file.lastDelta = h.lsn
		}
		r.closed = kinds&(1<<entryClose) != 0
	}
}

// finish makes sure that the end is an end, makes what was replayed durable (it may have been read from the page cache of a
// killed process), and gets the file to go on in. That is a new one, so that remains of a torn write are never taken for
// what will be written; only behind a closing record there are none.
func (r *replay) finish() error {
	l, w := r.l, &r.l.wal
	proof, err := r.proof()
	if err != nil {
		return err
	}
	if proof > l.lastLSN {
		if err := l.damage(fmt.Errorf("%w: WAL record %d in %s at byte %d is damaged, there were later ones up to %d",
			ErrCorrupt, l.lastLSN+1, w.name(w.files[r.file].generation), r.pos, proof)); err != nil {
			return err
		}
	}
	for _, file := range w.files[r.start : r.file+1] {
		if err := file.f.DataSync(); err != nil {
			return err
		}
	}
	next := w.lastGeneration() + 1
	if err := w.putAside(r.file + 1); err != nil {
		return err
	}
	w.cur, w.written, w.synced = w.files[r.file], l.lastLSN, l.lastLSN
	if r.closed {
		if reusable, err := r.reusable(); err != nil || reusable {
			w.pos = r.pos
			return err
		}
	}
	if proof <= l.lastLSN {
		return l.goOn(next, 0)
	}
	r.closed = false
	return l.goOn(next, proof+1)
}

// maxReuseScan bounds the search for old records behind a closing one.
const maxReuseScan = 4 << 20

// reusable says that the current file can be written on: there is room, and nothing in it could be taken for what will be
// written.
func (r *replay) reusable() (bool, error) {
	file := r.l.wal.cur
	rest := file.capacity - r.pos
	if rest < walHeadBytes || rest > maxReuseScan {
		return false, nil
	}
	s, err := newWALScan(file.f, file.generation, r.l.wal.seed, r.pos)
	if err != nil {
		return false, err
	}
	defer s.close()
	stale, err := s.evidence(r.pos, 0)
	return stale == 0, err
}

// proof returns the highest LSN that is known to have been durable behind the end, or 0.
func (r *replay) proof() (LSN, error) {
	l := r.l
	if r.closed && l.lastLSN >= r.head.seen {
		return 0, nil
	}
	highest := r.head.seen
	for i, file := range l.wal.files[r.file:] {
		from := int64(walHeadBytes)
		if i == 0 {
			from = r.pos
		}
		s, err := newWALScan(file.f, file.generation, l.wal.seed, from)
		if err != nil {
			return 0, err
		}
		defer s.close()
		proof, err := s.evidence(from, l.lastLSN+1)
		if err != nil {
			return 0, err
		}
		highest = max(highest, proof)
	}
	return highest, nil
}

// damage reports that the WAL has to be cut: as an error, or, with AllowCorruption, as a warning.
func (l *Log) damage(err error) error {
	if !l.opts.AllowCorruption {
		return fmt.Errorf("%w; opening with AllowCorruption cuts the log there and loses what comes after", err)
	}
	l.opts.Logger.Warn("cutting a damaged commit log", "dir", l.dir, "err", err)
	return nil
}

// goOn starts a WAL file of a generation. Behind a damage its records begin with the LSN resume, higher than any that was
// given away, and the first of them is written at once, so that the damage stays cut.
func (l *Log) goOn(generation uint32, resume LSN) error {
	w := &l.wal
	file, err := w.prepare(generation, min(firstWALBytes, w.maxBytes), resume)
	if err != nil {
		return err
	}
	w.use(file)
	if resume == 0 {
		return nil
	}
	l.lastLSN = resume - 1
	w.written, w.synced = l.lastLSN, l.lastLSN
	return l.writeMark(entryClose)
}
