package expr

import "github.com/leatdb/leat/types"

// unary applies a kernel to one operand; NULL gives NULL, or fails the row when
// nullErr is set. kernel is called with rows that are neither NULL nor failed.
type unary struct {
	arg     value
	kernel  unaryKernel
	out     *scratch
	nullErr error
}

type (
	unaryKernel  = func(x failer, out, a *types.Vector, rows []uint32)
	binaryKernel = func(x failer, out, a, b *types.Vector, rows []uint32)
)

func (n *unary) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	a := n.arg.eval(x, rows)
	rows = x.alive(rows, mark, n.out)
	out := n.out.vector(x.n)
	if a.Nulls.Any() {
		uniteNulls(out, a)
		rows = leaveNulls(x, rows, out, n.out, n.nullErr)
	}
	n.kernel(x, out, a, rows)
	return out
}

// binary applies a kernel to two operands; a NULL one gives NULL, or fails the
// row when nullErr is set. kernel is called with rows that are neither NULL nor
// failed.
type binary struct {
	left, right value
	kernel      binaryKernel
	out         *scratch
	nullErr     error
}

func (n *binary) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	a := n.left.eval(x, rows)
	rows = x.alive(rows, mark, n.out)
	b := n.right.eval(x, rows)
	rows = x.alive(rows, mark, n.out)
	out := n.out.vector(x.n)
	if a.Nulls.Any() || b.Nulls.Any() {
		uniteNulls(out, a)
		uniteNulls(out, b)
		rows = leaveNulls(x, rows, out, n.out, n.nullErr)
	}
	n.kernel(x, out, a, b, rows)
	return out
}

// leaveNulls returns the rows that are not NULL in out and fails the others if
// there is an error for them.
func leaveNulls(x *frame, rows []uint32, out *types.Vector, buf *scratch, nullErr error) []uint32 {
	if nullErr != nil {
		for _, r := range rows {
			if out.Nulls.Get(int(r)) {
				x.fail(r, nullErr)
			}
		}
	}
	return notNull(rows, out.Nulls, buf.rows(len(rows)))
}

// failer takes reports of failed rows. A frame is one; casts of nested values
// have one that finds the row an element belongs to.
type failer interface{ fail(row uint32, err error) }

// uniteNulls makes the rows that are NULL in a NULL in out.
func uniteNulls(out, a *types.Vector) {
	words := min(len(a.Nulls), (out.Len+63)>>6)
	if words == 0 {
		return
	}
	out.Nulls = out.Nulls.Grow(out.Len)
	for w, bits := range a.Nulls[:words] {
		out.Nulls[w] |= bits
	}
	if rest := uint(out.Len) & 63; rest != 0 {
		out.Nulls[len(out.Nulls)-1] &= 1<<rest - 1
	}
}

// notNull writes the rows that are not in nulls to dst, which may share memory
// with rows.
func notNull(rows []uint32, nulls types.Bitmap, dst []uint32) []uint32 {
	dst = dst[:len(rows)]
	k := 0
	for _, r := range rows {
		dst[k] = r
		if !nulls.Get(int(r)) {
			k++
		}
	}
	return dst[:k]
}

// number is an element type with native arithmetic.
type number interface{ int32 | int64 | float64 }

// data returns the slice of v that holds its values.
func data[T number](v *types.Vector) []T {
	var zero T
	switch any(zero).(type) {
	case int32:
		return any(v.I32).([]T)
	case int64:
		return any(v.I64).([]T)
	}
	return any(v.F64).([]T)
}

// constantOf returns the one-row vector of a constant that is not NULL.
func constantOf(v value) (*types.Vector, bool) {
	k, ok := v.(*constant)
	if !ok || k.one.IsNull(0) {
		return nil, false
	}
	return k.one, true
}
