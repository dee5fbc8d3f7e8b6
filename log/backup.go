package log

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/leatdb/leat/internal/vfs"
)

// Snapshot is what a directory must contain to open as the log was at one moment, with everything that was acknowledged
// then. It keeps the log from removing or reusing the files it needs, and holds up nothing else: the log goes on. The caller
// releases it.
type Snapshot struct {
	l          *Log
	checkpoint []byte
	segs       []pinnedSegment
	wal        []*walFile
	walHeads   []walFile // of wal, as they were
	end        LSN       // the last that belongs to it
}

// pinnedSegment is a segment up to a length that no longer changes.
type pinnedSegment struct {
	seg   *segment
	bytes int64
}

// Snapshot takes a snapshot: a flush, and after that the checkpoint, the segments it lists, and the WAL behind it. That no
// flush, no checkpoint and no compaction comes between these is what makes them fit together.
func (l *Log) Snapshot() (*Snapshot, error) {
	l.compactMu.Lock()
	defer l.compactMu.Unlock()
	l.flushMu.Lock()
	defer l.flushMu.Unlock()
	if err := l.flush(); err != nil {
		return nil, err
	}
	s := &Snapshot{l: l}
	s.pinSegments()
	if err := s.readCheckpoint(); err != nil {
		s.Release()
		return nil, fmt.Errorf("snapshot of the log: %w", err)
	}
	s.pinWAL()
	return s, nil
}

// pinSegments takes a reference to every segment there is. Retention may drop some before the checkpoint of the snapshot is
// written; a file too many is removed when the copy is opened.
func (s *Snapshot) pinSegments() {
	for _, p := range s.l.partitionsOf(func(*policy) bool { return true }) {
		p.mu.Lock()
		for _, seg := range p.segs {
			seg.refs.Add(1)
			s.segs = append(s.segs, pinnedSegment{seg, seg.bytes})
		}
		p.mu.Unlock()
	}
}

// readCheckpoint writes a checkpoint that lists nothing but pinned segments, and keeps it.
func (s *Snapshot) readCheckpoint() error {
	name := path.Join(s.l.dir, checkpointName)
	b, err := readFile(s.l.fs, name)
	if err != nil {
		return err
	}
	head := (&fieldReader{b: b[checkpointHeadBytes:]}).checkpointHead()
	if err := s.l.checkpoint(head.flushed); err != nil {
		return s.l.fail(fmt.Errorf("writing a checkpoint: %w", err))
	}
	s.checkpoint, err = readFile(s.l.fs, name)
	return err
}

func (s *Snapshot) pinWAL() {
	w := &s.l.wal
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, file := range w.files {
		file.pins++
		s.wal, s.walHeads = append(s.wal, file), append(s.walHeads, *file)
	}
	// What the checkpoint has seen is durable, too, but perhaps not acknowledged yet.
	head := (&fieldReader{b: s.checkpoint[checkpointHeadBytes:]}).checkpointHead()
	s.end = max(s.l.DurableLSN(), head.seen)
}

// Release gives the files back. It may be called more than once.
func (s *Snapshot) Release() {
	for _, p := range s.segs {
		p.seg.refs.Add(-1)
	}
	s.l.wal.unpin(s.wal)
	s.segs, s.wal, s.walHeads = nil, nil, nil
}

// Each calls fn with each file: its name below the directory of the log, with slashes, and its bytes, which are valid during
// the call only. An error of fn ends it and is returned.
func (s *Snapshot) Each(fn func(name string, content io.Reader) error) error {
	for i := range s.walHeads {
		if err := s.eachWAL(&s.walHeads[i], fn); err != nil {
			return err
		}
	}
	for _, p := range s.segs {
		if err := s.eachSegment(p, fn); err != nil {
			return err
		}
	}
	return fn(checkpointName, bytes.NewReader(s.checkpoint))
}

// eachWAL hands out a file of the WAL up to the end of the snapshot. What is before it does not change any more, while the
// writer goes on behind it.
func (s *Snapshot) eachWAL(file *walFile, fn func(name string, content io.Reader) error) error {
	scan, err := newWALScan(file.f, file.generation, s.l.wal.seed, walHeadBytes)
	if err != nil {
		return err
	}
	defer scan.close()
	name := s.l.wal.name(file.generation)
	for lsn, ok := file.first, file.first > 0; ok && lsn <= s.end; lsn++ {
		if _, _, ok, err = scan.next(lsn); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return fn(s.relative(name), io.NewSectionReader(file.f, 0, scan.pos))
}

func (s *Snapshot) eachSegment(p pinnedSegment, fn func(name string, content io.Reader) error) error {
	sf, err := s.l.segments.acquire(p.seg, p.bytes)
	if err != nil {
		return err
	}
	defer s.l.segments.release(sf)
	return fn(s.relative(sf.path), io.NewSectionReader(sf.f, 0, p.bytes))
}

func (s *Snapshot) relative(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, path.Clean(s.l.dir)), "/")
}

// PutSnapshotFile writes one file of a snapshot, durably, below the directory of a log that is not there yet.
func PutSnapshotFile(fs vfs.FS, dir, name string, content io.Reader) error {
	if path.IsAbs(name) || path.Clean(name) != name || strings.HasPrefix(name, "..") {
		return fmt.Errorf("%w: %q is no file of a log", ErrCorrupt, name)
	}
	to := path.Join(dir, name)
	if err := fs.MkdirAll(path.Dir(to)); err != nil {
		return err
	}
	f, err := fs.Create(to)
	if err != nil {
		return err
	}
	if _, err = io.Copy(io.NewOffsetWriter(f, 0), content); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	for d := path.Dir(to); err == nil; d = path.Dir(d) {
		if err = fs.SyncDir(d); d == path.Clean(dir) {
			break
		}
	}
	return err
}
