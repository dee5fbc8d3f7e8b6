package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// lookupJoin joins a stream with a table: every row of the stream looks up the
// row its key has in the table at that moment. Changes of the table only change
// the table.
type lookupJoin struct {
	sides
	env   *env
	name  string
	outer bool // Stream rows without a partner are emitted with NULLs.
	out   joinRows
	table *state.Table
	keys  [2]joinKeys

	values  int // Value columns of the table.
	entries []uint32
	found   []uint32
	row     []byte
}

// lookupRow is the layout of the table: the value columns.
var lookupRow = state.Layout{Blobs: 1}

func newLookupJoin(e *env, n *plan.Join, next operator) *lookupJoin {
	j := &lookupJoin{env: e, name: n.Store, outer: n.Type == plan.LeftJoin, out: newJoinRows(e, n, false, next),
		values: len(n.Right.Out().Value)}
	j.sides.rows = j
	j.keys = [2]joinKeys{newJoinKeys(n.Left.Out(), n.Out().Window, true), newJoinKeys(n.Right.Out(), n.Out().Window, true)}
	return j
}

func (j *lookupJoin) open(e *env) (err error) {
	layout := lookupRow
	layout.IntKey = j.keys[rightSide].isInt()
	j.table, err = e.table(j.name+"-right", layout)
	return err
}

func (j *lookupJoin) save(*state.Meta) {}

func (j *lookupJoin) push(b *batch) { j.pushLeft(b) }

func (j *lookupJoin) load(s joinSide, b *batch) { j.keys[s].loadBatch(b) }

func (j *lookupJoin) join(left, right *batch, runs []joinRun) {
	j.out.begin(left, right)
	for _, run := range runs {
		if run.side == leftSide {
			j.lookUp(left, run)
		} else {
			j.change(right, run)
		}
	}
	j.out.flush()
}

// change keeps a run of changes of the table.
func (j *lookupJoin) change(b *batch, run joinRun) {
	keys, t := &j.keys[rightSide], j.table
	cols := b.Cols[keys.cols : keys.cols+j.values]
	for k := run.from; k < run.to; k++ {
		row := b.Sel[k]
		switch {
		case keys.hasNull(b, row):
		case b.NoValue.Get(int(row)):
			if at := t.Find(keys.bytes(int(k))); at != state.None {
				t.Delete(at)
			}
		default:
			at, _ := t.Upsert(keys.bytes(int(k)))
			j.row = types.AppendRow(j.row[:0], cols, int(row))
			t.SetBlob(at, 0, j.row)
		}
	}
}

// lookUp joins a run of rows of the stream.
func (j *lookupJoin) lookUp(b *batch, run joinRun) {
	keys := &j.keys[leftSide]
	j.entries = j.entries[:0]
	for k := run.from; k < run.to; k++ {
		if row := b.Sel[k]; !keys.hasNull(b, row) && !b.NoValue.Get(int(row)) {
			j.entries = append(j.entries, k)
		}
	}
	j.found = resize(j.found, len(j.entries))
	keys.find(j.table, j.entries, j.found)
	next := 0
	for k := run.from; k < run.to; k++ {
		row, at := b.Sel[k], state.None
		if next < len(j.entries) && j.entries[next] == k {
			at = j.found[next]
			next++
		}
		if at == state.None && (!j.outer || b.NoValue.Get(int(row))) {
			continue
		}
		j.out.seq = b.Seq[row]
		r := j.out.row(b.Time[row])
		j.out.keyFrom(r, leftSide, row)
		j.out.live(r, leftSide, row)
		if at == state.None {
			j.out.missing(r, rightSide)
		} else {
			j.out.stored(r, rightSide, j.table.Blob(at, 0))
		}
	}
}

func (j *lookupJoin) release() {
	j.sides.release()
	j.out.release()
	for s := range j.keys {
		j.keys[s].release()
	}
	j.entries, j.found, j.row = nil, nil, nil
}
