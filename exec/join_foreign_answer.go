package exec

import (
	"bytes"

	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// foreignAnswer is a foreign-key join in the stage of the right rows; see
// foreignCut. Its left input are the requests, its right input the right rows.
type foreignAnswer struct {
	sides
	env  *env
	name string
	subs subscribers
	keys [2]joinKeys
	out  answerRows

	values int
	row    []byte
}

// Words of a member in a foreignAnswer.
const (
	memberAskedAt = iota // The time of its request.
	memberVersion
	memberPartition
	memberWords
)

func newForeignAnswer(e *env, c *foreignCut, out *outlet) (*foreignAnswer, error) {
	n := c.join
	right := n.Right.Out()
	j := &foreignAnswer{env: e, name: n.Store, keys: [2]joinKeys{newJoinKeys(c.requests.Out(), nil, false), newJoinKeys(right, nil, false)},
		values: len(right.Value)}
	j.sides.rows = j
	var err error
	if j.subs.order, err = newWireOrder(n.Left.Out().Key, keyFormat(n.Left)); err != nil {
		return nil, err
	}
	j.out.env, j.out.batch.Cols = e, newVectors(c.answered.Out().Columns())
	j.out.rightKeys = len(right.Key)
	j.out.encoder, err = newEncoder(e, c.answered.Out(), c.answered.KeyFormat, c.answered.ValueFormat, out, false)
	return j, err
}

func (j *foreignAnswer) open(e *env) error { return j.subs.open(e, j.name, memberWords) }

func (j *foreignAnswer) save(*state.Meta) {}

func (j *foreignAnswer) push(b *batch) { j.pushLeft(b) }

func (j *foreignAnswer) load(s joinSide, b *batch) { j.keys[s].loadBatch(b) }

func (j *foreignAnswer) join(requests, right *batch, runs []joinRun) {
	j.out.right = right
	for _, run := range runs {
		for k := run.from; k < run.to; k++ {
			if run.side == leftSide {
				j.request(requests, int(k))
			} else {
				j.change(right, int(k))
			}
		}
	}
	j.out.flush()
}

// request processes the request Sel[k].
func (j *foreignAnswer) request(b *batch, k int) {
	s, row := &j.subs, b.Sel[k]
	ref, left := j.keys[leftSide].bytes(k), bytesOf(b.Cols[requestLeft].Str[row])
	a := answer{left: left, time: b.Time[row], version: b.Cols[requestVersion].I64[row], partition: b.Cols[requestPartition].I32[row]}
	what := b.Cols[requestWhat].I32[row]
	if what == forget {
		if m := s.members.Find(left); m != state.None && bytes.Equal(s.members.Blob(m, memberOf), ref) {
			s.leave(m)
			s.members.Delete(m)
		}
		return
	}
	j.remember(ref, &a)
	switch group := s.groups.Find(ref); {
	case s.hasRow(group):
		a.rightTime = s.timeOf(group)
		j.out.stored(a, s.groups.Blob(group, groupRow))
	case what == answerThat:
		j.out.missing(a)
	}
}

// remember notes that a left row refers to a right key.
func (j *foreignAnswer) remember(ref []byte, a *answer) {
	s := &j.subs
	m, _ := s.members.Upsert(a.left)
	*word(s.members, m, memberAskedAt) = uint64(a.time)
	*word(s.members, m, memberVersion) = uint64(a.version)
	*word(s.members, m, memberPartition) = uint64(a.partition)
	if !bytes.Equal(s.members.Blob(m, memberOf), ref) {
		s.leave(m)
		s.subscribe(m, a.left, ref)
	}
}

// change processes the right change Sel[k].
func (j *foreignAnswer) change(b *batch, k int) {
	s, row := &j.subs, b.Sel[k]
	if j.keys[rightSide].hasNull(b, row) {
		return
	}
	key := j.keys[rightSide].bytes(k)
	group, is := s.groups.Find(key), !b.NoValue.Get(int(row))
	if !is && !s.hasRow(group) {
		return
	}
	for _, m := range s.list(group) {
		a := answer{left: s.members.Key(m), time: max(b.Time[row], int64(*word(s.members, m, memberAskedAt))),
			version: int64(*word(s.members, m, memberVersion)), partition: int32(*word(s.members, m, memberPartition))}
		if is {
			a.rightTime = b.Time[row]
			j.out.live(a, row)
		} else {
			j.out.missing(a)
		}
	}
	if !is {
		s.remove(group)
		return
	}
	j.row = types.AppendRow(j.row[:0], b.Cols[j.keys[rightSide].cols:j.keys[rightSide].cols+j.values], int(row))
	s.put(key, b.Time[row], j.row)
}

func (j *foreignAnswer) release() {
	j.sides.release()
	j.subs.release()
	j.out.release()
	for s := range j.keys {
		j.keys[s].release()
	}
	j.row = nil
}

// answer says whom to answer about what.
type answer struct {
	left      []byte
	time      int64 // Of the left row or of the change of the right row, the later.
	rightTime int64
	version   int64
	partition int32
}

// answerRows collects answers and writes them, each to the partition of who has
// asked.
type answerRows struct {
	*encoder
	env       *env
	batch     batch
	parts     []int32 // By row.
	right     *batch  // The right rows being processed,
	rightKeys int     // whose value columns begin here.
	moves     rowMoves
	nulls     []uint32
	lists     [][]int32
}

// row begins an answer.
func (o *answerRows) row(a answer, found bool) int {
	b := &o.batch
	if b.N == types.BatchRows {
		o.flush()
	}
	if b.N == 0 {
		resetVectors(b.Cols, types.BatchRows)
		b.Time, o.parts = resize(b.Time, types.BatchRows), resize(o.parts, types.BatchRows)
	}
	i := b.N
	b.N++
	b.Cols[answerLeft].Str[i] = b.Cols[answerLeft].Own(a.left)
	b.Cols[answerVersion].I64[i] = a.version
	b.Cols[answerFound].Bool[i] = found
	b.Cols[answerTime].I64[i] = a.rightTime
	b.Time[i], o.parts[i] = max(a.time, a.rightTime), a.partition
	return i
}

// live answers with a row of the right batch, stored with a stored row, and
// missing that there is none.
func (o *answerRows) live(a answer, row uint32) { o.moves.add(o.row(a, true), row) }

func (o *answerRows) stored(a answer, data []byte) {
	i := o.row(a, true)
	o.env.decodeRow(data, o.batch.Cols[answerRight:], i)
}

func (o *answerRows) missing(a answer) { o.nulls = append(o.nulls, uint32(o.row(a, false))) }

// flush writes the answers.
func (o *answerRows) flush() {
	b := &o.batch
	if b.N == 0 {
		return
	}
	if len(o.moves.at) > 0 {
		o.moves.copy(b.Cols[answerRight:], o.right.Cols[o.rightKeys:])
	}
	o.nulls = setNulls(b.Cols[answerRight:], o.nulls)
	rows := firstRows(b.N)
	o.encode(b, rows)
	o.timesOf(b, rows)
	o.lists = resize(o.lists, len(o.out.parts))
	for p := range o.lists {
		o.lists[p] = o.lists[p][:0]
	}
	for i, p := range o.parts[:b.N] {
		o.lists[p] = append(o.lists[p], int32(i))
	}
	for p, list := range o.lists {
		if len(list) > 0 {
			o.out.appendRows(int32(p), &o.keys, &o.vals, o.times, list)
		}
	}
	b.N = 0
}

func (o *answerRows) release() {
	o.encoder.release()
	for _, v := range o.batch.Cols {
		*v = *types.NewVector(v.Type)
	}
	o.batch.Time, o.parts, o.right, o.lists = nil, nil, nil, nil
	o.moves, o.nulls = rowMoves{}, nil
}
