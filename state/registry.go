package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The registry is the store with id 0 in Badger:
//
//	V             format version
//	A             the LSN up to which deltas are applied
//	I             the highest store id ever used
//	N name        a store: id, header, dropped ranges
//	D id          a store that was dropped and whose keys are being deleted
//	X prefix      deltas up to an LSN, of stores with that name prefix, are void
//
// Ids are never used again, so keys that a power cut left behind belong to
// nobody.
type registry struct {
	applied uint64
	lastID  uint32
	gone    []uint32 // D records.
	voids   []void   // X records.
}

type void struct {
	prefix string
	lsn    uint64
}

const formatVersion = 1

var errRegistry = errors.New("state: the registry of stores is damaged")

func regKey(kind byte, rest []byte) []byte { return diskKey(nil, 0, []byte{kind}, rest) }

// readRegistry reads everything; cores are made for the N records.
func (db *DB) readRegistry() error {
	p := diskKey(nil, 0)
	c := db.disk.cursor(p, afterPrefix(p), len(p))
	defer c.close()
	for ; c.valid(); c.next() {
		key := bytes.Clone(within(c.key()))
		if err := c.value(func(val []byte) error { return db.registryRecord(key[0], key[1:], val) }); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) registryRecord(kind byte, key, val []byte) error {
	g := &db.reg
	switch {
	case kind == 'V' && len(val) == 1:
		if val[0] != formatVersion {
			return fmt.Errorf("state: format version %d cannot be read here; this build reads version %d", val[0], formatVersion)
		}
	case kind == 'A' && len(val) == 8:
		g.applied = binary.BigEndian.Uint64(val)
	case kind == 'I' && len(val) == 4:
		g.lastID = binary.BigEndian.Uint32(val)
	case kind == 'D' && len(key) == 4:
		g.gone = append(g.gone, binary.BigEndian.Uint32(key))
	case kind == 'X' && len(val) == 8:
		g.voids = append(g.voids, void{string(key), binary.BigEndian.Uint64(val)})
	case kind == 'N' && len(val) > 4:
		return db.storeRecord(string(key), val)
	default:
		return errRegistry
	}
	return nil
}

// storeRecord reads an N record: the id, a delta of drops only.
func (db *DB) storeRecord(name string, val []byte) error {
	c := db.core(name)
	c.id.Store(binary.BigEndian.Uint32(val))
	r := readDelta(bytes.Clone(val[4:]))
	c.header, c.known = r.header, true
	for r.next() {
		c.dropped = append(c.dropped, keyRange{r.key, r.val})
	}
	return r.err
}

// record is what storeRecord reads. db.mu is held.
func (c *core) record() (key, val []byte) {
	val = binary.BigEndian.AppendUint32(nil, c.id.Load())
	val = c.header.append(val)
	for _, d := range c.dropped {
		val = appendDrop(val, d.low, d.high)
	}
	return regKey('N', []byte(c.name)), val
}

// register gives ids to stores that have none. It is durable when it returns:
// data may only be written under an id that nobody else can get. db.flushMu is
// held.
func (db *DB) register(cores []*core) error {
	fresh := slices.DeleteFunc(slices.Clone(cores), func(c *core) bool { return c.id.Load() != 0 })
	if len(fresh) == 0 {
		return nil
	}
	version := db.disk.done.Load() + 1
	w := db.disk.writer(version)
	first := db.reg.lastID == 0
	db.reg.lastID += uint32(len(fresh))
	err := w.put(regKey('I', nil), binary.BigEndian.AppendUint32(nil, db.reg.lastID))
	if first {
		err = errors.Join(err, w.put(regKey('V', nil), []byte{formatVersion}))
	}
	ids := make([]uint32, len(fresh))
	for i, c := range fresh {
		ids[i] = db.reg.lastID - uint32(i)
		err = errors.Join(err, w.put(c.recordAs(ids[i])))
	}
	if err = errors.Join(err, w.flush(), db.disk.sync()); err != nil {
		return err
	}
	db.disk.publish(version)
	for i, c := range fresh {
		c.id.Store(ids[i])
	}
	return nil
}

func (c *core) recordAs(id uint32) (key, val []byte) {
	c.db.mu.Lock()
	defer c.db.mu.Unlock()
	key, val = c.record()
	binary.BigEndian.PutUint32(val, id)
	return key, val
}

// setApplied writes how far Badger has the deltas, and forgets voids that are
// too old to matter. db.flushMu is held.
func (db *DB) setApplied(lsn uint64) error {
	version := db.disk.done.Load() + 1
	w := db.disk.writer(version)
	err := w.put(regKey('A', nil), binary.BigEndian.AppendUint64(nil, lsn))
	db.reg.voids = slices.DeleteFunc(db.reg.voids, func(v void) bool {
		if v.lsn > lsn {
			return false
		}
		err = errors.Join(err, w.delete(regKey('X', []byte(v.prefix))))
		return true
	})
	if err = errors.Join(err, w.flush()); err != nil {
		return err
	}
	db.disk.publish(version)
	db.reg.applied = lsn
	return nil
}

// unregister makes it durable that stores are dropped. db.flushMu is held.
func (db *DB) unregister(prefix string, lsn uint64, cores []*core) error {
	version := db.disk.done.Load() + 1
	w := db.disk.writer(version)
	err := w.put(regKey('X', []byte(prefix)), binary.BigEndian.AppendUint64(nil, lsn))
	for _, c := range cores {
		if id := c.id.Load(); id != 0 {
			err = errors.Join(err, w.put(regKey('D', binary.BigEndian.AppendUint32(nil, id)), nil))
			db.reg.gone = append(db.reg.gone, id)
		}
	}
	// The names go after the D records are written: batches are not atomic.
	if err = errors.Join(err, w.flush()); err != nil {
		return err
	}
	w = db.disk.writer(version + 1)
	for _, c := range cores {
		err = errors.Join(err, w.delete(regKey('N', []byte(c.name))))
	}
	if err = errors.Join(err, w.flush(), db.disk.sync()); err != nil {
		return err
	}
	db.disk.publish(version + 1)
	db.reg.voids = slices.DeleteFunc(db.reg.voids, func(v void) bool { return v.prefix == prefix })
	db.reg.voids = append(db.reg.voids, void{prefix, lsn})
	return nil
}
