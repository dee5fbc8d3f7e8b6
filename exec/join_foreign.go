package exec

import (
	"bytes"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// foreignJoin joins two tables where the left row names the key of the right
// one, in a task that has all rows of both: that of a push query, or of topics
// with one partition. Where there are more, two stages do it: see foreignCut.
//
// A change of a left row emits what it joins with now. A change of a right row
// emits all left rows that refer to it. Some tombstones have nothing to delete:
// the dialect emits them where it cannot know.
type foreignJoin struct {
	sides
	env   *env
	name  string
	inner bool
	out   joinRows
	subs  subscribers
	left  joinKeys
	right joinKeys
	ref   foreignKey

	leftValues, rightValues int
	row                     []byte
}

// memberTime is the word of a member in a foreignJoin: the time of the row.
const memberTime = 0

func newForeignJoin(e *env, n *plan.Join, wantOld bool, next operator) (*foreignJoin, error) {
	left, right := n.Left.Out(), n.Right.Out()
	j := &foreignJoin{env: e, name: n.Store, inner: n.Type == plan.InnerJoin, out: newJoinRows(e, n, wantOld, next),
		left: newJoinKeys(left, nil, false), right: newJoinKeys(right, nil, false), leftValues: len(left.Value), rightValues: len(right.Value)}
	j.sides.rows = j
	var err error
	if j.subs.order, err = newWireOrder(left.Key, keyFormat(n.Left)); err != nil {
		return nil, err
	}
	j.ref, err = newForeignKey(e, n)
	return j, err
}

func (j *foreignJoin) open(e *env) error { return j.subs.open(e, j.name, 1) }

func (j *foreignJoin) save(*state.Meta) {}

func (j *foreignJoin) push(b *batch) { j.pushLeft(b) }

func (j *foreignJoin) load(s joinSide, b *batch) {
	if s == rightSide {
		j.right.loadBatch(b)
		return
	}
	j.left.loadBatch(b)
	j.ref.load(b)
}

func (j *foreignJoin) join(left, right *batch, runs []joinRun) {
	j.out.begin(left, right)
	for _, run := range runs {
		for k := run.from; k < run.to; k++ {
			if run.side == leftSide {
				j.changeLeft(left, int(k))
			} else {
				j.changeRight(right, int(k))
			}
		}
	}
	j.out.flush()
}

// foreignChange is a change of a left row with what is known about it.
type foreignChange struct {
	row      uint32 // In the left batch.
	key      []byte
	time     int64
	member   uint32 // The row before, None if there was none,
	group    uint32 // and the group it referred to.
	refers   bool   // It referred to one.
	is       bool   // There is a row now,
	ref      []byte // which refers to this key; empty for none.
	newGroup uint32
}

// changeLeft processes the left change Sel[k].
func (j *foreignJoin) changeLeft(b *batch, k int) {
	s := &j.subs
	c := foreignChange{row: b.Sel[k], member: state.None, group: state.None, newGroup: state.None}
	if j.left.hasNull(b, c.row) {
		return
	}
	c.key, c.time = j.left.bytes(k), b.Time[c.row]
	if c.member = s.members.Find(c.key); c.member != state.None {
		of := s.members.Blob(c.member, memberOf)
		c.group, c.refers = s.groupOf(of), len(of) > 0
	}
	if c.is = !b.NoValue.Get(int(c.row)); c.is {
		c.ref = j.ref.at(c.row)
		c.newGroup = s.groupOf(c.ref)
	} else if c.member == state.None {
		return
	}
	j.out.seq = b.Seq[c.row]
	j.emitLeft(&c)
	j.keepLeft(b, &c)
}

// emitLeft emits what a change of a left row means for the result.
func (j *foreignJoin) emitLeft(c *foreignChange) {
	s := &j.subs
	switch {
	case !c.is || j.inner && len(c.ref) == 0: // It joins with nothing any more.
		if j.inner && c.refers {
			j.tombstone(c, max(c.time, s.timeOf(c.group)))
		} else if !j.inner {
			j.tombstone(c, c.time)
		}
	case s.hasRow(c.newGroup):
		j.joined(c, max(c.time, s.timeOf(c.newGroup)))
	case !j.inner:
		j.joined(c, c.time)
	case c.refers && !bytes.Equal(s.members.Blob(c.member, memberOf), c.ref):
		j.tombstone(c, c.time)
	}
}

// tombstone emits the deletion of the result of a left row.
func (j *foreignJoin) tombstone(c *foreignChange, time int64) {
	if j.out.wantsOld() && !j.hadResult(c) {
		return
	}
	r := j.out.row(time)
	j.out.keyFrom(r, leftSide, c.row)
	j.out.deleted(r)
	j.emitOld(r, c)
}

// joined emits the result of a left row.
func (j *foreignJoin) joined(c *foreignChange, time int64) {
	r := j.out.row(time)
	j.out.keyFrom(r, leftSide, c.row)
	j.out.live(r, leftSide, c.row)
	if j.subs.hasRow(c.newGroup) {
		j.out.stored(r, rightSide, j.subs.groups.Blob(c.newGroup, groupRow))
	} else {
		j.out.missing(r, rightSide)
	}
	j.emitOld(r, c)
}

// hadResult tells whether there was a result for the left row before.
func (j *foreignJoin) hadResult(c *foreignChange) bool {
	return c.member != state.None && (!j.inner || j.subs.hasRow(c.group))
}

// emitOld fills the old side of row r of the output.
func (j *foreignJoin) emitOld(r int, c *foreignChange) {
	switch {
	case !j.out.wantsOld():
		return
	case !j.hadResult(c):
		j.out.noOld(r)
		return
	}
	j.out.oldStored(r, leftSide, j.subs.members.Blob(c.member, memberRow))
	if j.subs.hasRow(c.group) {
		j.out.oldStored(r, rightSide, j.subs.groups.Blob(c.group, groupRow))
	} else {
		j.out.oldMissing(r, rightSide)
	}
}

// keepLeft stores a change of a left row.
func (j *foreignJoin) keepLeft(b *batch, c *foreignChange) {
	s := &j.subs
	if !c.is {
		s.leave(c.member)
		s.members.Delete(c.member)
		return
	}
	m, _ := s.members.Upsert(c.key)
	*word(s.members, m, memberTime) = uint64(c.time)
	j.row = types.AppendRow(j.row[:0], b.Cols[j.left.cols:j.left.cols+j.leftValues], int(c.row))
	s.members.SetBlob(m, memberRow, j.row)
	if bytes.Equal(s.members.Blob(m, memberOf), c.ref) {
		return
	}
	s.leave(m)
	if len(c.ref) > 0 {
		s.subscribe(m, c.key, c.ref)
	}
}

// changeRight processes the right change Sel[k].
func (j *foreignJoin) changeRight(b *batch, k int) {
	s, row := &j.subs, b.Sel[k]
	if j.right.hasNull(b, row) {
		return
	}
	key := j.right.bytes(k)
	group, is := s.groups.Find(key), !b.NoValue.Get(int(row))
	if !is && !s.hasRow(group) {
		return
	}
	j.out.seq = b.Seq[row]
	for _, m := range s.list(group) {
		j.emitMember(m, group, row, b.Time[row], is)
	}
	if is {
		j.row = types.AppendRow(j.row[:0], b.Cols[j.right.cols:j.right.cols+j.rightValues], int(row))
		s.put(key, b.Time[row], j.row)
	} else {
		s.remove(group)
	}
}

// emitMember emits what the change of a right row means for a left row that
// refers to it.
func (j *foreignJoin) emitMember(m, group, row uint32, time int64, is bool) {
	s, had := &j.subs, j.subs.hasRow(group)
	r := j.out.row(max(time, int64(*word(s.members, m, memberTime))))
	j.out.keyStored(r, &j.left, s.members.Key(m))
	switch {
	case is:
		j.out.stored(r, leftSide, s.members.Blob(m, memberRow))
		j.out.live(r, rightSide, row)
	case j.inner:
		j.out.deleted(r)
	default:
		j.out.stored(r, leftSide, s.members.Blob(m, memberRow))
		j.out.missing(r, rightSide)
	}
	if !j.out.wantsOld() {
		return
	}
	if j.inner && !had {
		j.out.noOld(r)
		return
	}
	j.out.oldStored(r, leftSide, s.members.Blob(m, memberRow))
	if had {
		j.out.oldStored(r, rightSide, s.groups.Blob(group, groupRow))
	} else {
		j.out.oldMissing(r, rightSide)
	}
}

func (j *foreignJoin) release() {
	j.sides.release()
	j.out.release()
	j.left.release()
	j.right.release()
	j.ref.release()
	j.subs.release()
	j.row = nil
}

// foreignKey computes the keys that left rows refer to.
type foreignKey struct {
	env     *env
	program *expr.Program
	col     *types.Vector // Of the batch loaded last.
	rows    []uint32
	errs    function.Errors
	key     []byte
}

func newForeignKey(e *env, n *plan.Join) (foreignKey, error) {
	p, err := e.compile(n.ForeignKey)
	return foreignKey{env: e, program: p}, err
}

// load computes the keys of the rows that have a value. An expression that fails
// is NULL.
func (f *foreignKey) load(b *batch) {
	f.col = f.program.Eval(&b.Batch, b.valued(&f.rows), &f.errs)
	f.env.errors.addRows(f.env, "join", b, &f.errs)
}

// at returns the key that a row with a value refers to as stores have it, empty
// for NULL. It is valid until the next call.
func (f *foreignKey) at(row uint32) []byte {
	f.key = f.key[:0]
	if !f.col.IsNull(int(row)) {
		f.key = types.AppendKeyValue(f.key, f.col, int(row))
	}
	return f.key
}

func (f *foreignKey) release() {
	f.program.Release()
	f.col, f.rows, f.key, f.errs = nil, nil, nil, function.Errors{}
}
