package function

import (
	"slices"

	"github.com/leatdb/leat/types"
)

// groupFold is the working form of an aggregate whose state is one byte string per
// group. The state of a group is loaded, changed by all of its rows of the
// batch, and stored: a long list is not copied for every row.
//
// Strings of a batch may be kept until store.
type groupFold interface {
	// load takes a copy of the state of a group; empty means nothing seen.
	load(blob []byte) error
	// add takes row r of the arguments, or takes it back when sign is negative. seq
	// grows from row to row over all groups.
	add(args []*types.Vector, r, sign int, seq uint64) error
	// emit writes the current value to row r of out.
	emit(out *types.Vector, r int) error
	// store appends the state to dst.
	store(dst []byte) ([]byte, error)
	// merge adds the state of an older group, a copy, to what is loaded.
	merge(older []byte) error
}

// folding is the Accumulator over a groupFold.
type folding struct {
	fold  groupFold
	seq   sequence
	order []uint64 // group<<32 | k, ascending.
	buf   []byte
}

func newFolding(f groupFold) *folding { return &folding{fold: f, seq: newSequence()} }

func (*folding) Size() (words, blobs int) { return 0, 1 }

func (f *folding) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, errs *Errors) {
	f.sort(groups)
	base := uint64(f.seq)
	f.seq += sequence(len(groups))
	for k := 0; k < len(f.order); {
		g := uint32(f.order[k] >> 32)
		broken := f.fold.load(st.Blob(g, at.Blob))
		row := uint32(0)
		for ; k < len(f.order) && uint32(f.order[k]>>32) == g; k++ {
			n := uint32(f.order[k])
			row = rows[n]
			err := broken
			if err == nil {
				err = f.fold.add(args, int(row), sign, base+uint64(n))
			}
			if err != nil {
				errs.Add(row, err)
			}
			if out != nil && (broken != nil || f.fold.emit(out, int(row)) != nil) {
				out.SetNull(int(row))
			}
		}
		if broken == nil {
			if err := f.store(st, at, g); err != nil {
				errs.Add(row, err)
			}
		}
	}
}

// sort orders the rows by group, keeping the order within a group.
func (f *folding) sort(groups []uint32) {
	f.order = f.order[:0]
	for k, g := range groups {
		f.order = append(f.order, uint64(g)<<32|uint64(k))
	}
	if !slices.IsSorted(f.order) {
		slices.Sort(f.order)
	}
}

func (f *folding) store(st State, at Slots, g uint32) error {
	data, err := f.fold.store(f.buf[:0])
	if err == nil {
		f.buf = data
		st.SetBlob(g, at.Blob, data)
	}
	return err
}

func (f *folding) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		if f.fold.load(st.Blob(g, at.Blob)) != nil || f.fold.emit(out, int(rows[k])) != nil {
			out.SetNull(int(rows[k]))
		}
	}
}

func (f *folding) Merge(st State, at Slots, into, from uint32) {
	older := slices.Clone(st.Blob(from, at.Blob))
	if len(older) == 0 || f.fold.load(st.Blob(into, at.Blob)) != nil || f.fold.merge(older) != nil {
		return
	}
	// A state that cannot be stored stays as it was; the next Update reports it.
	_ = f.store(st, at, into)
}
