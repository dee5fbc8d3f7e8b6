package function

import "github.com/leatdb/leat/types"

// Parted is an Accumulator whose groups may be made in parts: each from some
// consecutive rows, somewhere else, and added later in the order of the rows. The
// result must be that of an Update with all the rows, to the last bit, so sums of
// DOUBLE are not Parted, and sums of DECIMAL are not, which may overflow on the
// way.
type Parted interface {
	Accumulator
	// Part returns the accumulator that makes parts. Each of them is made by one
	// Update without out, and only AddParts reads it.
	Part() Accumulator
	// AddParts adds the parts 0 to len(groups)-1, part k to group groups[k]. When
	// out is not nil the group's value after part k is written to out at rows[k].
	AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector)
}

func (c counter) Part() Accumulator { return c }

func (counter) AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	p, step := parts.Words(), parts.Stride()
	for k, g := range groups {
		i := int(g)*stride + at.Word
		w[i] += p[k*step+at.Word]
		if out != nil {
			out.I64[rows[k]] = int64(w[i])
		}
	}
}

func (s wholeSum[T]) Part() Accumulator { return s }

func (wholeSum[T]) AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	p, step := parts.Words(), parts.Stride()
	var result []T
	if out != nil {
		result = column[T](out)
	}
	for k, g := range groups {
		i := int(g)*stride + at.Word
		w[i] += p[k*step+at.Word]
		if out != nil {
			result[rows[k]] = T(w[i])
		}
	}
}

func (a average[T]) Part() Accumulator { return a }

func (average[T]) AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	p, step := parts.Words(), parts.Stride()
	for k, g := range groups {
		i, j := int(g)*stride+at.Word, k*step+at.Word
		w[i] += p[j]
		w[i+1] += p[j+1]
		if out != nil {
			out.F64[rows[k]] = mean(float64(T(w[i])), w[i+1])
		}
	}
}

func (e extremeNumber[T]) Part() Accumulator { return e }

func (e extremeNumber[T]) AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	p, step := parts.Words(), parts.Stride()
	for k, g := range groups {
		i, j := int(g)*stride+at.Word, k*step+at.Word
		if p[j+1] != 0 {
			e.offer(w[i:i+2], T(p[j]))
		}
		if out != nil {
			e.emit(w[i:i+2], out, int(rows[k]))
		}
	}
}

func (e extremeDouble) Part() Accumulator { return e }

func (e extremeDouble) AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	p, step := parts.Words(), parts.Stride()
	for k, g := range groups {
		i, j := int(g)*stride+at.Word, k*step+at.Word
		if p[j+1] != 0 {
			e.offer(w[i:i+2], floatOf(p[j]))
		}
		if out != nil {
			e.emit(w[i:i+2], out, int(rows[k]))
		}
	}
}

// Part makes parts that say which row they have by nothing but their place among
// the parts: the mark is 2, or 3 for a NULL that counts.
func (a *byOffset) Part() Accumulator { return partByOffset{a} }

func (a *byOffset) AddParts(st State, at Slots, groups []uint32, parts State, rows []uint32, out *types.Vector) {
	_, blobs := a.size()
	for k, g := range groups {
		w, p := words(st, at, g, a.count), words(parts, at, uint32(k), a.count)
		if p[0] != 0 && (a.latest || w[0] == 0) {
			w[0] = a.seq.next()<<1 | p[0]&1
			copy(w[1:], p[1:])
			if blobs > 0 {
				st.SetBlob(g, at.Blob, parts.Blob(uint32(k), at.Blob))
			}
		}
		if out != nil {
			a.emit(st, at, g, w, out, int(rows[k]))
		}
	}
}

// partByOffset makes the parts of byOffset. Only the row that counts is copied:
// for the latest it is looked for from the end.
type partByOffset struct{ *byOffset }

func (a partByOffset) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, _ *types.Vector, _ *Errors) {
	v := args[0]
	for n := range groups {
		k := n
		if a.latest {
			k = len(groups) - 1 - n
		}
		w, r := words(st, at, groups[k], a.count), int(rows[k])
		switch {
		case w[0] != 0:
		case !v.IsNull(r):
			w[0] = 2
			a.put(st, at, groups[k], w, v, r)
		case a.keepNulls:
			w[0] = 3
		}
	}
}
