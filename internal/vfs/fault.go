package vfs

import (
	"sync/atomic"
	"syscall"
)

// OpKind names a change of a file system.
type OpKind uint8

// The kinds of changes a hook sees.
const (
	OpCreate OpKind = iota
	OpRemove
	OpRename
	OpMkdir
	OpWrite
	OpTruncate
	OpPreallocate
	OpSync
	OpSyncDir
)

// Op is a change that is about to happen: of a file or directory by name, of Len bytes at Pos where it has these.
type Op struct {
	Kind OpKind
	Name string
	Pos  int64
	Len  int
}

// ShortWrite, returned by a hook for an OpWrite, lets the first N bytes through and fails with Err.
type ShortWrite struct {
	N   int
	Err error
}

func (s *ShortWrite) Error() string { return s.Err.Error() }
func (s *ShortWrite) Unwrap() error { return s.Err }

// SetHook makes every change first call the hook, which may look (Crash and Kill are allowed in it), wait, or make the
// change fail by returning an error. A failed sync loses what it was to make durable, as on a real kernel. nil removes it.
func (m *Mem) SetHook(hook func(Op) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hook = hook
}

// FailNth is a hook that makes the n-th (from 1) operation of a kind fail with err, and no other.
func FailNth(kind OpKind, n int64, err error) func(Op) error {
	var seen atomic.Int64
	return func(op Op) error {
		if op.Kind == kind && seen.Add(1) == n {
			return err
		}
		return nil
	}
}

// DiskFull is a hook that lets n more bytes be written or preallocated and then fails with ENOSPC.
func DiskFull(n int64) func(Op) error {
	var left atomic.Int64
	left.Store(n)
	return func(op Op) error {
		if op.Kind != OpWrite && op.Kind != OpPreallocate {
			return nil
		}
		rest := left.Add(-int64(op.Len))
		if rest >= 0 {
			return nil
		}
		return &ShortWrite{N: max(0, int(rest)+op.Len), Err: syscall.ENOSPC}
	}
}
