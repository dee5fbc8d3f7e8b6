package expr

import "github.com/leatdb/leat/types"

// and evaluates its right side only for rows whose left side is true.
type and struct{ left, right pred }

func (n *and) filter(x *frame, rows, dst []uint32) []uint32 {
	return n.right.filter(x, n.left.filter(x, rows, dst), dst)
}

// or evaluates its right side only for rows whose left side is false.
type or struct {
	left, right pred
	hit, rest   *scratch
}

func (n *or) filter(x *frame, rows, dst []uint32) []uint32 {
	mark := x.mark()
	hit := n.left.filter(x, rows, n.hit.rows(len(rows)))
	rest := without(rows, hit, n.rest.rows(len(rows)))
	if x.mark() > mark {
		rest = x.dropFailed(rest, rest)
	}
	return merge(hit, n.right.filter(x, rest, rest), room(dst, len(rows)))
}

// not keeps the rows its operand leaves out, other than failed ones.
type not struct {
	arg pred
	hit *scratch
}

func (n *not) filter(x *frame, rows, dst []uint32) []uint32 {
	mark := x.mark()
	hit := n.arg.filter(x, rows, n.hit.rows(len(rows)))
	rows = without(rows, hit, dst)
	if x.mark() > mark {
		rows = x.dropFailed(rows, dst)
	}
	return rows
}

// without writes the rows that are not in hit, a part of them in the same
// order, to dst, which may share memory with rows.
func without(rows, hit, dst []uint32) []uint32 {
	dst = dst[:len(rows)]
	k, h := 0, 0
	for _, r := range rows {
		if h < len(hit) && hit[h] == r {
			h++
			continue
		}
		dst[k] = r
		k++
	}
	return dst[:k]
}

// merge writes two ascending lists without common rows to dst as one.
func merge(a, b, dst []uint32) []uint32 {
	dst = dst[:0]
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			dst, a = append(dst, a[0]), a[1:]
		} else {
			dst, b = append(dst, b[0]), b[1:]
		}
	}
	return append(append(dst, a...), b...)
}

// logic compiles AND and OR, from the left.
func (c *compiler) logic(e *Expr) (value, error) {
	var p pred
	for _, arg := range e.Args {
		next, err := c.operand(arg)
		switch {
		case err != nil:
			return nil, err
		case p == nil:
			p = next
		case e.Op == OpAnd:
			p = &and{p, next}
		default:
			p = &or{p, next, c.scratch(nil), c.scratch(nil)}
		}
	}
	return c.truth(e, p), nil
}

// operand compiles an operand of AND, OR or NOT, for which NULL is a failure.
func (c *compiler) operand(e *Expr) (pred, error) {
	v, err := c.value(e)
	if err != nil {
		return nil, err
	}
	return truthOf(v, true), nil
}

func (c *compiler) negation(e *Expr) (value, error) {
	p, err := c.operand(e.Args[0])
	if err != nil {
		return nil, err
	}
	return c.truth(e, &not{p, c.scratch(nil)}), nil
}

// negatable wraps the predicate of an expression in NOT when its Name says so.
func (c *compiler) negatable(e *Expr, p pred) value {
	if e.Name == "not" {
		p = &not{p, c.scratch(nil)}
	}
	return c.truth(e, p)
}

// caseWhen evaluates conditions in order, each for the rows that no earlier one
// took, and every result for the rows it is the result of.
type caseWhen struct {
	when      []pred
	then      []value
	otherwise value // nil: NULL.
	out, hit  *scratch
}

func (n *caseWhen) eval(x *frame, rows []uint32) *types.Vector {
	out := n.out.vector(x.n)
	rest := n.out.rows(len(rows))
	copy(rest, rows)
	for i, when := range n.when {
		if len(rest) == 0 {
			return out
		}
		mark := x.mark()
		hit := when.filter(x, rest, n.hit.rows(len(rest)))
		rest = without(rest, hit, rest)
		if x.mark() > mark {
			rest = x.dropFailed(rest, rest)
		}
		n.take(x, n.then[i], hit, out)
	}
	if n.otherwise != nil {
		n.take(x, n.otherwise, rest, out)
		return out
	}
	for _, r := range rest {
		out.SetNull(int(r))
	}
	return out
}

// take evaluates a result for its rows and copies it.
func (n *caseWhen) take(x *frame, v value, rows []uint32, out *types.Vector) {
	if len(rows) == 0 {
		return
	}
	src, rows := x.operand(v, rows, rows)
	out.CopyRows(rows, src, rows)
}

func (c *compiler) caseWhen(e *Expr) (value, error) {
	n := &caseWhen{out: c.scratch(e.Type), hit: c.scratch(nil)}
	for i := 0; i+1 < len(e.Args); i += 2 {
		when, err := c.value(e.Args[i])
		if err != nil {
			return nil, err
		}
		then, err := c.value(Cast(e.Args[i+1], e.Type))
		if err != nil {
			return nil, err
		}
		n.when = append(n.when, truthOf(when, false))
		n.then = append(n.then, then)
	}
	if len(e.Args)%2 == 1 {
		v, err := c.value(Cast(e.Args[len(e.Args)-1], e.Type))
		if err != nil {
			return nil, err
		}
		n.otherwise = v
	}
	return n, nil
}
