// Package vfs is the file-system seam: everything the log and its neighbours do to files goes through FS and File, so that
// a power cut, a failing disk or a full disk can be played in memory, in microseconds, at every single write.
//
// There are two implementations. OS is the real file system. Mem keeps everything in memory: it serves databases that need
// no disk, and, created with NewCrashMem, remembers for every file and directory what a power cut may take back.
//
// The rules are those of a careful reading of POSIX: bytes are durable after Sync or DataSync of their file returned nil; a
// directory entry (create, rename, remove) is durable after SyncDir of its directory returned nil; nothing else is durable.
package vfs

import (
	"errors"
	"io"
	"io/fs"
)

// Errors that callers decide on. ErrNotExist and ErrExist are those of io/fs.
var (
	// ErrLocked says that another process (or another opener in this one) holds the lock file.
	ErrLocked = errors.New("vfs: locked by another process")
	// ErrNotExist says that a file or directory is missing.
	ErrNotExist = fs.ErrNotExist
	// ErrExist says that a name is taken.
	ErrExist = fs.ErrExist
)

// FS opens, names and lists files. Names are slash-separated paths. All methods may be called concurrently.
type FS interface {
	// Create opens a new empty file for reading and writing, or empties the existing one. The caller closes it.
	Create(name string) (File, error)
	// Open opens an existing file for reading and writing. The caller closes it.
	Open(name string) (File, error)
	// Remove removes a file or an empty directory.
	Remove(name string) error
	// RemoveAll removes a directory and all it holds; a missing one is no error.
	RemoveAll(dir string) error
	// Rename gives a file another name, atomically replacing a file that has it.
	Rename(from, to string) error
	// MkdirAll makes a directory and its missing parents.
	MkdirAll(dir string) error
	// List returns the names in a directory, sorted.
	List(dir string) ([]string, error)
	// SyncFiles is DataSync of all the files, in no order and perhaps faster.
	SyncFiles(files []File) error
	// SyncDir makes the entries of a directory durable.
	SyncDir(dir string) error
	// Lock takes an exclusive lock under a file name and holds it until the Closer is closed or the process ends.
	Lock(name string) (io.Closer, error)
}

// File is an open file. ReadAt and WriteAt have the meaning of io.ReaderAt and io.WriterAt; all methods may be called
// concurrently, Close once.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// WriteVec writes the buffers one after the other starting at pos, as one vectored write where the system has one.
	WriteVec(bufs [][]byte, pos int64) error
	// Size returns the length in bytes.
	Size() (int64, error)
	// Truncate cuts or extends (with zeros) to a length in bytes.
	Truncate(size int64) error
	// Preallocate extends the file to size with zeros that are really written, so that a later overwrite needs no change
	// of metadata. A file that is long enough already is left alone.
	Preallocate(size int64) error
	// DataSync makes the bytes durable, and the metadata needed to read them back.
	DataSync() error
	// Sync makes bytes and all metadata durable.
	Sync() error
}
