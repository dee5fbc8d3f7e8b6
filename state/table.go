package state

import (
	"encoding/binary"
	"fmt"
)

// None is the row of a key that is not there.
const None = ^uint32(0)

// Keys is a column of encoded keys: key i is Data[Pos[i]:Pos[i]+Len[i]].
type Keys struct {
	Data []byte
	Pos  []uint32
	Len  []int32
}

func (k *Keys) at(i uint32) []byte {
	pos := k.Pos[i]
	return k.Data[pos : pos+uint32(k.Len[i])]
}

// Table maps keys to rows. It is the State that accumulators work on.
//
// The naive store asks Badger for each record and writes it back: 7 to 19 µs a
// get and 3 to 5 µs a put cap a task near 80,000 rows a second. Here a key is
// looked up in an open-addressing index, and its row is plain memory: 10 to 20
// ns. Badger gets each changed row once per flush, whatever the number of
// changes, and is asked only for keys that were evicted.
//
// What must hold:
//
//   - A key that is in memory has its newest value there. Rows leave memory
//     only when their last value is in Badger: clean, and their last delta
//     flushed. A deleted key stays, as a dead row, until its deletion is
//     flushed.
//   - So a key that is not in memory has in Badger exactly the committed value
//     it should have, or none.
//   - A complete table has all its keys in memory and never asks Badger. The
//     filter of an incomplete one holds all keys that are in Badger only, so a
//     new key does not ask Badger either (but for 1 % false positives). A table
//     that is not loaded (an old window) has no filter and asks for every key.
//
// Row numbers change only in AppendDelta and Trim, which is where rows are
// evicted, dead rows are freed, and memory is compacted. In between, row numbers
// stay valid however many rows are fetched.
//
// Eviction is second chance: a hand goes around the rows, skips one that was
// used since it last passed, and evicts the others. As long as the table is
// complete nobody notes uses, which would cost a write per lookup.
type Table struct {
	rows
	c      *core
	parent *Windows // nil if the table is a store by itself.
	prefix []byte   // Of the keys within the store: the window.

	bytesIndex byteIndex
	intsIndex  intIndex

	loaded   bool
	complete bool
	filter   *bloom
	gone     int    // Keys in Badger only; unknown if not loaded.
	want     uint32 // Flags that a used row should have.

	graves  []grave
	hand    int    // Where eviction continues.
	version uint32 // Counts changes of row numbers.
	counted int64  // Bytes reported to DB.
	fetched int64  // Reads of Badger, for tests.
	err     error  // The first failed read.
}

// grave is a dead row that waits for delta seq to be flushed.
type grave struct{ row, seq uint32 }

// Table opens a keyed store. Nothing is read before its first use.
func (db *DB) Table(name string, l Layout) (*Table, error) {
	c, err := db.openCore(name, header{kind: kindTable, layout: l})
	if err != nil {
		return nil, err
	}
	return newTable(c, l, nil), nil
}

func newTable(c *core, l Layout, prefix []byte) *Table {
	return &Table{rows: newRows(l), c: c, prefix: prefix, want: isDirty}
}

// Upsert returns the row of key, made of zero words and empty blobs if it is
// new, and marks it dirty.
func (t *Table) Upsert(key []byte) (row uint32, created bool) {
	t.load()
	t.c.lookups++
	return t.upsert(key)
}

// upsert is Upsert in what is loaded.
func (t *Table) upsert(key []byte) (row uint32, created bool) {
	if t.intKey {
		return t.upsertInt(uint64(IntKey(key)))
	}
	h := hashBytes(key)
	return t.upsertSlow(key, h, t.search(key, h))
}

func (t *Table) upsertInt(key uint64) (row uint32, created bool) {
	row = t.intsIndex.find(key)
	if row == None {
		row = t.fetchInt(key)
	}
	if row == None {
		return t.createInt(key), true
	}
	return row, t.use(row)
}

// upsertSlow goes on when search has found row, or None.
func (t *Table) upsertSlow(key []byte, h uint64, row uint32) (uint32, bool) {
	if row == None {
		row = t.fetch(key, h)
	}
	if row == None {
		return t.create(key, h), true
	}
	return row, t.use(row)
}

// use makes a row live, dirty and hot. It tells whether it was dead.
func (t *Table) use(row uint32) (revived bool) {
	if t.meta[row]&isDead != 0 {
		t.revive(row)
		revived = true
	}
	t.markDirty(row)
	t.meta[row] |= t.want
	return revived
}

// UpsertBatch does Upsert for the keys numbered rows, in order, and writes the
// row of key rows[k] to groups[k]. Bit k of created tells that row was made by
// this call (the first of equal keys has it); created may be nil, else it has
// room for len(rows) bits, which are all written.
func (t *Table) UpsertBatch(keys *Keys, rows, groups []uint32, created []uint64) {
	t.load()
	t.c.lookups += int64(len(rows))
	clear(created)
	groups = groups[:len(rows)]
	var block probeBlock
	for from := 0; from < len(rows); from += blockRows {
		to := min(from+blockRows, len(rows))
		if !t.intKey {
			block.probe(t, keys, rows[from:to], groups[from:to])
		}
		for k := from; k < to; k++ {
			row := groups[k]
			if !t.intKey && row != None && t.meta[row]&(t.want|isDead) == t.want {
				continue
			}
			var isNew bool
			if groups[k], isNew = t.upsert(keys.at(rows[k])); isNew && created != nil {
				created[k>>6] |= 1 << (k & 63)
			}
		}
	}
}

