package exec

import (
	"bytes"
	"unsafe"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// foreignAsk is a foreign-key join in the stage of the left rows; see foreignCut.
// Its left input are the left rows, its right input the answers.
type foreignAsk struct {
	sides
	env   *env
	name  string
	inner bool
	out   joinRows
	keys  joinKeys
	ref   foreignKey
	rows  *state.Table // Left rows, by left key.

	version  int64 // Of the last change.
	requests *encoder
	asked    batch // Requests that are not written yet.
	values   int
	row      []byte
}

// A left row as the asking stage keeps it.
const (
	askVersion = iota // Of its last change.
	askResult         // 1 when a result for it is out.
	askTime           // The time of the right row that was told last, 0 if there was none.
	askWords

	askRow   = 0
	askRef   = 1 // The key it refers to; empty for none.
	askBlobs = 2
)

func newForeignAsk(e *env, c *foreignCut, out *outlet, next operator) (*foreignAsk, error) {
	n := c.join
	left := n.Left.Out()
	j := &foreignAsk{env: e, name: n.Store, inner: n.Type == plan.InnerJoin, out: newJoinRows(e, n, false, next),
		keys: newJoinKeys(left, nil, false), values: len(left.Value)}
	j.sides.rows = j
	j.out.parts[rightSide].keys = answerRight
	j.asked.Cols = newVectors(c.requests.Out().Columns())
	var err error
	if j.ref, err = newForeignKey(e, n); err != nil {
		return nil, err
	}
	j.requests, err = newEncoder(e, c.requests.Out(), c.requests.KeyFormat, c.requests.ValueFormat, out, false)
	return j, err
}

func (j *foreignAsk) open(e *env) (err error) {
	j.version = e.number(j.name + ".version")
	j.rows, err = e.table(j.name+"-left", state.Layout{Words: askWords, Blobs: askBlobs})
	return err
}

func (j *foreignAsk) save(m *state.Meta) { setInt(m, j.name+".version", j.version) }

func (j *foreignAsk) push(b *batch) { j.pushLeft(b) }

func (j *foreignAsk) load(s joinSide, b *batch) {
	if s == leftSide {
		j.keys.loadBatch(b)
		j.ref.load(b)
	}
}

func (j *foreignAsk) join(left, right *batch, runs []joinRun) {
	j.out.begin(left, right)
	for _, run := range runs {
		for k := run.from; k < run.to; k++ {
			if run.side == leftSide {
				j.change(left, int(k))
			} else {
				j.answer(right, right.Sel[k])
			}
		}
	}
	j.out.flush()
	j.write()
}

// change processes the left change Sel[k].
func (j *foreignAsk) change(b *batch, k int) {
	row := b.Sel[k]
	if j.keys.hasNull(b, row) {
		return
	}
	key := j.keys.bytes(k)
	at := j.rows.Find(key)
	j.out.seq = b.Seq[row]
	if b.NoValue.Get(int(row)) {
		if at != state.None {
			j.leave(b, row, at, key, nil)
			j.end(b, row, at)
			j.rows.Delete(at)
		}
		return
	}
	ref := j.ref.at(row)
	j.version++
	moved := at != state.None && j.leave(b, row, at, key, ref)
	switch {
	case len(ref) > 0:
		result := at != state.None && *word(j.rows, at, askResult) != 0
		what := answerIf
		if !j.inner || moved || result {
			what = answerThat
		}
		j.request(what, b.Time[row], ref, key)
	case !j.inner:
		r := j.out.row(b.Time[row])
		j.out.keyFrom(r, leftSide, row)
		j.out.live(r, leftSide, row)
		j.out.missing(r, rightSide)
	case moved:
		j.end(b, row, at)
	}
	j.keep(b, row, key, ref, moved)
}

// leave makes the right side forget a left row that refers to another key than
// ref, and tells whether that was so.
func (j *foreignAsk) leave(b *batch, row, at uint32, key, ref []byte) bool {
	old := j.rows.Blob(at, askRef)
	if len(old) == 0 || bytes.Equal(old, ref) {
		return false
	}
	j.request(forget, b.Time[row], old, key)
	return true
}

// end emits the tombstone of a left row that joins with nothing any more. One
// that has referred to nothing has no result in an INNER join.
func (j *foreignAsk) end(b *batch, row, at uint32) {
	t := b.Time[row]
	if j.inner {
		if len(j.rows.Blob(at, askRef)) == 0 {
			return
		}
		t = max(t, int64(*word(j.rows, at, askTime)))
	}
	r := j.out.row(t)
	j.out.keyFrom(r, leftSide, row)
	j.out.deleted(r)
}

// keep stores a left row; moved tells that it no longer refers to what it did.
func (j *foreignAsk) keep(b *batch, row uint32, key, ref []byte, moved bool) {
	at, _ := j.rows.Upsert(key)
	*word(j.rows, at, askVersion) = uint64(j.version)
	if moved {
		*word(j.rows, at, askTime) = 0
	}
	if len(ref) == 0 {
		*word(j.rows, at, askResult) = 0
	}
	j.row = types.AppendRow(j.row[:0], b.Cols[j.keys.cols:j.keys.cols+j.values], int(row))
	j.rows.SetBlob(at, askRow, j.row)
	j.rows.SetBlob(at, askRef, ref)
}

// request appends a request.
func (j *foreignAsk) request(what int32, time int64, ref, left []byte) {
	a := &j.asked
	if a.N == types.BatchRows {
		j.write()
	}
	for _, v := range a.Cols {
		v.Extend()
	}
	i := a.N
	a.N++
	if _, err := types.DecodeKey(ref, a.Cols[requestRef:requestRef+1], i); err != nil {
		j.env.task.chain.fail(err)
	}
	a.Cols[requestLeft].Str[i] = a.Cols[requestLeft].Own(left)
	a.Cols[requestVersion].I64[i] = j.version
	a.Cols[requestPartition].I32[i] = j.env.partition
	a.Cols[requestWhat].I32[i] = what
	a.Time = append(a.Time, time)
}

// write writes the requests.
func (j *foreignAsk) write() {
	a := &j.asked
	if a.N == 0 {
		return
	}
	j.requests.write(a, firstRows(a.N))
	resetVectors(a.Cols, 0)
	a.N, a.Time = 0, a.Time[:0]
}

// answer emits what an answer means for its left row, unless the row has changed
// since it was asked for.
func (j *foreignAsk) answer(b *batch, row uint32) {
	key := bytesOf(b.Cols[answerLeft].Str[row])
	at := j.rows.Find(key)
	if at == state.None || b.Cols[answerVersion].I64[row] != int64(*word(j.rows, at, askVersion)) {
		return
	}
	found := b.Cols[answerFound].Bool[row]
	j.rows.MarkDirty(at)
	*word(j.rows, at, askTime), *word(j.rows, at, askResult) = uint64(b.Cols[answerTime].I64[row]), 0
	j.out.seq = b.Seq[row]
	r := j.out.row(b.Time[row])
	j.out.keyStored(r, &j.keys, key)
	if j.inner && !found {
		j.out.deleted(r)
		return
	}
	*word(j.rows, at, askResult) = 1
	j.out.stored(r, leftSide, j.rows.Blob(at, askRow))
	if found {
		j.out.live(r, rightSide, row)
	} else {
		j.out.missing(r, rightSide)
	}
}

func (j *foreignAsk) release() {
	j.sides.release()
	j.out.release()
	j.keys.release()
	j.ref.release()
	j.requests.release()
	for _, v := range j.asked.Cols {
		*v = *types.NewVector(v.Type)
	}
	j.asked.Time, j.row = nil, nil
}

// bytesOf returns the bytes of a string without copying. They must not be
// changed.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
