package state

// None is the row of a key that is not there.
const None = ^uint32(0)

// Keys is a column of encoded keys: key i is Data[Pos[i]:Pos[i]+Len[i]].
type Keys struct {
	Data []byte
	Pos  []uint32
	Len  []int32
}

// Table maps keys to rows. It is the State that accumulators work on.
type Table struct{}

// Upsert returns the row of key, made of zero words and empty blobs if it is
// new, and marks it dirty.
func (t *Table) Upsert(key []byte) (row uint32, created bool) { panic("not built") }

// UpsertBatch does Upsert for the keys numbered rows, in order, and writes the
// row of key rows[k] to groups[k]. Bit k of created tells that row was made by
// this call (the first of equal keys has it); created may be nil, else it has
// room for len(rows) bits, which are all written.
func (t *Table) UpsertBatch(keys *Keys, rows, groups []uint32, created []uint64) { panic("not built") }

// UpsertInts is UpsertBatch for a table with IntKey: the key of row r is keys[r].
func (t *Table) UpsertInts(keys []int64, rows, groups []uint32, created []uint64) { panic("not built") }

// Find returns the row of key, or None.
func (t *Table) Find(key []byte) uint32 { panic("not built") }

// FindBatch does Find for the keys numbered rows and writes to groups.
func (t *Table) FindBatch(keys *Keys, rows, groups []uint32) { panic("not built") }

// FindInts is FindBatch for a table with IntKey.
func (t *Table) FindInts(keys []int64, rows, groups []uint32) { panic("not built") }

// Words returns the words of all rows: row r has [r*Stride(), (r+1)*Stride()).
// The slice is valid until a row is added.
func (t *Table) Words() []uint64 { panic("not built") }

// Stride is the number of words in a row.
func (t *Table) Stride() int { panic("not built") }

// Blob returns blob i of row. The bytes are valid until that blob is set again
// or AppendDelta is called, and must not be changed.
func (t *Table) Blob(row uint32, i int) []byte { panic("not built") }

// SetBlob stores a copy of b. b may be (part of) the blob itself.
func (t *Table) SetBlob(row uint32, i int, b []byte) { panic("not built") }

// Key returns the key of row, valid until AppendDelta. For a table with IntKey
// it is valid until the next call.
func (t *Table) Key(row uint32) []byte { panic("not built") }

// MarkDirty tells that a row returned by Find was changed.
func (t *Table) MarkDirty(row uint32) { panic("not built") }

// MarkDirtyBatch is MarkDirty for many rows; None is skipped.
func (t *Table) MarkDirtyBatch(rows []uint32) { panic("not built") }

// Delete removes the row and its key.
func (t *Table) Delete(row uint32) { panic("not built") }

// Len is the number of keys, in memory or not.
func (t *Table) Len() int { panic("not built") }

// Bytes is the memory the table uses.
func (t *Table) Bytes() int64 { panic("not built") }

// Scan iterates over the rows with low <= key < high in key order; nil means
// unbounded. See Scanner.
func (t *Table) Scan(low, high []byte) *Scanner { panic("not built") }

// Name, AppendDelta, DirtyBytes, Trim and Close: see Store.
func (t *Table) Name() string                           { panic("not built") }
func (t *Table) AppendDelta(dst []byte) ([]byte, error) { panic("not built") }
func (t *Table) DirtyBytes() int                        { panic("not built") }
func (t *Table) Trim()                                  { panic("not built") }
func (t *Table) Close()                                 { panic("not built") }

// Scanner gives rows page by page. The store may change between two pages: rows
// are then seen with the values they have when their page is made.
type Scanner struct{}

// Next replaces the contents of p by the next rows and reports whether there
// are any.
func (s *Scanner) Next(p *Page) bool { panic("not built") }

// Err returns the error that ended the scan.
func (s *Scanner) Err() error { panic("not built") }

// AppendIntKey appends the 8 bytes, ordered as the integers are, of an IntKey.
func AppendIntKey(dst []byte, key int64) []byte { panic("not built") }

// IntKey returns the integer of such 8 bytes.
func IntKey(key []byte) int64 { panic("not built") }
