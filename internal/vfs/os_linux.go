package vfs

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// maxIovec is IOV_MAX, the number of buffers one pwritev takes.
const maxIovec = 1024

func (f *osFile) writeVec(bufs [][]byte, pos int64) error {
	rc, err := f.f.SyscallConn()
	if err != nil {
		return err
	}
	rest := append(make([][]byte, 0, len(bufs)), bufs...)
	for len(rest) > 0 {
		n := 0
		var werr error
		err := rc.Write(func(fd uintptr) bool {
			n, werr = unix.Pwritev(int(fd), rest[:min(len(rest), maxIovec)], pos)
			return true
		})
		if err == nil {
			err = werr
		}
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return &os.PathError{Op: "pwritev", Path: f.f.Name(), Err: err}
		}
		if n == 0 {
			return &os.PathError{Op: "pwritev", Path: f.f.Name(), Err: io.ErrShortWrite}
		}
		pos += int64(n)
		rest = skipBytes(rest, n)
	}
	return nil
}

// skipBytes drops the first n bytes of a buffer list, and the empty buffers in front of what is left.
func skipBytes(bufs [][]byte, n int) [][]byte {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n -= len(bufs[0])
		bufs = bufs[1:]
	}
	if n > 0 {
		bufs[0] = bufs[0][n:]
	}
	return bufs
}

// manyFiles is from how many files on the whole file system is synced at once. It reports the write errors of all of them
// (since Linux 5.8), and costs about as much as a dozen single syncs.
const manyFiles = 64

func (osFS) SyncFiles(files []File) error {
	if len(files) < manyFiles {
		return syncEach(files)
	}
	f, ok := files[0].(*osFile)
	if !ok {
		return syncEach(files)
	}
	if err := unix.Syncfs(int(f.f.Fd())); err != nil {
		return &os.PathError{Op: "syncfs", Path: f.f.Name(), Err: err}
	}
	return nil
}

func (f *osFile) DataSync() error {
	for {
		err := unix.Fdatasync(int(f.f.Fd()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return &os.PathError{Op: "fdatasync", Path: f.f.Name(), Err: err}
		}
		return nil
	}
}

// reserve asks for the blocks first, so that a full disk is noticed before a byte is written and the file is laid out in
// one piece. File systems without fallocate just get the zeros.
func (f *osFile) reserve(pos, n int64) error {
	err := unix.Fallocate(int(f.f.Fd()), 0, pos, n)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINTR) {
		return nil
	}
	if err != nil {
		return &os.PathError{Op: "fallocate", Path: f.f.Name(), Err: err}
	}
	return nil
}

// lockGrace is how long Lock waits for a process that was killed a moment ago to be gone.
const lockGrace = 100 * time.Millisecond

func lockFile(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(lockGrace); ; time.Sleep(lockGrace / 20) {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(deadline) {
			break
		}
	}
	f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, &os.PathError{Op: "lock", Path: name, Err: ErrLocked}
	}
	return nil, &os.PathError{Op: "lock", Path: name, Err: err}
}
