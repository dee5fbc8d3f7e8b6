package function

import (
	"encoding/binary"
	"slices"

	"github.com/leatdb/leat/types"
)

// ranked is a short ordered list of rows: TOPK, TOPKDISTINCT and the forms of
// LATEST_BY_OFFSET and EARLIEST_BY_OFFSET that keep n values. Its state is each
// row's number (8 bytes) and the row in the row encoding.
type ranked struct {
	cols  []*types.Vector // Rows loaded and added.
	seqs  []uint64        // Their numbers.
	order []int           // The list: positions in cols and seqs.
	limit int
	rule  rankRule
}

// rankRule says which rows stay.
type rankRule interface {
	// insert puts the row at position row into the list, which may then be longer
	// than the limit by one.
	insert(l *ranked, row int)
	// join puts rows of an older list, given in order, into the list.
	join(l *ranked, older []int)
}

func newRanked(cols []*types.Type, limit int, rule rankRule) *ranked {
	l := &ranked{limit: limit, rule: rule}
	for _, t := range cols {
		l.cols = append(l.cols, types.NewVector(t))
	}
	return l
}

func (l *ranked) load(blob []byte) error {
	for _, c := range l.cols {
		c.Reset(0)
	}
	l.seqs, l.order = l.seqs[:0], l.order[:0]
	rows, err := l.read(blob)
	l.order = append(l.order, rows...)
	return err
}

// read appends the rows of a state and returns their positions.
func (l *ranked) read(blob []byte) (rows []int, err error) {
	for len(blob) > 0 {
		if len(blob) < 8 {
			return nil, types.ErrCorrupt
		}
		row := l.extend(binary.LittleEndian.Uint64(blob))
		if blob, err = types.DecodeRow(blob[8:], l.cols, row); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (l *ranked) extend(seq uint64) (row int) {
	for _, c := range l.cols {
		row = c.Extend()
	}
	l.seqs = append(l.seqs, seq)
	return row
}

func (l *ranked) add(args []*types.Vector, r, _ int, seq uint64) error {
	row := l.extend(seq)
	for k, c := range l.cols {
		c.Copy(row, args[k], r)
	}
	l.rule.insert(l, row)
	return nil
}

func (l *ranked) store(dst []byte) ([]byte, error) {
	for _, row := range l.order {
		dst = binary.LittleEndian.AppendUint64(dst, l.seqs[row])
		dst = types.AppendRow(dst, l.cols, row)
	}
	return dst, nil
}

// emit writes an array of the values, or of structs when there are several
// columns.
func (l *ranked) emit(out *types.Vector, r int) error {
	elems := out.Kids[0]
	start := elems.Len
	for _, row := range l.order {
		at := elems.Extend()
		elems.Nulls.Clear(at)
		if len(l.cols) > 1 {
			for k, c := range l.cols {
				elems.Kids[k].Copy(at, c, row)
			}
			continue
		}
		elems.Copy(at, l.cols[0], row)
	}
	own(elems, start)
	out.Span[r] = types.Span{Start: uint32(start), Len: uint32(len(l.order))}
	return nil
}

// own copies the strings of the rows from start on into the vector: they belong
// to the list, which is loaded again before the vector is read.
func own(v *types.Vector, start int) {
	for i := start; i < v.Len && v.Str != nil; i++ {
		v.Str[i] = v.OwnString(v.Str[i])
	}
	switch v.Type.Kind {
	case types.Struct:
		for _, kid := range v.Kids {
			own(kid, start)
		}
	case types.Array, types.Map:
		if start < v.Len {
			for _, kid := range v.Kids {
				own(kid, int(firstChild(v, start)))
			}
		}
	}
}

// firstChild returns the first child row of the rows from start on.
func firstChild(v *types.Vector, start int) uint32 {
	first := uint32(v.Kids[0].Len)
	for _, s := range v.Span[start:] {
		if s.Len > 0 {
			first = min(first, s.Start)
		}
	}
	return first
}

func (l *ranked) merge(older []byte) error {
	rows, err := l.read(older)
	if err == nil {
		l.rule.join(l, rows)
	}
	return err
}

// truncate drops what is beyond the limit at the end.
func (l *ranked) truncate() { l.order = l.order[:min(len(l.order), l.limit)] }

// descending ranks by the first column, greatest first; equal ones in the order
// they came. A row that would come behind a full list is dropped.
type descending struct{ distinct bool }

func (d descending) insert(l *ranked, row int) {
	sort := l.cols[0]
	if sort.IsNull(row) {
		return
	}
	at := len(l.order)
	for at > 0 && types.CompareAt(sort, row, sort, l.order[at-1]) > 0 {
		at--
	}
	if d.distinct && at > 0 && types.CompareAt(sort, row, sort, l.order[at-1]) == 0 {
		return
	}
	l.order = slices.Insert(l.order, at, row)
	l.truncate()
}

func (d descending) join(l *ranked, older []int) {
	newer := slices.Clone(l.order)
	l.order = append(l.order[:0], older...)
	for _, row := range newer {
		d.insert(l, row)
	}
}

// byArrival keeps the first or the last rows.
type byArrival struct{ latest, keepNulls bool }

func (b byArrival) insert(l *ranked, row int) {
	if !b.keepNulls && l.cols[0].IsNull(row) {
		return
	}
	if l.order = append(l.order, row); b.latest && len(l.order) > l.limit {
		l.order = slices.Delete(l.order, 0, 1)
	}
	l.truncate()
}

// join keeps the oldest rows of both lists, also for the latest: that is what
// the dialect does when session windows merge.
func (b byArrival) join(l *ranked, older []int) {
	l.order = append(l.order, older...)
	slices.SortStableFunc(l.order, func(x, y int) int {
		if l.seqs[x] < l.seqs[y] {
			return -1
		}
		return 1
	})
	l.truncate()
}
