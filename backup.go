package leat

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/state"
)

// A backup is a zip file: the files of the log as of one moment below log/, what
// Badger had at that moment as state.badger, and at the end backup.txt, which says
// that nothing is missing. Zip checks every file by a checksum and can be
// listed by hand; it is written in one go and needs no room beside the target.
const (
	backupLog   = "log/"
	backupState = "state.badger"
	backupEnd   = "backup.txt"
)

// Backup writes all there is at one moment to w, as a zip file for Restore: what
// was acknowledged before the call is in it, and queries go on from it exactly
// once. The database goes on meanwhile; it only keeps the files that are copied.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	if db.closed.Load() {
		return ErrClosed
	}
	var files *log.Snapshot
	values, err := db.state.Snapshot(func() (err error) {
		files, err = db.log.Snapshot()
		return err
	})
	if err != nil {
		return fmt.Errorf("leat: backup: %w", err)
	}
	defer files.Release()
	defer values.Release()
	archive := zip.NewWriter(w)
	err = files.Each(func(name string, content io.Reader) error {
		return addFile(ctx, archive, backupLog+name, func(w io.Writer) error {
			_, err := io.Copy(w, content)
			return err
		})
	})
	if err == nil {
		err = addFile(ctx, archive, backupState, func(w io.Writer) error {
			_, err := values.WriteTo(w)
			return err
		})
	}
	if err == nil {
		err = addFile(ctx, archive, backupEnd, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "leat %s, %s: complete\n", Version, db.opts.now().UTC().Format("2006-01-02T15:04:05Z"))
			return err
		})
	}
	if err = errors.Join(err, archive.Close()); err != nil {
		return fmt.Errorf("leat: backup: %w", err)
	}
	return nil
}

// addFile adds one file to an archive, uncompressed: records often are compressed
// already, and copying must not take the cores from the queries.
func addFile(ctx context.Context, archive *zip.Writer, name string, write func(io.Writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err == nil {
		err = write(w)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Restore makes the directory of a database, which must be empty or missing, of a
// backup of size bytes. Either it is whole afterwards, or there is an error and
// the directory is as before.
func Restore(ctx context.Context, dir string, backup io.ReaderAt, size int64) error {
	if err := checkEmpty(dir); err != nil {
		return err
	}
	archive, err := zip.NewReader(backup, size)
	if err != nil {
		return fmt.Errorf("leat: restore: this is no backup, or not all of it: %w", err)
	}
	if _, err := fs.Stat(archive, backupEnd); err != nil {
		return fmt.Errorf("leat: restore: the backup is not complete: it has no %s", backupEnd)
	}
	for _, f := range archive.File {
		if err = errors.Join(ctx.Err(), err); err != nil {
			break
		}
		if err = restoreFile(dir, f); err != nil {
			err = fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if err != nil {
		return fmt.Errorf("leat: restore: %w", errors.Join(err, os.RemoveAll(filepath.Join(dir, "log")), os.RemoveAll(filepath.Join(dir, "state"))))
	}
	return nil
}

func checkEmpty(dir string) error {
	files, err := os.ReadDir(dir)
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("leat: restore: %w", err)
	case len(files) > 0:
		return fmt.Errorf("leat: restore: %s is not empty; restore into a new directory", dir)
	}
	return nil
}

func restoreFile(dir string, f *zip.File) (err error) {
	content, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	switch name, ofLog := strings.CutPrefix(f.Name, backupLog); {
	case ofLog:
		return log.PutSnapshotFile(vfs.OS, filepath.Join(dir, "log"), name, content)
	case f.Name == backupState:
		return state.Restore(filepath.Join(dir, "state"), content)
	}
	return nil
}
