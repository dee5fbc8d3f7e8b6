//go:build !linux

package vfs

import (
	"io"
	"os"
)

func (f *osFile) writeVec(bufs [][]byte, pos int64) error { return writeEach(f.f, bufs, pos) }
func (osFS) SyncFiles(files []File) error                 { return syncEach(files) }
func (f *osFile) DataSync() error                         { return f.f.Sync() }
func (f *osFile) reserve(_, _ int64) error                { return nil }

// exclusiveFile is the lock of systems where we use no flock: a file that must not exist. After a kill it has to be removed
// by hand, which the error says.
type exclusiveFile struct {
	f    *os.File
	name string
}

func lockFile(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsExist(err) {
		return nil, &os.PathError{Op: "lock (remove the file if no process uses it)", Path: name, Err: ErrLocked}
	}
	if err != nil {
		return nil, err
	}
	return &exclusiveFile{f, name}, nil
}

func (e *exclusiveFile) Close() error {
	err := e.f.Close()
	if rerr := os.Remove(e.name); err == nil {
		err = rerr
	}
	return err
}