// UpsertInts is UpsertBatch for a table with IntKey: the key of row r is keys[r].
func (t *Table) UpsertInts(keys []int64, rows, groups []uint32, created []uint64) {
	t.load()
	t.c.lookups += int64(len(rows))
	clear(created)
	groups = groups[:len(rows)]
	for k, r := range rows {
		key := uint64(keys[r])
		row := t.intsIndex.find(key)
		if row == None || t.meta[row]&(t.want|isDead) != t.want {
			var isNew bool
			row, isNew = t.upsertInt(key)
			if isNew && created != nil {
				created[k>>6] |= 1 << (k & 63)
			}
		}
		groups[k] = row
	}
}

// Find returns the row of key, or None.
func (t *Table) Find(key []byte) uint32 {
	t.load()
	t.c.lookups++
	return t.find(key)
}

// find is Find in what is loaded.
func (t *Table) find(key []byte) uint32 {
	if t.intKey {
		return t.findInt(uint64(IntKey(key)))
	}
	h := hashBytes(key)
	row := t.search(key, h)
	if row == None {
		row = t.fetch(key, h)
	}
	return t.found(row)
}

func (t *Table) findInt(key uint64) uint32 {
	row := t.intsIndex.find(key)
	if row == None {
		row = t.fetchInt(key)
	}
	return t.found(row)
}

// found is row unless it is dead, and hot if that matters.
func (t *Table) found(row uint32) uint32 {
	if row == None || t.meta[row]&isDead != 0 {
		return None
	}
	if !t.complete {
		t.meta[row] |= isHot
	}
	return row
}

// FindBatch does Find for the keys numbered rows and writes to groups.
func (t *Table) FindBatch(keys *Keys, rows, groups []uint32) {
	t.load()
	t.c.lookups += int64(len(rows))
	var block probeBlock
	for from := 0; from < len(rows); from += blockRows {
		to := min(from+blockRows, len(rows))
		if !t.intKey {
			block.probe(t, keys, rows[from:to], groups[from:to])
		}
		for k := from; k < to; k++ {
			if row := groups[k]; !t.intKey && row != None && t.complete && t.meta[row]&isDead == 0 {
				continue
			}
			groups[k] = t.find(keys.at(rows[k]))
		}
	}
}

// FindInts is FindBatch for a table with IntKey.
func (t *Table) FindInts(keys []int64, rows, groups []uint32) {
	t.load()
	t.c.lookups += int64(len(rows))
	for k, r := range rows {
		groups[k] = t.findInt(uint64(keys[r]))
	}
}

// search returns the row of a key in memory, or None.
func (t *Table) search(key []byte, h uint64) uint32 {
	x := &t.bytesIndex
	if len(x.slots) == 0 {
		return None
	}
	tag := uint32(h >> 32)
	for i := tag >> (x.shift & 31); ; i++ {
		s := x.slots[i&uint32(len(x.slots)-1)]
		if s == 0 {
			return None
		}
		if uint32(s>>32) == tag {
			if row := uint32(s) - 1; string(t.key(row)) == string(key) {
				return row
			}
		}
	}
}

// create adds a row for a key that is nowhere.
func (t *Table) create(key []byte, h uint64) uint32 {
	row := t.insert(key, h)
	t.meta[row] |= isFresh | t.want&^isDirty
	t.markDirty(row)
	return row
}

func (t *Table) createInt(key uint64) uint32 {
	row := t.insertInt(key)
	t.meta[row] |= isFresh | t.want&^isDirty
	t.markDirty(row)
	return row
}

// insert adds a clean row for a key that is not in memory.
func (t *Table) insert(key []byte, h uint64) uint32 {
	row := t.add()
	t.setKey(row, key)
	t.bytesIndex.insert(uint32(h>>32), row)
	return row
}

func (t *Table) insertInt(key uint64) uint32 {
	row := t.add()
	t.ints[row] = key
	t.intsIndex.insert(key, row)
	return row
}

// MarkDirty tells that a row returned by Find was changed.
func (t *Table) MarkDirty(row uint32) { t.markDirty(row) }

// MarkDirtyBatch is MarkDirty for many rows; None is skipped.
func (t *Table) MarkDirtyBatch(rows []uint32) {
	for _, row := range rows {
		if row != None {
			t.markDirty(row)
		}
	}
}

// Delete removes a row returned by Find or Upsert, and its key.
func (t *Table) Delete(row uint32) {
	if t.meta[row]&isDead == 0 {
		t.kill(row)
	}
}

// Len is the number of keys, in memory or not.
func (t *Table) Len() int {
	t.load()
	return t.live - t.dead + t.gone
}

// Bytes is the memory the table uses.
func (t *Table) Bytes() int64 {
	return t.rows.bytes() + int64(8*len(t.bytesIndex.slots)+16*len(t.intsIndex.slots)+8*cap(t.graves)) + t.filter.bytes()
}

// AppendIntKey appends the 8 bytes, ordered as the integers are, of an IntKey.
func AppendIntKey(dst []byte, key int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(key)^1<<63)
}

// IntKey returns the integer of such 8 bytes.
func IntKey(key []byte) int64 {
	if len(key) != 8 {
		panic(fmt.Sprintf("state: an integer key of %d bytes", len(key)))
	}
	return int64(binary.BigEndian.Uint64(key) ^ 1<<63)
}
