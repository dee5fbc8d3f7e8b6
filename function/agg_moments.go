package function

import (
	"math"

	"github.com/leatdb/leat/types"
)

func correlationAggregate() *Aggregate {
	const summary = "Pearson's correlation coefficient of the pairs in which neither value is NULL; NaN when it is not defined."
	params := docs{"x": "the first column", "y": "the second column"}
	return aggregate("CORRELATION", summary, params,
		undoable("(x INT, y INT) -> DOUBLE", accumulator(correlation[int32]{})),
		undoable("(x BIGINT, y BIGINT) -> DOUBLE", accumulator(correlation[int64]{})),
		undoable("(x DOUBLE, y DOUBLE) -> DOUBLE", accumulator(correlation[float64]{}))).
		over("x INT, y INT", []string{"1, 2", "2, 4", "4, 8", "9, NULL"}, Example{"CORRELATION(x, y)", "1.0"})
}

func stddevSampAggregate() *Aggregate {
	return deviation("STDDEV_SAMP", "The sample variance, not its root, of the values that are not NULL, as in ksqlDB; 0.0 for fewer than two. Deprecated: use STDDEV_SAMPLE.",
		func(variance float64) float64 { return variance }).
		over("x INT", []string{"2", "4", "6"}, Example{"STDDEV_SAMP(x)", "4.0"})
}

func stddevSampleAggregate() *Aggregate {
	return deviation("STDDEV_SAMPLE", "The sample standard deviation of the values that are not NULL; 0.0 for fewer than two.", math.Sqrt).
		over("x INT", []string{"2", "4", "6"}, Example{"STDDEV_SAMPLE(x)", "2.0"})
}

func deviation(name, summary string, of func(variance float64) float64) *Aggregate {
	return aggregate(name, summary, docs{"col": "the column to look at"},
		undoable("(col INT) -> DOUBLE", accumulator(spread[int32]{of})),
		undoable("(col BIGINT) -> DOUBLE", accumulator(spread[int64]{of})),
		undoable("(col DOUBLE) -> DOUBLE", accumulator(spread[float64]{of})))
}

type numeric interface{ int32 | int64 | float64 }

func bitsOf(f float64) uint64  { return math.Float64bits(f) }
func floatOf(w uint64) float64 { return math.Float64frombits(w) }

// spread keeps the count, the sum and the sum of squared distances from the
// mean in three words, after Youngs and Cramer.
type spread[T numeric] struct {
	of func(variance float64) float64
}

func (spread[T]) Size() (words, blobs int) { return 3, 0 }

func (a spread[T]) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	values, nulls := column[T](args[0]), args[0].Nulls
	for k, g := range groups {
		w, r := words(st, at, g, 3), rows[k]
		if !nulls.Get(int(r)) {
			x := float64(values[r])
			if sign > 0 {
				n, sum := float64(int64(w[0])+1), floatOf(w[1])+x
				w[0], w[1], w[2] = w[0]+1, bitsOf(sum), bitsOf(floatOf(w[2])+distance(x, sum, n))
			} else {
				n, sum := float64(int64(w[0])), floatOf(w[1])
				w[0], w[1], w[2] = w[0]-1, bitsOf(sum-x), bitsOf(floatOf(w[2])-distance(x, sum, n))
			}
		}
		if out != nil {
			out.F64[r] = a.value(w)
		}
	}
}

// distance is what x, one of n values with the given sum, adds to the sum of
// squared distances.
func distance(x, sum, n float64) float64 {
	if n <= 1 {
		return 0
	}
	d := n*x - sum
	return d * d / (n * (n - 1))
}

func (a spread[T]) value(w []uint64) float64 {
	if n := int64(w[0]); n >= 2 {
		return a.of(floatOf(w[2]) / float64(n-1))
	}
	return 0
}

func (a spread[T]) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		out.F64[rows[k]] = a.value(words(st, at, g, 3))
	}
}

func (spread[T]) Merge(st State, at Slots, into, from uint32) {
	to, w := words(st, at, into, 3), words(st, at, from, 3)
	m, n := float64(int64(w[0])), float64(int64(to[0]))
	switch {
	case m == 0:
		return
	case n == 0:
		copy(to, w)
		return
	}
	d := n/m*floatOf(w[1]) - floatOf(to[1])
	to[2] = bitsOf(floatOf(w[2]) + floatOf(to[2]) + m/(n*(m+n))*d*d)
	to[0] += w[0]
	to[1] = bitsOf(floatOf(w[1]) + floatOf(to[1]))
}

// correlation keeps the count and the sums of x, y, xx, yy and xy in six words.
type correlation[T numeric] struct{}

func (correlation[T]) Size() (words, blobs int) { return 6, 0 }

func (a correlation[T]) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	xs, ys, s := column[T](args[0]), column[T](args[1]), float64(sign)
	for k, g := range groups {
		w, r := words(st, at, g, 6), rows[k]
		if !args[0].Nulls.Get(int(r)) && !args[1].Nulls.Get(int(r)) {
			x, y := float64(xs[r]), float64(ys[r])
			w[0] += uint64(sign)
			for i, d := range [...]float64{x, y, x * x, y * y, x * y} {
				w[i+1] = bitsOf(floatOf(w[i+1]) + s*d)
			}
		}
		if out != nil {
			out.F64[r] = a.value(w)
		}
	}
}

func (correlation[T]) value(w []uint64) float64 {
	n, x, y := float64(int64(w[0])), floatOf(w[1]), floatOf(w[2])
	return (n*floatOf(w[5]) - x*y) / (math.Sqrt(n*floatOf(w[3])-x*x) * math.Sqrt(n*floatOf(w[4])-y*y))
}

func (a correlation[T]) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		out.F64[rows[k]] = a.value(words(st, at, g, 6))
	}
}

func (correlation[T]) Merge(st State, at Slots, into, from uint32) {
	to, w := words(st, at, into, 6), words(st, at, from, 6)
	to[0] += w[0]
	for i := 1; i < 6; i++ {
		to[i] = bitsOf(floatOf(to[i]) + floatOf(w[i]))
	}
}
