package function

import "github.com/leatdb/leat/types"

// Joined is the accumulator of one call, or one for several calls. That of
// several has their arguments one after the other, and for out a STRUCT vector
// whose children are their results; it looks at nothing but the children.
type Joined struct {
	Accumulator
	Calls []int // Numbers of the calls.
}

// Join makes one accumulator of those that can keep their values as one row:
// LATEST_BY_OFFSET of several columns, or EARLIEST_BY_OFFSET. The others stay by
// themselves. The results are the same, except that a Merge of joined
// accumulators knows only which group is older: it does not do for groups whose
// rows came by turns, so sessions must not be joined.
func Join(accs []Accumulator) []Joined {
	rows := map[bool]*rowByOffset{true: joinOffsets(accs, true), false: joinOffsets(accs, false)}
	at := map[*rowByOffset]int{}
	var out []Joined
	for i, acc := range accs {
		a, ok := acc.(offsetAccumulator)
		if !ok || rows[a.offset().latest] == nil {
			out = append(out, Joined{acc, []int{i}})
			continue
		}
		row := rows[a.offset().latest]
		if n, ok := at[row]; ok {
			out[n].Calls = append(out[n].Calls, i)
			continue
		}
		at[row] = len(out)
		out = append(out, Joined{row, []int{i}})
	}
	return out
}

// offsetAccumulator is byOffset in any of its shapes.
type offsetAccumulator interface {
	Accumulator
	offset() *byOffset
}

func (a *byOffset) offset() *byOffset { return a }

// joinOffsets joins the accumulators of the latest, or the earliest, values. It
// returns nil where that saves nothing: numbers alone are faster in words.
func joinOffsets(accs []Accumulator, latest bool) *rowByOffset {
	row := &rowByOffset{latest: latest}
	total := 0
	for _, acc := range accs {
		a, ok := acc.(offsetAccumulator)
		if !ok || a.offset().latest != latest {
			continue
		}
		_, blobs := a.Size()
		total += blobs
		row.add(a.offset())
	}
	if total == 0 || len(row.cols) < 2 {
		return nil
	}
	return row
}

// rowByOffset is byOffset of several columns. A group is one blob: empty while
// it has seen no row, then the values in the row encoding, NULL where a column
// has none. Most rows replace all of them, or none; a NULL that is to be ignored
// lets its column have the value of an older row (for the earliest: a newer one).
type rowByOffset struct {
	latest  bool
	cols    []*types.Type
	ignores []byte // The columns that ignore NULLs, as the bitmap of a row.
	row     []byte
	filled  []byte
}

func (a *rowByOffset) add(c *byOffset) {
	k := len(a.cols)
	a.cols = append(a.cols, c.typ)
	if k%8 == 0 {
		a.ignores = append(a.ignores, 0)
	}
	if !c.keepNulls {
		a.ignores[k/8] |= 1 << (k % 8)
	}
}

func (a *rowByOffset) Size() (words, blobs int) { return 0, 1 }

func (a *rowByOffset) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, out *types.Vector, _ *Errors) {
	for k, g := range groups {
		r := int(rows[k])
		if a.latest || !a.full(st.Blob(g, at.Blob)) {
			a.row = types.AppendRow(a.row[:0], args, r)
			a.append(st, at, g, a.row)
		}
		if out != nil {
			a.emit(st.Blob(g, at.Blob), out, r)
		}
	}
}

// full tells whether no column of a row, or of a group, waits for a value.
func (a *rowByOffset) full(row []byte) bool {
	if len(row) == 0 {
		return false
	}
	for i, b := range a.ignores {
		if row[i]&b != 0 {
			return false
		}
	}
	return true
}

// append adds a row that is newer than all of the group.
func (a *rowByOffset) append(st State, at Slots, g uint32, row []byte) {
	if a.latest {
		st.SetBlob(g, at.Blob, a.fill(row, st.Blob(g, at.Blob)))
	} else {
		a.offer(st, at, g, row)
	}
}

// offer gives the group what it waits for.
func (a *rowByOffset) offer(st State, at Slots, g uint32, row []byte) {
	if has := st.Blob(g, at.Blob); !a.full(has) {
		st.SetBlob(g, at.Blob, a.fill(has, row))
	}
}

// fill returns row, or what it and from are together. What cannot be read is
// left out, as everywhere in a slot.
func (a *rowByOffset) fill(row, from []byte) []byte {
	switch {
	case len(row) == 0:
		return from
	case len(from) == 0 || a.full(row):
		return row
	}
	filled, err := types.FillRow(a.filled[:0], row, from, a.cols, a.ignores)
	if err != nil {
		return row
	}
	a.filled = filled
	return filled
}

func (a *rowByOffset) emit(row []byte, out *types.Vector, r int) {
	if len(row) > 0 {
		if _, err := types.DecodeRow(row, out.Kids, r); err == nil {
			return
		}
	}
	for _, v := range out.Kids {
		v.SetNull(r)
	}
}

func (a *rowByOffset) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		a.emit(st.Blob(g, at.Blob), out, int(rows[k]))
	}
}

func (a *rowByOffset) Merge(st State, at Slots, into, from uint32) {
	older := st.Blob(from, at.Blob)
	if a.latest {
		a.offer(st, at, into, older)
		return
	}
	st.SetBlob(into, at.Blob, a.fill(older, st.Blob(into, at.Blob)))
}

func (a *rowByOffset) Part() Accumulator { return partRowByOffset{a} }

func (a *rowByOffset) AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		a.append(st, at, g, parts.Blob(uint32(k), at.Blob))
		if out != nil {
			a.emit(st.Blob(g, at.Blob), out, int(rows[k]))
		}
	}
}

// partRowByOffset makes the parts of rowByOffset. The rows are offered with the
// one that counts first: for the latest from the end.
type partRowByOffset struct{ *rowByOffset }

func (a partRowByOffset) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, _ *types.Vector, _ *Errors) {
	for n := range groups {
		k := n
		if a.latest {
			k = len(groups) - 1 - n
		}
		if g := groups[k]; !a.full(st.Blob(g, at.Blob)) {
			a.row = types.AppendRow(a.row[:0], args, int(rows[k]))
			a.offer(st, at, g, a.row)
		}
	}
}
