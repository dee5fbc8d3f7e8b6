package exec

import (
	"bytes"
	"slices"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// subscribers keeps, for a foreign-key join, the rows of the right table and,
// for each of its keys, which left rows refer to it.
//
// The left rows of a right key are a list through two blobs of each: to
// subscribe and to leave costs a few look-ups, however many there are. An order
// is needed only when a right row changes and all of them are emitted anyway;
// they are sorted then. (A range of an ordered store would need no sorting, but
// then every change of a left row would pay for the order.)
type subscribers struct {
	env     *env
	members *state.Table // By left key.
	groups  *state.Table // By right key: also of those that have no row.
	order   wireOrder
	found   []uint32
}

// Blobs of a member.
const (
	memberRow  = iota // What the join keeps of the left row.
	memberOf          // The right key it refers to; empty for none.
	memberPrev        // Its neighbours in the list: left keys, empty at the ends.
	memberNext
	memberBlobs
)

// Words and blobs of a group.
const (
	groupTime = iota // Of the right row.
	groupHas         // 1 when there is a right row.
	groupWords

	groupRow   = 0
	groupFirst = 1 // The left key at the head of the list.
	groupBlobs = 2
)

func (s *subscribers) open(e *env, name string, memberWords int) (err error) {
	s.env = e
	if s.members, err = e.table(name+"-subscribers", state.Layout{Words: memberWords, Blobs: memberBlobs}); err != nil {
		return err
	}
	s.groups, err = e.table(name+"-right", state.Layout{Words: groupWords, Blobs: groupBlobs})
	return err
}

// word returns a word of a row, to be read or written.
func word(t *state.Table, row uint32, i int) *uint64 { return &t.Words()[int(row)*t.Stride()+i] }

// hasRow tells whether a group has a right row.
func (s *subscribers) hasRow(group uint32) bool {
	return group != state.None && *word(s.groups, group, groupHas) != 0
}

// timeOf is the time of a group's right row, the lowest of all without one.
func (s *subscribers) timeOf(group uint32) int64 {
	if !s.hasRow(group) {
		return 0
	}
	return int64(*word(s.groups, group, groupTime))
}

// groupOf returns the group of a right key, None for none.
func (s *subscribers) groupOf(right []byte) uint32 {
	if len(right) == 0 {
		return state.None
	}
	return s.groups.Find(right)
}

// subscribe puts a member that has no group into that of a right key.
func (s *subscribers) subscribe(member uint32, left, right []byte) {
	g, _ := s.groups.Upsert(right)
	first := s.groups.Blob(g, groupFirst)
	if len(first) > 0 {
		f := s.member(first)
		if f == state.None {
			return
		}
		s.members.SetBlob(f, memberPrev, left)
	}
	s.members.SetBlob(member, memberOf, right)
	s.members.SetBlob(member, memberPrev, nil)
	s.members.SetBlob(member, memberNext, first)
	s.members.MarkDirty(member)
	s.groups.SetBlob(g, groupFirst, left)
}

// leave takes a member out of its group, if it has one.
func (s *subscribers) leave(member uint32) {
	right := s.members.Blob(member, memberOf)
	if len(right) == 0 {
		return
	}
	prev, next := s.members.Blob(member, memberPrev), s.members.Blob(member, memberNext)
	if len(next) > 0 {
		if n := s.member(next); n != state.None {
			s.members.SetBlob(n, memberPrev, prev)
		}
	}
	if len(prev) > 0 {
		if p := s.member(prev); p != state.None {
			s.members.SetBlob(p, memberNext, next)
		}
	} else if g := s.groups.Find(right); g != state.None {
		s.groups.MarkDirty(g)
		s.groups.SetBlob(g, groupFirst, next)
		s.dropIfEmpty(g)
	}
	s.members.MarkDirty(member)
	for i := memberOf; i < memberBlobs; i++ {
		s.members.SetBlob(member, i, nil)
	}
}

// member finds a member of a list, which is about to change.
func (s *subscribers) member(left []byte) uint32 {
	m := s.members.Find(left)
	if m == state.None {
		s.env.task.chain.fail(types.ErrCorrupt)
		return m
	}
	s.members.MarkDirty(m)
	return m
}

// put keeps a right row.
func (s *subscribers) put(right []byte, time int64, row []byte) {
	g, _ := s.groups.Upsert(right)
	*word(s.groups, g, groupTime), *word(s.groups, g, groupHas) = uint64(time), 1
	s.groups.SetBlob(g, groupRow, row)
}

// remove forgets the right row of a group.
func (s *subscribers) remove(group uint32) {
	s.groups.MarkDirty(group)
	*word(s.groups, group, groupTime), *word(s.groups, group, groupHas) = 0, 0
	s.groups.SetBlob(group, groupRow, nil)
	s.dropIfEmpty(group)
}

func (s *subscribers) dropIfEmpty(group uint32) {
	if !s.hasRow(group) && len(s.groups.Blob(group, groupFirst)) == 0 {
		s.groups.Delete(group)
	}
}

// list returns the members of a group in the order of their keys.
func (s *subscribers) list(group uint32) []uint32 {
	s.found = s.found[:0]
	if group == state.None {
		return s.found
	}
	for key := s.groups.Blob(group, groupFirst); len(key) > 0; {
		m := s.members.Find(key)
		if m == state.None {
			s.env.task.chain.fail(types.ErrCorrupt)
			break
		}
		s.found = append(s.found, m)
		key = s.members.Blob(m, memberNext)
	}
	s.order.sort(s.members, s.found)
	return s.found
}

func (s *subscribers) release() {
	s.found = nil
	s.order.release()
}

// wireOrder sorts rows of a table by the bytes of their keys as records have
// them, which is the order in which the dialect emits them.
type wireOrder struct {
	encoder format.Encoder
	cols    []*types.Vector
	spans   types.Spans
	errs    format.Errors
	places  []uint32
	sorted  []uint32
}

func newWireOrder(keys []types.Column, f plan.Format) (wireOrder, error) {
	made, err := newFormat(nil, f.Inherited(), keys, true)
	if err != nil {
		return wireOrder{}, err
	}
	return wireOrder{encoder: made.NewEncoder(), cols: newVectors(keys)}, nil
}

func (w *wireOrder) sort(t *state.Table, rows []uint32) {
	if len(rows) < 2 {
		return
	}
	resetVectors(w.cols, len(rows))
	w.places = append(w.places[:0], firstRows(len(rows))...)
	for i, row := range rows {
		if _, err := types.DecodeKey(t.Key(row), w.cols, i); err != nil {
			return // Keys that do not decode fail where they are emitted.
		}
	}
	w.spans.Reset()
	w.encoder.Encode(w.cols, w.places, nil, &w.spans, &w.errs)
	w.errs.Reset() // A key that has no bytes in the format stands first.
	slices.SortStableFunc(w.places, func(a, b uint32) int {
		x, _ := w.spans.At(int(a))
		y, _ := w.spans.At(int(b))
		return bytes.Compare(x, y)
	})
	w.sorted = w.sorted[:0]
	for _, p := range w.places {
		w.sorted = append(w.sorted, rows[p])
	}
	copy(rows, w.sorted)
}

func (w *wireOrder) release() {
	for _, v := range w.cols {
		*v = *types.NewVector(v.Type)
	}
	w.spans, w.places, w.sorted = types.Spans{}, nil, nil
}

// keyFormat is the format in which the rows of a node have their keys.
func keyFormat(n plan.Node) plan.Format {
	for {
		switch x := n.(type) {
		case *plan.Source:
			return x.KeyFormat
		case *plan.Repartition:
			return x.KeyFormat
		}
		n = n.Inputs()[0]
	}
}
