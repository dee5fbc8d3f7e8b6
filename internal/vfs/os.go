package vfs

import (
	"errors"
	"io"
	"os"
	"runtime"
	"sort"
	"sync"
)

// OS is the real file system.
var OS FS = osFS{}

type osFS struct{}

type osFile struct{ f *os.File }

func (osFS) Create(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	return &osFile{f}, nil
}

func (osFS) Open(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &osFile{f}, nil
}

func (osFS) Remove(name string) error     { return os.Remove(name) }
func (osFS) RemoveAll(dir string) error   { return os.RemoveAll(dir) }
func (osFS) Rename(from, to string) error { return os.Rename(from, to) }
func (osFS) MkdirAll(dir string) error    { return os.MkdirAll(dir, 0o755) }

func (osFS) List(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	sort.Strings(names)
	return names, err
}

func (osFS) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // NTFS keeps a journal of names, and has no way to ask for it
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// syncWorkers is how many syncs are under way at once: file systems commit the metadata of several together.
const syncWorkers = 8

// syncEach syncs files one by one, several at a time.
func syncEach(files []File) error {
	errs := make([]error, min(len(files), syncWorkers))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for j := i; j < len(files) && errs[i] == nil; j += len(errs) {
				errs[i] = files[j].DataSync()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (osFS) Lock(name string) (io.Closer, error) { return lockFile(name) }

func (f *osFile) ReadAt(b []byte, pos int64) (int, error)  { return f.f.ReadAt(b, pos) }
func (f *osFile) WriteAt(b []byte, pos int64) (int, error) { return f.f.WriteAt(b, pos) }
func (f *osFile) Close() error                             { return f.f.Close() }
func (f *osFile) Truncate(size int64) error                { return f.f.Truncate(size) }
func (f *osFile) Sync() error                              { return f.f.Sync() }

func (f *osFile) Size() (int64, error) {
	st, err := f.f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

func (f *osFile) WriteVec(bufs [][]byte, pos int64) error {
	switch len(bufs) {
	case 0:
		return nil
	case 1:
		_, err := f.f.WriteAt(bufs[0], pos)
		return err
	}
	return f.writeVec(bufs, pos)
}

func (f *osFile) Preallocate(size int64) error {
	old, err := f.Size()
	if err != nil || old >= size {
		return err
	}
	if err := f.reserve(old, size-old); err != nil {
		return err
	}
	zeros := make([]byte, min(size-old, 1<<20))
	for pos := old; pos < size; {
		n := min(size-pos, int64(len(zeros)))
		if _, err := f.f.WriteAt(zeros[:n], pos); err != nil {
			return err
		}
		pos += n
	}
	return nil
}

// writeEach is the vectored write of systems that have none.
func writeEach(f io.WriterAt, bufs [][]byte, pos int64) error {
	for _, b := range bufs {
		n, err := f.WriteAt(b, pos)
		if err != nil {
			return err
		}
		if n < len(b) {
			return io.ErrShortWrite
		}
		pos += int64(n)
	}
	return nil
}
