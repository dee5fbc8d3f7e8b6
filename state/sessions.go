package state

// Session is one session of a key. Start and End are the times of its first and
// last event, both inclusive. Row is its row, valid until AppendDelta.
type Session struct {
	Start, End int64
	Row        uint32
}

// Sessions keeps, for each key, disjoint sessions. Like a Table it is a State;
// the rows of all sessions are rows of one table.
type Sessions struct{}

// Find appends the sessions of key that overlap [from, to] (End >= from and
// Start <= to), ordered by start.
func (s *Sessions) Find(dst []Session, key []byte, from, to int64) []Session { panic("not built") }

// Put makes a session with zero words and empty blobs and returns its row.
func (s *Sessions) Put(key []byte, start, end int64) uint32 { panic("not built") }

// Move changes the bounds of a session; its values stay.
func (s *Sessions) Move(row uint32, start, end int64) { panic("not built") }

// Remove deletes a session.
func (s *Sessions) Remove(row uint32) { panic("not built") }

// Expire drops the sessions that ended before the time; it never goes back.
func (s *Sessions) Expire(before int64) { panic("not built") }

// Ended iterates over the sessions with from <= End < before, ordered by end,
// start and key. It is cheap when there are none, and meant for intervals that
// follow one another.
func (s *Sessions) Ended(from, before int64) *Scanner { panic("not built") }

// FetchKey adds the sessions of key to p, ordered by start.
func (s *Sessions) FetchKey(p *Page, key []byte) { panic("not built") }

// Scan iterates over all sessions, those of a key together, ordered by start.
func (s *Sessions) Scan() *Scanner { panic("not built") }

func (s *Sessions) Words() []uint64                        { panic("not built") }
func (s *Sessions) Stride() int                            { panic("not built") }
func (s *Sessions) Blob(row uint32, i int) []byte          { panic("not built") }
func (s *Sessions) SetBlob(row uint32, i int, b []byte)    { panic("not built") }
func (s *Sessions) Key(row uint32) []byte                  { panic("not built") }
func (s *Sessions) MarkDirty(row uint32)                   { panic("not built") }
func (s *Sessions) Name() string                           { panic("not built") }
func (s *Sessions) AppendDelta(dst []byte) ([]byte, error) { panic("not built") }
func (s *Sessions) DirtyBytes() int                        { panic("not built") }
func (s *Sessions) Trim()                                  { panic("not built") }
func (s *Sessions) Close()                                 { panic("not built") }

// Sessions opens a session store.
func (db *DB) Sessions(name string, l Layout, gapMillis, retentionMillis int64) (*Sessions, error) {
	panic("not built")
}
