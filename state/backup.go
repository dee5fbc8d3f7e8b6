package state

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Snapshot is what Badger has at one moment. The database goes on; what the
// snapshot sees stays on disk until Release.
type Snapshot struct{ s snapshot }

// Snapshot takes a snapshot. While it is taken, nothing is flushed, and so no
// delta is released: what with keeps of the journal is all that a database needs
// that is restored from both.
func (db *DB) Snapshot(with func() error) (*Snapshot, error) {
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	s := &Snapshot{db.disk.snapshot()}
	if err := with(); err != nil {
		s.Release()
		return nil, err
	}
	return s, nil
}

// WriteTo writes the snapshot in the format of Badger's backups.
func (s *Snapshot) WriteTo(w io.Writer) (int64, error) {
	counted := &countingWriter{w: w}
	stream := s.s.d.b.NewStreamAt(max(1, s.s.version)) // There is no version 0.
	stream.LogPrefix = "backup"
	if _, err := stream.Backup(counted, 0); err != nil {
		return counted.n, fmt.Errorf("state: backup: %w", err)
	}
	return counted.n, nil
}

// Release gives the snapshot up.
func (s *Snapshot) Release() { s.s.close() }

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// restorePending bounds the writes on their way while a snapshot is restored.
const restorePending = 64

// Restore makes the files of a database of what WriteTo wrote. dir must be empty
// or missing.
func Restore(dir string, r io.Reader) error {
	if files, err := os.ReadDir(dir); err == nil && len(files) > 0 {
		return fmt.Errorf("state: restore: %s is not empty", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("state: restore: %w", err)
	}
	d, err := openDisk(dir, Options{}.withDefaults())
	if err != nil {
		return err
	}
	if err = d.b.Load(r, restorePending); err != nil {
		err = fmt.Errorf("state: restore: %w", err)
	} else {
		err = d.sync()
	}
	return errors.Join(err, d.close())
}
