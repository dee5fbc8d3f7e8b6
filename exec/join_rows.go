package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// joinRows collects the rows that a join makes and hands them on in batches.
//
// A column of such a row comes from one of three places: from a row of the
// batches that are being joined, from the bytes of a stored row, or from nowhere
// (NULL). Stored rows are decoded where they are found. For the others only the
// numbers are noted, and a whole column is copied when the batch is full or the
// batches go away.
type joinRows struct {
	env         *env
	next        operator
	left, right *batch // That are being joined.
	out         batch
	n           int    // Rows of out.
	seq         uint32 // Place of the row that makes rows now.

	key   []*types.Vector // Parts of out.Cols.
	size  int64           // As in joinKeys.
	parts [2]joinPart
	keyOf [2]rowMoves // Key columns from the left and from the right batch.
}

// joinPart is the value columns of one side.
type joinPart struct {
	keys  int             // Key columns before the value columns in the side's batches.
	cols  []*types.Vector // Of out.Cols.
	moves rowMoves
	nulls []uint32 // Rows without this side.

	old      []*types.Vector // Of out.Old; nil where nobody wants it.
	oldNulls []uint32
}

// rowMoves are rows to copy: row from[k] becomes row at[k].
type rowMoves struct{ at, from []uint32 }

func (m *rowMoves) add(at int, from uint32) {
	m.at, m.from = append(m.at, uint32(at)), append(m.from, from)
}

func (m *rowMoves) copy(dst, src []*types.Vector) {
	if len(m.at) > 0 {
		for c, v := range dst {
			v.CopyRows(m.at, src[c], m.from)
		}
	}
	m.at, m.from = m.at[:0], m.from[:0]
}

// newJoinRows makes the output of a join. wantOld says that the rows are changes
// and shall have an old side.
func newJoinRows(e *env, n *plan.Join, wantOld bool, next operator) joinRows {
	o := joinRows{env: e, next: next}
	o.parts[leftSide].keys = len(n.Left.Out().Key)
	o.parts[rightSide].keys = len(n.Right.Out().Key)
	o.key = newVectors(n.Key)
	o.out.Cols = append(o.out.Cols, o.key...)
	for s, in := range []plan.Node{n.Left, n.Right} {
		p := &o.parts[s]
		p.cols = newVectors(in.Out().Value)
		o.out.Cols = append(o.out.Cols, p.cols...)
		if wantOld {
			p.old = newVectors(in.Out().Value)
			o.out.Old = append(o.out.Old, p.old...)
		}
	}
	if n.Out().Window != nil {
		o.out.WindowStart, o.out.WindowEnd = []int64{}, []int64{}
		o.size = windowSize(n.Out().Window)
	}
	return o
}

// begin tells which batches are being joined.
func (o *joinRows) begin(left, right *batch) { o.left, o.right = left, right }

// batch returns the batch of a side.
func (o *joinRows) batch(s joinSide) *batch {
	if s == leftSide {
		return o.left
	}
	return o.right
}

// row begins a row and returns its number. Its key and both parts follow.
func (o *joinRows) row(time int64) int {
	if o.n == types.BatchRows {
		o.flush()
	}
	if o.n == 0 {
		o.clear()
	}
	i := o.n
	o.n++
	o.out.Time[i], o.out.Seq[i] = time, o.seq
	return i
}

// clear makes room for a batch.
func (o *joinRows) clear() {
	const n = types.BatchRows
	out := &o.out
	resetVectors(out.Cols, n)
	resetVectors(out.Old, n)
	out.Time, out.Seq = resize(out.Time, n), resize(out.Seq, n)
	if out.WindowStart != nil {
		out.WindowStart, out.WindowEnd = resize(out.WindowStart, n), resize(out.WindowEnd, n)
	}
	out.NoValue = out.NoValue.Reset()
	out.NoOld = out.NoOld.Reset()
}

// keyFrom takes the key of row i from a row of a side's batch.
func (o *joinRows) keyFrom(i int, s joinSide, row uint32) {
	o.keyOf[s].add(i, row)
	if o.out.WindowStart != nil {
		b := o.batch(s)
		o.out.WindowStart[i], o.out.WindowEnd[i] = b.WindowStart[row], windowEnd(b, row, o.size)
	}
}

// keyStored takes the key of row i from an encoded key.
func (o *joinRows) keyStored(i int, keys *joinKeys, key []byte) {
	if err := keys.decodeInto(key, o.key, &o.out, i); err != nil {
		o.env.task.chain.fail(err)
	}
}

// live takes a side of row i from a row of its batch.
func (o *joinRows) live(i int, s joinSide, row uint32) { o.parts[s].moves.add(i, row) }

// stored takes a side of row i from a stored row.
func (o *joinRows) stored(i int, s joinSide, data []byte) {
	o.env.decodeRow(data, o.parts[s].cols, i)
}

// missing makes a side of row i NULL.
func (o *joinRows) missing(i int, s joinSide) {
	o.parts[s].nulls = append(o.parts[s].nulls, uint32(i))
}

// deleted makes row i a tombstone.
func (o *joinRows) deleted(i int) {
	o.missing(i, leftSide)
	o.missing(i, rightSide)
	o.out.NoValue = o.out.NoValue.Grow(types.BatchRows)
	o.out.NoValue.Set(i)
}

// wantsOld tells whether rows shall have an old side.
func (o *joinRows) wantsOld() bool { return o.out.Old != nil }

// oldStored takes a side of the old row i from a stored row.
func (o *joinRows) oldStored(i int, s joinSide, data []byte) {
	o.env.decodeRow(data, o.parts[s].old, i)
}

// oldMissing makes a side of the old row i NULL.
func (o *joinRows) oldMissing(i int, s joinSide) {
	o.parts[s].oldNulls = append(o.parts[s].oldNulls, uint32(i))
}

// noOld tells that there was no row i before.
func (o *joinRows) noOld(i int) {
	o.oldMissing(i, leftSide)
	o.oldMissing(i, rightSide)
	o.out.NoOld = o.out.NoOld.Grow(types.BatchRows)
	o.out.NoOld.Set(i)
}

// flush hands on the rows.
func (o *joinRows) flush() {
	if o.n == 0 {
		return
	}
	for s := range o.parts {
		p := &o.parts[s]
		src := o.batch(joinSide(s)).Cols
		o.keyOf[s].copy(o.key, src)
		p.moves.copy(p.cols, src[min(p.keys, len(src)):])
		p.nulls = setNulls(p.cols, p.nulls)
		p.oldNulls = setNulls(p.old, p.oldNulls)
	}
	o.out.N, o.out.Sel = o.n, firstRows(o.n)
	o.n = 0
	o.next.push(&o.out)
}

// setNulls makes rows NULL and returns the empty list.
func setNulls(cols []*types.Vector, rows []uint32) []uint32 {
	for _, v := range cols {
		for _, r := range rows {
			v.SetNull(int(r))
		}
	}
	return rows[:0]
}

func (o *joinRows) release() {
	for _, cols := range [][]*types.Vector{o.out.Cols, o.out.Old} {
		for _, v := range cols {
			*v = *types.NewVector(v.Type)
		}
	}
	out := batch{Batch: types.Batch{Cols: o.out.Cols, Old: o.out.Old}}
	if o.out.WindowStart != nil {
		out.WindowStart, out.WindowEnd = []int64{}, []int64{}
	}
	o.out = out
	o.left, o.right = nil, nil
	o.keyOf = [2]rowMoves{}
	for s := range o.parts {
		p := &o.parts[s]
		p.moves, p.nulls, p.oldNulls = rowMoves{}, nil, nil
	}
}
