package function

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/leatdb/leat/types"
)

func countDistinctAggregate() *Aggregate {
	return aggregate("COUNT_DISTINCT", "An estimate of the number of different values that are not NULL, off by less than one percent in most cases.",
		docs{"col": "the column to count"},
		streamOnly("(col T) -> BIGINT", 0, func(*AggregateCall) (Accumulator, error) { return newFolding(&hyperLogLog{}), nil })).
		over("x STRING", []string{"'a'", "'b'", "NULL", "'a'"}, Example{"COUNT_DISTINCT(x)", "2"})
}

// hyperLogLog estimates a number of different values from the longest run of
// leading zeros among the hashes of each of 2^14 classes.
//
// Its state is one byte per class (16 KiB). That is much for groups with few
// values, so as long as it is shorter the state is 1 and, for each class that
// was hit, its number in two bytes and its run in one, in no order; a state of
// classes bytes is 2 and the runs.
type hyperLogLog struct {
	runs   []uint8 // nil while sparse.
	sparse []byte  // Entries of 3 bytes.
	key    []byte
}

const (
	classBits   = 14
	classes     = 1 << classBits
	sparseEntry = 3
	sparseMost  = 512 // Entries of a sparse state; a list that is searched from end to end.

	sparseState = 1
	denseState  = 2
)

func (h *hyperLogLog) load(blob []byte) error {
	h.runs, h.sparse = h.runs[:0], h.sparse[:0]
	switch {
	case len(blob) == 0:
	case blob[0] == sparseState && len(blob)%sparseEntry == 1:
		h.sparse = append(h.sparse, blob[1:]...)
	case blob[0] == denseState && len(blob) == 1+classes:
		h.runs = append(h.runs, blob[1:]...)
	default:
		return types.ErrCorrupt
	}
	return nil
}

func (h *hyperLogLog) store(dst []byte) ([]byte, error) {
	if len(h.runs) > 0 {
		return append(append(dst, denseState), h.runs...), nil
	}
	return append(append(dst, sparseState), h.sparse...), nil
}

func (h *hyperLogLog) add(args []*types.Vector, r, _ int, _ uint64) error {
	if args[0].IsNull(r) {
		return nil
	}
	h.key = types.AppendKeyValue(h.key[:0], args[0], r)
	x := hash(h.key)
	// The bit below the class bits bounds the run.
	h.note(uint16(x>>(64-classBits)), uint8(bits.LeadingZeros64(x<<classBits|1<<(classBits-1))+1))
	return nil
}

// hash is FNV-1a with the finalizer of MurmurHash3. It must never change: the
// states of running queries depend on it.
func hash(b []byte) uint64 {
	x := uint64(14695981039346656037)
	for _, c := range b {
		x = (x ^ uint64(c)) * 1099511628211
	}
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// note keeps the longest run of a class.
func (h *hyperLogLog) note(class uint16, run uint8) {
	if len(h.runs) > 0 {
		h.runs[class] = max(h.runs[class], run)
		return
	}
	for p := 0; p < len(h.sparse); p += sparseEntry {
		if e := h.sparse[p:]; binary.LittleEndian.Uint16(e) == class {
			e[2] = max(e[2], run)
			return
		}
	}
	h.sparse = append(binary.LittleEndian.AppendUint16(h.sparse, class), run)
	if len(h.sparse) > sparseMost*sparseEntry {
		h.densify()
	}
}

func (h *hyperLogLog) densify() {
	if cap(h.runs) < classes {
		h.runs = make([]uint8, classes)
	}
	h.runs = h.runs[:classes]
	clear(h.runs)
	for p := 0; p < len(h.sparse); p += sparseEntry {
		h.runs[binary.LittleEndian.Uint16(h.sparse[p:])] = h.sparse[p+2]
	}
	h.sparse = h.sparse[:0]
}

func (h *hyperLogLog) emit(out *types.Vector, r int) error {
	out.I64[r] = h.estimate()
	return nil
}

// estimate is Ertl's improved raw estimator ("New cardinality estimation
// algorithms for HyperLogLog sketches"): unlike the original one it has no bias
// where few classes are left empty.
func (h *hyperLogLog) estimate() int64 {
	if len(h.runs) == 0 {
		empty := float64(classes - len(h.sparse)/sparseEntry)
		return int64(math.Round(classes * math.Log(classes/empty)))
	}
	const longest = 64 - classBits
	var having [longest + 2]float64 // Classes by their run.
	for _, run := range h.runs {
		having[run]++
	}
	z := classes * longRuns(1-having[longest+1]/classes)
	for k := longest; k >= 1; k-- {
		z = (z + having[k]) / 2
	}
	z += classes * emptyClasses(having[0]/classes)
	return int64(math.Round(classes * classes / (2 * math.Ln2 * z)))
}

// emptyClasses is the paper's sigma: x + x^2 + 2x^4 + 4x^8 + ...
func emptyClasses(x float64) float64 {
	sum, factor := x, 1.0
	for last := 0.0; sum != last && x < 1; factor *= 2 {
		x *= x
		last, sum = sum, sum+x*factor
	}
	return sum
}

// longRuns is the paper's tau, for classes whose run may have been cut.
func longRuns(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	sum, factor := 1-x, 1.0
	for last := 0.0; sum != last; {
		x = math.Sqrt(x)
		factor /= 2
		last, sum = sum, sum-(1-x)*(1-x)*factor
	}
	return sum / 3
}

func (h *hyperLogLog) merge(older []byte) error {
	var o hyperLogLog
	if err := o.load(older); err != nil {
		return err
	}
	for p := 0; p < len(o.sparse); p += sparseEntry {
		h.note(binary.LittleEndian.Uint16(o.sparse[p:]), o.sparse[p+2])
	}
	if len(o.runs) == 0 {
		return nil
	}
	if len(h.runs) == 0 {
		h.densify()
	}
	for class, run := range o.runs {
		h.note(uint16(class), run)
	}
	return nil
}
