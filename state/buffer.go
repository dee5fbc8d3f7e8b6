package state

// Entry is one buffered row of a join side. Seq numbers the entries of a buffer
// in the order they were added. Value is valid until AppendDelta or Expire.
type Entry struct {
	Time  int64
	Seq   uint64
	Value []byte
}

// Unmatched is an entry that found no partner before its time was over.
type Unmatched struct {
	Key []byte
	Entry
}

// Buffer keeps the rows of one side of a stream-stream join for a while.
type Buffer struct{}

// Add puts a row into the buffer, also into the set of unmatched entries if it
// is pending. A row older than what is kept is not added.
func (b *Buffer) Add(key []byte, time int64, value []byte, pending bool) { panic("not built") }

// Fetch appends the entries of key with from <= Time <= to, in the order of
// time, then of arrival.
func (b *Buffer) Fetch(dst []Entry, key []byte, from, to int64) []Entry { panic("not built") }

// Matched takes an entry out of the unmatched ones, if it is there.
func (b *Buffer) Matched(e Entry) { panic("not built") }

// PeekUnmatched returns the first unmatched entry with Time < before in the
// order of time, then key, then arrival. It is cheap when there is none. The
// result is valid until the next call on the buffer.
func (b *Buffer) PeekUnmatched(before int64) (u Unmatched, ok bool) { panic("not built") }

// PopUnmatched takes the entry returned by PeekUnmatched out of the unmatched
// ones. It stays in the buffer.
func (b *Buffer) PopUnmatched() { panic("not built") }

// Expire drops entries older than the time; it never goes back.
func (b *Buffer) Expire(before int64) { panic("not built") }

func (b *Buffer) Name() string                           { panic("not built") }
func (b *Buffer) AppendDelta(dst []byte) ([]byte, error) { panic("not built") }
func (b *Buffer) DirtyBytes() int                        { panic("not built") }
func (b *Buffer) Trim()                                  { panic("not built") }
func (b *Buffer) Close()                                 { panic("not built") }

// Buffer opens a join buffer that keeps entries for retentionMillis.
func (db *DB) Buffer(name string, retentionMillis int64) (*Buffer, error) { panic("not built") }
