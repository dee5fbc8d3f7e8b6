package log

import (
	"container/list"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/leatdb/leat/internal/vfs"
)

// segmentFiles is the open segment files with their indexes: those in use, and the most recently used others. Everything
// else is closed, so that the number of partitions costs neither descriptors nor memory.
type segmentFiles struct {
	fs   vfs.FS
	root string

	mu   sync.Mutex
	used *list.List // of *segmentFile, most recently used first
}

// maxOpenSegments is how many files stay open when nobody uses them.
const maxOpenSegments = 256

// segmentFile is an open segment.
type segmentFile struct {
	seg  *segment
	path string

	// Guarded by segmentFiles.mu.
	pins int
	elem *list.Element // nil once it is taken out of the cache; the last unpin then closes it

	mu     sync.Mutex // guards the rest
	f      vfs.File   // set by load
	err    error      // of load
	loaded bool
	index  segmentIndex
}

func newSegmentFiles(fs vfs.FS, root string) *segmentFiles {
	return &segmentFiles{fs: fs, root: root, used: list.New()}
}

// acquire opens a segment of that many bytes, or finds it open. The caller holds a reference to the segment and releases the
// file.
func (c *segmentFiles) acquire(s *segment, bytes int64) (*segmentFile, error) {
	c.mu.Lock()
	sf := s.file
	if sf == nil {
		sf = &segmentFile{seg: s, path: s.path(c.root)}
		s.file, sf.elem = sf, c.used.PushFront(sf)
	} else {
		c.used.MoveToFront(sf.elem)
	}
	sf.pins++
	c.mu.Unlock()
	if err := sf.load(c.fs, bytes); err != nil {
		c.forget(s)
		c.release(sf)
		return nil, fmt.Errorf("segment %s: %w", sf.path, err)
	}
	return sf, nil
}

// release gives a file back and closes what is too many.
func (c *segmentFiles) release(sf *segmentFile) {
	c.mu.Lock()
	sf.pins--
	var surplus []*segmentFile
	if sf.elem == nil && sf.pins == 0 {
		surplus = append(surplus, sf)
	}
	for e := c.used.Back(); e != nil && c.used.Len() > maxOpenSegments; {
		old := e.Value.(*segmentFile)
		e = e.Prev()
		if old.pins == 0 {
			c.takeOut(old, &surplus)
		}
	}
	c.mu.Unlock()
	for _, old := range surplus {
		old.close(c.fs)
	}
}

// takeOut removes a file from the cache; the caller holds mu and closes what is added to idle.
func (c *segmentFiles) takeOut(sf *segmentFile, idle *[]*segmentFile) {
	if sf.elem == nil {
		return
	}
	c.used.Remove(sf.elem)
	sf.elem, sf.seg.file = nil, nil
	if sf.pins == 0 {
		*idle = append(*idle, sf)
	}
}

// forget closes a segment, at the latest when its last user is done.
func (c *segmentFiles) forget(s *segment) {
	var idle []*segmentFile
	c.mu.Lock()
	if s.file != nil {
		c.takeOut(s.file, &idle)
	}
	c.mu.Unlock()
	for _, sf := range idle {
		sf.discard()
	}
}

// close closes all files.
func (c *segmentFiles) close() error {
	var idle []*segmentFile
	c.mu.Lock()
	for e := c.used.Front(); e != nil; e = c.used.Front() {
		c.takeOut(e.Value.(*segmentFile), &idle)
	}
	c.mu.Unlock()
	var first error
	for _, sf := range idle {
		if err := sf.close(c.fs); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// load opens the file and gets its index, once.
func (sf *segmentFile) load(fs vfs.FS, bytes int64) error {
	sf.mu.Lock()
	defer sf.mu.Unlock()
	if !sf.loaded {
		sf.loaded = true
		sf.err = sf.open(fs, bytes)
	}
	if sf.err == nil && sf.index.bytes < bytes {
		sf.err = sf.index.extend(sf.f, sf.seg.base, bytes)
	}
	return sf.err
}

func (sf *segmentFile) open(fs vfs.FS, bytes int64) error {
	var err error
	if sf.f, err = fs.Open(sf.path); err != nil {
		if errors.Is(err, vfs.ErrNotExist) {
			err = fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		return err
	}
	if b, err := readFile(fs, indexPath(sf.path)); err == nil {
		if x, ok := decodeIndex(b, sf.seg.base, sf.seg.stamp); ok {
			sf.index = x
		}
	}
	return nil
}

// writeIndex writes the index file if there are at least that many new entries.
func (sf *segmentFile) writeIndex(fs vfs.FS, fresh int, sync bool) error {
	sf.mu.Lock()
	defer sf.mu.Unlock()
	if sf.index.fresh < fresh {
		return nil
	}
	f, err := fs.Create(indexPath(sf.path))
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(sf.index.encode(sf.seg.base, sf.seg.stamp), 0); err == nil && sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		sf.index.fresh = 0
	}
	return err
}

// close writes the index and closes the file. The index is an aid: failing to write it is no failure of the log.
func (sf *segmentFile) close(fs vfs.FS) error {
	if sf.f == nil {
		return nil
	}
	sf.writeIndex(fs, indexWorth, false)
	return sf.f.Close()
}

// discard closes a file that is about to be removed.
func (sf *segmentFile) discard() {
	if sf.f != nil {
		sf.f.Close()
	}
}

// readFile reads a whole file.
func readFile(fs vfs.FS, name string) ([]byte, error) {
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	b := make([]byte, size)
	if err == nil {
		_, err = f.ReadAt(b, 0)
		if err == io.EOF {
			err = nil
		}
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return b, err
}
