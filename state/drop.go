package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Drop deletes all stores whose name begins with prefix, durably. They must be
// closed, and every group with a delta of theirs must be settled. The space is
// freed in the background.
func (db *DB) Drop(prefix string) error {
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	db.mu.Lock()
	var cores []*core
	for name, c := range db.cores {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		if c.open {
			db.mu.Unlock()
			return fmt.Errorf("%w: %s", ErrInUse, name)
		}
		cores = append(cores, c)
	}
	lsn, err := db.maxLSN, db.failed
	db.mu.Unlock()
	if err != nil {
		return err
	}
	if err := db.unregister(prefix, lsn, cores); err != nil {
		return db.fail(fmt.Errorf("state: drop %s: %w", prefix, err))
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, c := range cores {
		delete(db.cores, c.name)
		db.pendingBytes -= c.pendingBytes
		db.used.Add(-int64(c.pendingBytes))
	}
	db.toFold = slices.DeleteFunc(db.toFold, func(c *core) bool { return slices.Contains(cores, c) })
	db.signal()
	return nil
}

// cleanUp deletes the keys of dropped stores.
func (db *DB) cleanUp() {
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	for len(db.reg.gone) > 0 {
		id := db.reg.gone[0]
		if err := db.cleanUpStore(id); err != nil {
			_ = db.fail(fmt.Errorf("state: delete dropped store %d: %w", id, err))
			return
		}
		db.reg.gone = db.reg.gone[1:]
	}
}

func (db *DB) cleanUpStore(id uint32) error {
	p := diskKey(nil, id)
	n := 0
	c := db.disk.cursor(p, afterPrefix(p), len(p))
	for ; c.valid() && n < tuning.manyKeys; c.next() {
		n++
	}
	c.close()
	version := db.disk.done.Load() + 1
	w := db.disk.writer(version)
	var err error
	if n < tuning.manyKeys {
		err = db.deleteRange(w, p, afterPrefix(p), len(p))
	} else {
		err = db.disk.b.DropPrefix(p)
	}
	err = errors.Join(err, w.delete(regKey('D', binary.BigEndian.AppendUint32(nil, id))), w.flush())
	if err == nil {
		db.disk.publish(version)
	}
	return err
}
