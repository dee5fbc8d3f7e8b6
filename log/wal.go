package log

import (
	"fmt"
	"hash/crc32"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/leatdb/leat/internal/vfs"
)

// wal is the files of the write-ahead log. One is written at a time, by the writer goroutine; the next is made ready beside
// it; those behind the checkpoint become the next ones.
type wal struct {
	fs       vfs.FS
	dir      string
	store    [16]byte
	seed     uint32 // of record checksums, from store
	maxBytes int64  // of a file

	// Owned by the writer goroutine.
	cur     *walFile
	pos     int64 // where the next record goes in the current file
	written LSN
	synced  LSN
	next    chan prepared // not nil while the next file is being made ready

	mu    sync.Mutex
	files []*walFile // oldest first, the last is cur
	spare []*walFile // recycled, to be written again
	bytes int64      // of all of them
}

// walFile is one file. Its fields change only while it is the current one.
type walFile struct {
	generation uint32
	f          vfs.File
	capacity   int64
	first      LSN // of its first record, 0 if it has none
	last       LSN // of its last record
	lastDelta  LSN // of its last record with a delta, 0 if it has none
	pins       int // readers of deltas; guarded by wal.mu
	resume     LSN // see walHead
}

type prepared struct {
	file *walFile
	err  error
}

// firstWALBytes is the size of the first file of a log; each next one is twice as large, up to Options.WALFileBytes. A small
// database so never writes 64 MiB of zeros.
const firstWALBytes = 1 << 20

// spareWALFiles is how many files wait to be used again; more are removed.
const spareWALFiles = 2

func (w *wal) name(generation uint32) string {
	return path.Join(w.dir, fmt.Sprintf("%010d.wal", generation))
}

// parseWALName returns the generation in a file name, or false for other files.
func parseWALName(name string) (uint32, bool) {
	digits, ok := strings.CutSuffix(name, ".wal")
	if !ok || len(digits) != 10 {
		return 0, false
	}
	g, err := strconv.ParseUint(digits, 10, 32)
	return uint32(g), err == nil
}

func (w *wal) setStore(id [16]byte) {
	w.store, w.seed = id, crc32.Checksum(id[:], castagnoli)
}

// prepare makes the file of a generation ready: zeroed or recycled, its head durable, its name durable.
func (w *wal) prepare(generation uint32, size int64, resume LSN) (*walFile, error) {
	file := w.takeSpare()
	name := w.name(generation)
	var err error
	if file == nil {
		file = &walFile{}
		file.f, err = w.fs.Create(name)
	} else {
		err = w.rename(file, name)
	}
	if err != nil {
		return nil, err
	}
	file.generation, file.capacity = generation, max(size, min(file.capacity, w.maxBytes))
	head := walHead{generation: generation, store: w.store, resume: resume}
	if err := w.format(file, &head); err != nil {
		file.f.Close()
		return nil, err
	}
	return file, nil
}

// rename gives a recycled file the name of its next life, durably before its head is overwritten: under the old name it would
// be a file that has records and a head that does not fit.
func (w *wal) rename(file *walFile, name string) error {
	err := w.fs.Rename(w.name(file.generation), name)
	if err == nil {
		err = w.fs.SyncDir(w.dir)
	}
	if err != nil {
		file.f.Close()
	}
	return err
}

func (w *wal) format(file *walFile, head *walHead) error {
	if err := file.f.Preallocate(file.capacity); err != nil {
		return err
	}
	if _, err := file.f.WriteAt(head.encode(), 0); err != nil {
		return err
	}
	if err := file.f.Sync(); err != nil {
		return err
	}
	return w.fs.SyncDir(w.dir)
}

func (w *wal) takeSpare() *walFile {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.spare)
	if n == 0 {
		return nil
	}
	file := w.spare[n-1]
	w.spare = w.spare[:n-1]
	return &walFile{f: file.f, generation: file.generation, capacity: file.capacity}
}

// startNext begins to make the next file ready, in a goroutine that roll or close waits for.
func (w *wal) startNext() {
	generation, size := w.cur.generation+1, min(w.cur.capacity*2, w.maxBytes)
	w.next = make(chan prepared, 1)
	go func(next chan prepared) {
		file, err := w.prepare(generation, size, 0)
		next <- prepared{file, err}
	}(w.next)
}

// roll goes on to the next file.
func (w *wal) roll() error {
	if w.next == nil {
		w.startNext()
	}
	ready := <-w.next
	w.next = nil
	if ready.err != nil {
		return fmt.Errorf("next WAL file: %w", ready.err)
	}
	w.use(ready.file)
	return nil
}

// use makes a file the current one.
func (w *wal) use(file *walFile) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files = append(w.files, file)
	w.bytes += file.capacity
	w.cur, w.pos = file, walHeadBytes
}

// close closes all files and returns the first error.
func (w *wal) close() error {
	if w.next != nil {
		if ready := <-w.next; ready.file != nil {
			w.spare = append(w.spare, ready.file)
		}
		w.next = nil
	}
	var first error
	for _, file := range append(w.files, w.spare...) {
		if err := file.f.Close(); err != nil && first == nil {
			first = err
		}
	}
	w.files, w.spare = nil, nil
	return first
}
