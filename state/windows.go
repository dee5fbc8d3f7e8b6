package state

// Windows is a table per window; windows are named by their start in epoch
// milliseconds.
type Windows struct{}

// Window returns the table of a window, made if it is new; nil if it is expired.
// The table must not be closed, and its AppendDelta not be called.
func (w *Windows) Window(start int64) *Table { panic("not built") }

// Lookup returns the table of a window, or nil if there is none.
func (w *Windows) Lookup(start int64) *Table { panic("not built") }

// Starts appends the starts of the windows in [from, to], ascending.
func (w *Windows) Starts(dst []int64, from, to int64) []int64 { panic("not built") }

// Seal tells that windows starting before the time will not change any more.
// They are evicted first, and as a whole.
func (w *Windows) Seal(before int64) { panic("not built") }

// Expire drops all windows starting before the time; it never goes back.
func (w *Windows) Expire(before int64) { panic("not built") }

// FetchKey adds the rows of key in the windows starting in [from, to] to p, in
// the order of windows.
func (w *Windows) FetchKey(p *Page, key []byte, from, to int64) { panic("not built") }

// Scan iterates over the windows starting in [from, to], in the order of
// windows and within one in key order, over keys with low <= key < high.
func (w *Windows) Scan(from, to int64, low, high []byte) *Scanner { panic("not built") }

func (w *Windows) Name() string                           { panic("not built") }
func (w *Windows) AppendDelta(dst []byte) ([]byte, error) { panic("not built") }
func (w *Windows) DirtyBytes() int                        { panic("not built") }
func (w *Windows) Trim()                                  { panic("not built") }
func (w *Windows) Close()                                 { panic("not built") }

// Windows opens a store with a table per window.
func (db *DB) Windows(name string, l Layout) (*Windows, error) { panic("not built") }
