package log

import (
	"errors"
	"fmt"
	"path"
	"slices"
)

// openWALFiles opens the files of the WAL, oldest first. Those that the checkpoint has left behind, and those that were just
// being made ready, are put aside to be used again.
func (l *Log) openWALFiles(head *checkpointHead) error {
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
		needed, err := l.openWALFile(file, head)
		if err != nil {
			return fmt.Errorf("WAL file %s: %w", name, err)
		}
		if needed {
			w.spare = w.spare[:len(w.spare)-1]
			w.files = append(w.files, file)
			w.bytes += file.capacity
		}
	}
	for i := range head.files {
		listed := &head.files[i]
		if !slices.ContainsFunc(w.files, func(f *walFile) bool { return f.generation == listed.generation }) {
			if err := l.damage(fmt.Errorf("%w: WAL file %s is missing", ErrCorrupt, w.name(listed.generation))); err != nil {
				return err
			}
		}
	}
	return nil
}

// openWALFile reads the head of a file and says whether its records are needed.
func (l *Log) openWALFile(file *walFile, head *checkpointHead) (needed bool, err error) {
	if file.capacity, err = file.f.Size(); err != nil {
		return false, err
	}
	listed := false
	for i := range head.files {
		if h := &head.files[i]; h.generation == file.generation {
			listed = true
			file.first, file.last, file.lastDelta = h.first, h.last, h.lastDelta
		} else if h.generation > file.generation && !listed && i == len(head.files)-1 {
			return false, nil // recycled, but not renamed yet
		}
	}
	h, err := readWALHead(file)
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return false, err
	}
	if err != nil || h.generation != file.generation {
		return false, l.checkUnused(file, listed)
	}
	if l.wal.store == [16]byte{} {
		l.wal.setStore(h.store) // the checkpoint is lost, and that is allowed
	}
	if h.store != l.wal.store {
		return false, fmt.Errorf("%w: it belongs to another data directory", ErrCorrupt)
	}
	file.resume = h.resume
	return true, nil
}

func readWALHead(file *walFile) (walHead, error) {
	if file.capacity < walHeadBytes {
		return walHead{}, ErrCorrupt
	}
	b := make([]byte, walHeadBytes)
	if err := readFull(file.f, b, 0); err != nil {
		return walHead{}, err
	}
	return parseWALHead(b)
}

// checkUnused makes sure that a file without a valid head of its generation has no records of it: the head is durable before
// the first record is written.
func (l *Log) checkUnused(file *walFile, listed bool) error {
	s, err := newWALScan(file.f, file.generation, l.wal.seed, walHeadBytes)
	if err != nil {
		return err
	}
	defer s.close()
	proof, err := s.evidence(walHeadBytes, 0)
	if err != nil {
		return err
	}
	if proof == 0 && !listed {
		return nil
	}
	return l.damage(fmt.Errorf("%w: its head is damaged, but it holds records up to LSN %d", ErrCorrupt, proof))
}

// lastGeneration is the highest generation any file has.
func (w *wal) lastGeneration() uint32 {
	var last uint32
	for _, file := range append(slices.Clip(w.files), w.spare...) {
		last = max(last, file.generation)
	}
	return last
}

// replayStart is the index of the first file that may have records behind the checkpoint. Those before it are kept for their
// deltas. The last one that the checkpoint lists was written on after it.
func (w *wal) replayStart(head *checkpointHead) int {
	current := uint32(0)
	if n := len(head.files); n > 0 {
		current = head.files[n-1].generation
	}
	for i, file := range w.files {
		if file.generation >= current || file.last > head.flushed {
			return i
		}
	}
	return len(w.files) - 1
}

// putAside takes the files from the n-th on out of use, and keeps as many files as make sense.
func (w *wal) putAside(n int) error {
	free := slices.Clone(w.files[n:])
	return w.recycle(free)
}
