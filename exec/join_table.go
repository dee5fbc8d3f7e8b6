package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// tableJoin joins two tables on their primary keys. It keeps both; a change of
// either makes a change of the result, unless there was no result before and is
// none after it.
type tableJoin struct {
	sides
	env  *env
	name string
	out  joinRows
	side [2]tableSide

	entries []uint32
	found   []uint32
	row     []byte
}

// tableSide is one of the tables.
type tableSide struct {
	outer  bool // Its rows are part of the result without a partner, too.
	store  *state.Table
	keys   joinKeys
	values int
}

func newTableJoin(e *env, n *plan.Join, wantOld bool, next operator) *tableJoin {
	j := &tableJoin{env: e, name: n.Store, out: newJoinRows(e, n, wantOld, next)}
	j.sides.rows = j
	left, right := n.Left.Out(), n.Right.Out()
	j.side[leftSide] = tableSide{outer: n.Type == plan.LeftJoin || n.Type == plan.FullJoin, keys: newJoinKeys(left, n.Out().Window, true), values: len(left.Value)}
	j.side[rightSide] = tableSide{outer: n.Type == plan.RightJoin || n.Type == plan.FullJoin, keys: newJoinKeys(right, n.Out().Window, true), values: len(right.Value)}
	return j
}

func (j *tableJoin) open(e *env) (err error) {
	for s, name := range []string{"left", "right"} {
		layout := tableRow
		layout.IntKey = j.side[s].keys.isInt()
		if j.side[s].store, err = e.table(j.name+"-"+name, layout); err != nil {
			return err
		}
	}
	return nil
}

func (j *tableJoin) save(*state.Meta) {}

func (j *tableJoin) push(b *batch) { j.pushLeft(b) }

func (j *tableJoin) load(s joinSide, b *batch) { j.side[s].keys.loadBatch(b) }

func (j *tableJoin) join(left, right *batch, runs []joinRun) {
	j.out.begin(left, right)
	for _, run := range runs {
		j.take(run.side, j.out.batch(run.side), run)
	}
	j.out.flush()
}

// take processes a run of changes of one side. Only that side's table changes,
// so the rows of the other one are looked up all at once.
func (j *tableJoin) take(s joinSide, b *batch, run joinRun) {
	keys := &j.side[s].keys
	j.entries = j.entries[:0]
	for k := run.from; k < run.to; k++ {
		if !keys.hasNull(b, b.Sel[k]) {
			j.entries = append(j.entries, k)
		}
	}
	j.found = resize(j.found, len(j.entries))
	keys.find(j.side[s.other()].store, j.entries, j.found)
	for i, k := range j.entries {
		j.change(s, b, int(k), j.found[i])
	}
}

// change processes the change Sel[k] of a side, where partner is the row of the
// other side.
func (j *tableJoin) change(s joinSide, b *batch, k int, partner uint32) {
	side, other := &j.side[s], &j.side[s.other()]
	row := b.Sel[k]
	at := side.store.Find(side.keys.bytes(k))
	was, is := at != state.None, !b.NoValue.Get(int(row))
	if !was && !is {
		return
	}
	had, has := j.joins(s, was, partner != state.None), j.joins(s, is, partner != state.None)
	t := b.Time[row]
	if had || has {
		j.out.seq = b.Seq[row]
		r := j.out.row(max(t, other.timeOf(partner)))
		j.out.keyFrom(r, s, row)
		j.emit(r, s, row, partner, has)
		if j.out.wantsOld() {
			j.emitOld(r, s, at, partner, had)
		}
	}
	if !is {
		side.store.Delete(at)
		return
	}
	at, _ = side.store.Upsert(side.keys.bytes(k))
	j.row = types.AppendRow(j.row[:0], b.Cols[side.keys.cols:side.keys.cols+side.values], int(row))
	side.store.SetBlob(at, 0, j.row)
	side.store.Words()[int(at)*side.store.Stride()] = uint64(t)
}

// joins tells whether there is a result for a row of the side (if it is there)
// and one of the other side (if that is there).
func (j *tableJoin) joins(s joinSide, here, there bool) bool {
	return here && there || here && j.side[s].outer || there && j.side[s.other()].outer
}

// timeOf is the time of a row, the lowest of all if there is none.
func (s *tableSide) timeOf(row uint32) int64 {
	if row == state.None {
		return 0
	}
	return int64(s.store.Words()[int(row)*s.store.Stride()])
}

// emit fills the new side of row r of the output.
func (j *tableJoin) emit(r int, s joinSide, row, partner uint32, has bool) {
	switch {
	case !has:
		j.out.deleted(r)
		return
	case j.out.batch(s).NoValue.Get(int(row)):
		j.out.missing(r, s)
	default:
		j.out.live(r, s, row)
	}
	if partner == state.None {
		j.out.missing(r, s.other())
	} else {
		j.out.stored(r, s.other(), j.side[s.other()].store.Blob(partner, 0))
	}
}

// emitOld fills the old side of row r of the output; at is the old row.
func (j *tableJoin) emitOld(r int, s joinSide, at, partner uint32, had bool) {
	if !had {
		j.out.noOld(r)
		return
	}
	j.emitOldPart(r, s, at)
	j.emitOldPart(r, s.other(), partner)
}

func (j *tableJoin) emitOldPart(r int, s joinSide, row uint32) {
	if row == state.None {
		j.out.oldMissing(r, s)
	} else {
		j.out.oldStored(r, s, j.side[s].store.Blob(row, 0))
	}
}

func (j *tableJoin) release() {
	j.sides.release()
	j.out.release()
	for s := range j.side {
		j.side[s].keys.release()
	}
	j.entries, j.found, j.row = nil, nil, nil
}
