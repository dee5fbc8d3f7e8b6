package log

import (
	"path"
)

// segmentWriter writes a segment that is not part of a partition yet.
type segmentWriter struct {
	l     *Log
	seg   *segment
	sf    *segmentFile
	path  string
	buf   []byte
	start int64 // of buf in the file
}

func newSegmentWriter(l *Log, seg *segment) (*segmentWriter, error) {
	w := &segmentWriter{l: l, seg: seg, path: seg.path(l.dir)}
	f, err := l.fs.Create(w.path)
	if err != nil {
		return nil, err
	}
	w.sf = &segmentFile{seg: seg, path: w.path, f: f}
	return w, nil
}

func (w *segmentWriter) append(b []byte) error {
	h, err := ParseBatchHeader(b)
	if err != nil {
		return err
	}
	w.sf.index.add(w.seg.base, &h)
	w.buf = append(w.buf, b...)
	w.seg.bytes += int64(len(b))
	w.seg.maxTime = max(w.seg.maxTime, h.MaxTime)
	if len(w.buf) < flushWriteBytes {
		return nil
	}
	return w.flush()
}

func (w *segmentWriter) flush() error {
	_, err := w.sf.f.WriteAt(w.buf, w.start)
	w.start += int64(len(w.buf))
	w.buf = w.buf[:0]
	return err
}

// finish makes the segment, its index and its name durable.
func (w *segmentWriter) finish() error {
	err := w.flush()
	if err == nil {
		err = w.sf.f.Sync()
	}
	if err == nil {
		err = w.sf.writeIndex(w.l.fs, 0, true)
	}
	if err != nil {
		return err
	}
	if err := w.sf.f.Close(); err != nil {
		return err
	}
	w.sf.f = nil
	w.l.stats.segmentBytes.Add(w.seg.bytes)
	return w.l.fs.SyncDir(path.Dir(w.path))
}

// abandon closes and removes what was written; the error that led to it is the one that counts.
func (w *segmentWriter) abandon() {
	w.sf.discard()
	w.remove()
}

func (w *segmentWriter) remove() error {
	return w.l.remove([]*segment{w.seg}, nil)
}
