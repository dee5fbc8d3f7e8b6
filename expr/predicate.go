package expr

import (
	"errors"
	"fmt"
	"strings"

	"github.com/leatdb/leat/types"
)

// isNull is IS NULL, or IS NOT NULL.
type isNull struct {
	arg  value
	want bool
}

func (n *isNull) filter(x *frame, rows, dst []uint32) []uint32 {
	v, rows := x.operand(n.arg, rows, dst)
	if !v.Nulls.Any() && n.want {
		return dst[:0]
	}
	k := 0
	for _, r := range rows {
		dst[k] = r
		k += one(v.Nulls.Get(int(r)) == n.want)
	}
	return dst[:k]
}

func (c *compiler) isNull(e *Expr) (value, error) {
	v, err := c.value(e.Args[0])
	if err != nil {
		return nil, err
	}
	return c.truth(e, &isNull{v, e.Name != "not"}), nil
}

// distinct is IS DISTINCT FROM: two NULLs are the same, NULL and a value are
// not.
type distinct struct {
	left, right value
	same        equality
}

func (n *distinct) filter(x *frame, rows, dst []uint32) []uint32 {
	a, rows := x.operand(n.left, rows, dst)
	b, rows := x.operand(n.right, rows, dst)
	k := 0
	for _, r := range rows {
		an, bn := a.Nulls.Get(int(r)), b.Nulls.Get(int(r))
		if an != bn || !an && !n.same(a, int(r), b, int(r)) {
			dst[k] = r
			k++
		}
	}
	return dst[:k]
}

func (c *compiler) distinct(e *Expr) (value, error) {
	left, right, err := comparable(e.Args[0], e.Args[1])
	if err != nil {
		return nil, err
	}
	a, err := c.value(left)
	if err != nil {
		return nil, err
	}
	b, err := c.value(right)
	if err != nil {
		return nil, err
	}
	return c.negatable(e, &distinct{a, b, equalityOf(left.Type, right.Type)}), nil
}

// between compiles v BETWEEN low AND high as low <= v AND v <= high with v
// evaluated once. A NULL makes it false.
func (c *compiler) between(e *Expr) (value, error) {
	v := &held{typ: e.Args[0].Type}
	arg, err := c.value(e.Args[0])
	if err != nil {
		return nil, err
	}
	atLeast, err := c.heldComparison(v, greaterEqual, e.Args[1])
	if err != nil {
		return nil, err
	}
	atMost, err := c.heldComparison(v, lessEqual, e.Args[2])
	if err != nil {
		return nil, err
	}
	return c.negatable(e, &between{arg, v, &and{atLeast, atMost}}), nil
}

type between struct {
	arg  value
	held *held
	both pred
}

func (n *between) filter(x *frame, rows, dst []uint32) []uint32 {
	n.held.vec, rows = x.operand(n.arg, rows, dst)
	return n.both.filter(x, rows, dst)
}

// held stands for a value that was evaluated before.
type held struct {
	typ *types.Type
	vec *types.Vector
}

func (h *held) eval(*frame, []uint32) *types.Vector { return h.vec }

// opHeld is an expression that is compiled already.
const opHeld Op = "held"

// heldComparison compares a held value with an expression.
func (c *compiler) heldComparison(h *held, op string, other *Expr) (pred, error) {
	c.held = append(c.held, h)
	return c.comparison(op, &Expr{Op: opHeld, Type: h.typ, Index: len(c.held) - 1}, other)
}

// in compiles v IN (items): items are compared in order, each with the rows
// that matched none before. NULL items match nothing, a NULL value is in no
// list.
func (c *compiler) in(e *Expr) (value, error) {
	arg, err := c.value(e.Args[0])
	if err != nil {
		return nil, err
	}
	if keep, err := c.constantSet(e); keep != nil || err != nil {
		return c.negatable(e, &constantComparison{arg, keep}), err
	}
	n := &in{arg: arg, held: &held{typ: e.Args[0].Type}, hit: c.scratch(nil), rest: c.scratch(nil)}
	for _, item := range e.Args[1:] {
		p, err := c.heldComparison(n.held, equal, item)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, p)
	}
	return c.negatable(e, n), nil
}

type in struct {
	arg       value
	held      *held
	items     []pred
	hit, rest *scratch
	matched   types.Bitmap
}

func (n *in) filter(x *frame, rows, dst []uint32) []uint32 {
	n.held.vec, rows = x.operand(n.arg, rows, dst)
	rest := notNull(rows, n.held.vec.Nulls, n.rest.rows(len(rows)))
	n.matched = n.matched.Reset().Grow(x.n)
	for _, item := range n.items {
		mark := x.mark()
		hit := item.filter(x, rest, n.hit.rows(len(rest)))
		for _, r := range hit {
			n.matched.Set(int(r))
		}
		rest = without(rest, hit, rest)
		if x.mark() > mark {
			rest = x.dropFailed(rest, rest)
		}
	}
	k := 0
	for _, r := range rows {
		dst[k] = r
		k += one(n.matched.Get(int(r)))
	}
	return dst[:k]
}

// like is LIKE with a pattern that may vary by row.
type like struct {
	arg, pattern value
	escape       rune // -1: none.
	last         string
	compiled     *likePattern
}

var errLikeNull = errors.New("an operand of LIKE is NULL: test it with IS NULL first, or use COALESCE")

func (n *like) filter(x *frame, rows, dst []uint32) []uint32 {
	a, rows := x.operand(n.arg, rows, dst)
	b, rows := x.operand(n.pattern, rows, dst)
	k := 0
	for _, r := range rows {
		if a.Nulls.Get(int(r)) || b.Nulls.Get(int(r)) {
			x.fail(r, errLikeNull)
			continue
		}
		if n.compiled == nil || n.last != b.Str[r] {
			p, err := compileLike(b.Str[r], n.escape)
			if err != nil {
				x.fail(r, err)
				continue
			}
			n.compiled, n.last = p, strings.Clone(b.Str[r])
		}
		if n.compiled.match(a.Str[r]) {
			dst[k] = r
			k++
		}
	}
	return dst[:k]
}

func (c *compiler) like(e *Expr) (value, error) {
	args, err := c.values(e.Args)
	if err != nil {
		return nil, err
	}
	n := &like{arg: args[0], pattern: args[1], escape: -1}
	if e.Text != "" {
		r := []rune(e.Text)
		if len(r) != 1 {
			return nil, fmt.Errorf("the escape of LIKE is one character, not %q", e.Text)
		}
		n.escape = r[0]
	}
	return c.negatable(e, n), nil
}
