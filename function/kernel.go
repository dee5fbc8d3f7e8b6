package function

import (
	"strings"

	"github.com/leatdb/leat/types"
)

// cell is the Go form of a value of one of the types without parameters.
type cell interface {
	bool | int32 | int64 | float64 | string
}

// column returns the data slice of v that holds values of type T.
func column[T cell](v *types.Vector) []T {
	var s any // Pointers to fields: no allocation.
	switch any(*new(T)).(type) {
	case bool:
		s = &v.Bool
	case int32:
		s = &v.I32
	case int64:
		s = &v.I64
	case float64:
		s = &v.F64
	default:
		s = &v.Str
	}
	return *s.(*[]T)
}

// The makers below build strict kernels (NULL in, NULL out) from a Go function
// of the values. Functions that cannot fail have the plain names; those whose
// names end in E return an error, which fails the row.

func map1[A, R cell](f func(A) R) maker {
	return strict(kernel(func(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
		a, r := column[A](args[0]), column[R](out)
		for _, i := range rows {
			r[i] = f(a[i])
		}
	}))
}

func map2[A, B, R cell](f func(A, B) R) maker {
	return strict(kernel(func(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
		a, b, r := column[A](args[0]), column[B](args[1]), column[R](out)
		for _, i := range rows {
			r[i] = f(a[i], b[i])
		}
	}))
}

func map2E[A, B, R cell](f func(A, B) (R, error)) maker {
	return strict(kernel(func(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
		a, b, r := column[A](args[0]), column[B](args[1]), column[R](out)
		for _, i := range rows {
			var err error
			if r[i], err = f(a[i], b[i]); err != nil {
				fail(i, err, out, errs)
			}
		}
	}))
}

// fail makes row i NULL and reports why.
func fail(i uint32, err error, out *types.Vector, errs *Errors) {
	out.SetNull(int(i))
	errs.Add(i, err)
}

// rowFunc computes row i of out from row i of the arguments; an error fails the
// row. It is how the long tail of functions is written.
type rowFunc func(args []*types.Vector, i int, out *types.Vector) error

// perRow makes a kernel of a function that sees NULLs.
func perRow(f rowFunc) maker { return kernel(f.kernel) }

// perRowStrict makes a kernel of a function that sees no NULLs.
func perRowStrict(f rowFunc) maker { return strict(kernel(f.kernel)) }

// perCall is perRow for a function with state of its own: newFunc is called for
// each call site and may compile constant arguments.
func perCall(newFunc func(call *Call) rowFunc) maker {
	return func(call *Call) (Kernel, error) { return newFunc(call).kernel, nil }
}

// perCallStrict is perCall for a function that sees no NULLs.
func perCallStrict(newFunc func(call *Call) rowFunc) maker { return strict(perCall(newFunc)) }

func (f rowFunc) kernel(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
	for _, i := range rows {
		if err := f(args, int(i), out); err != nil {
			fail(i, err, out, errs)
		}
	}
}

// text makes strict kernels of functions that append their result to dst: the
// scratch memory is the call site's, the result the vector's.
func text(f func(dst []byte, args []*types.Vector, i int) ([]byte, error)) maker {
	return perCallStrict(func(*Call) rowFunc {
		var buf []byte
		return func(args []*types.Vector, i int, out *types.Vector) error {
			var err error
			if buf, err = f(buf[:0], args, i); err != nil {
				return err
			}
			out.Str[i] = out.Own(buf)
			return nil
		}
	})
}

// memo compiles texts (patterns, regular expressions, zones) for one call site
// and remembers them: a constant is compiled once, and so are a few others.
type memo[T any] struct {
	compile func(text string) (T, error)
	last    *memoEntry[T]
	all     map[string]*memoEntry[T]
}

type memoEntry[T any] struct {
	text  string
	value T
	err   error
}

// memoLimit bounds the number of texts remembered.
const memoLimit = 256

// get returns what text compiles to. The text may be transient.
func (m *memo[T]) get(text string) (T, error) {
	if m.last == nil || m.last.text != text {
		m.find(text)
	}
	return m.last.value, m.last.err
}

func (m *memo[T]) find(text string) {
	if e, ok := m.all[text]; ok {
		m.last = e
		return
	}
	if m.all == nil || len(m.all) >= memoLimit {
		m.all = make(map[string]*memoEntry[T])
	}
	e := &memoEntry[T]{text: strings.Clone(text)}
	e.value, e.err = m.compile(e.text)
	m.all[e.text], m.last = e, e
}

// reset forgets everything that was compiled.
func (m *memo[T]) reset() { m.all, m.last = nil, nil }

// compiled makes a row function of one that is given what argument at compiles to,
// such as a pattern.
func compiled[T any](at int, compile func(text string) (T, error), row func(v T, args []*types.Vector, i int, out *types.Vector) error) func(*Call) rowFunc {
	return func(*Call) rowFunc {
		known := memo[T]{compile: compile}
		return func(args []*types.Vector, i int, out *types.Vector) error {
			v, err := known.get(args[at].Str[i])
			if err != nil {
				return err
			}
			return row(v, args, i, out)
		}
	}
}
