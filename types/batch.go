package types

// BatchRows is the number of rows a full batch has.
const BatchRows = 4096

// Batch is up to BatchRows rows of a stream, or of the changes of a table,
// stored by column. All slices that are not nil have N entries.
//
// The rows that count are those of Sel, in that order (ascending row numbers);
// nil means all of them. Filters narrow Sel and leave the columns alone, so a
// kernel must neither read nor fail on other rows.
//
// A stream row has columns and, when its record value was null, its bit in
// NoValue (key columns are there, value columns are NULL).
//
// A table change has the columns of the new row, or a bit in NoValue when the
// row was deleted (a tombstone), and in Old the value columns of the row before
// the change, or a bit in NoOld when there was none. Old is nil where nobody
// downstream asks for it.
type Batch struct {
	N    int
	Sel  []uint32
	Cols []*Vector // key columns, then value columns, then header columns.

	NoValue Bitmap
	Old     []*Vector // value columns before the change, or nil.
	NoOld   Bitmap

	Time      []int64 // row time, milliseconds since the epoch.
	Partition []int32 // partition of the source record; nil where lost.
	Offset    []int64 // offset of the source record; nil where lost.

	// Bounds of the row's window in milliseconds; nil when not windowed. The end
	// is exclusive for time windows and the last event's time for sessions.
	WindowStart, WindowEnd []int64

	iota []uint32
}

// Rows returns the selection as row numbers, also when Sel is nil. The slice
// must not be changed.
func (b *Batch) Rows() []uint32 {
	if b.Sel != nil {
		return b.Sel
	}
	if len(b.iota) < b.N {
		b.iota = make([]uint32, max(b.N, BatchRows))
		for i := range b.iota {
			b.iota[i] = uint32(i)
		}
	}
	return b.iota[:b.N]
}

// Count returns the number of selected rows.
func (b *Batch) Count() int {
	if b.Sel != nil {
		return len(b.Sel)
	}
	return b.N
}

// Spans names N byte strings inside Data: string i is Data[Pos[i]:Pos[i]+Len[i]],
// or null when Len[i] is negative. It is how record keys and values travel
// between the log and the formats.
type Spans struct {
	Data []byte
	Pos  []uint32
	Len  []int32
}

// At returns byte string i and whether it is there (false: null).
func (s *Spans) At(i int) ([]byte, bool) {
	if s.Len[i] < 0 {
		return nil, false
	}
	p, n := s.Pos[i], uint32(s.Len[i])
	return s.Data[p : p+n : p+n], true
}

// Reset empties s and keeps the memory of Data too: use it only for spans that
// own their data.
func (s *Spans) Reset() { s.Data, s.Pos, s.Len = s.Data[:0], s.Pos[:0], s.Len[:0] }

// Begin starts byte string number len(Pos) at the end of Data; the caller
// appends its bytes to Data and calls End.
func (s *Spans) Begin() { s.Pos = append(s.Pos, uint32(len(s.Data))) }

// End closes the byte string begun last.
func (s *Spans) End() { s.Len = append(s.Len, int32(uint32(len(s.Data))-s.Pos[len(s.Pos)-1])) }

// AppendNull appends a null.
func (s *Spans) AppendNull() {
	s.Pos = append(s.Pos, uint32(len(s.Data)))
	s.Len = append(s.Len, -1)
}
