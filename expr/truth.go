package expr

import (
	"errors"

	"github.com/leatdb/leat/types"
)

// truth makes a BOOLEAN column of a predicate.
type truth struct {
	pred pred
	out  *scratch
}

func (t *truth) eval(x *frame, rows []uint32) *types.Vector {
	out := t.out.vector(x.n)
	for _, r := range rows {
		out.Bool[r] = false
	}
	for _, r := range t.pred.filter(x, rows, t.out.rows(len(rows))) {
		out.Bool[r] = true
	}
	return out
}

// isTrue is the predicate of a BOOLEAN column. A NULL does not pass; as an
// operand of AND, OR and NOT (strict) it is a failure.
type isTrue struct {
	value  value
	strict bool
}

var errNullOperand = errors.New("an operand of AND, OR or NOT is NULL: test it with IS NULL first, or use COALESCE")

func (p isTrue) filter(x *frame, rows, dst []uint32) []uint32 {
	v, rows := x.operand(p.value, rows, dst)
	k := 0
	if !v.Nulls.Any() {
		for _, r := range rows {
			dst[k] = r
			if v.Bool[r] {
				k++
			}
		}
		return dst[:k]
	}
	for _, r := range rows {
		if v.Nulls.Get(int(r)) {
			if p.strict {
				x.fail(r, errNullOperand)
			}
			continue
		}
		dst[k] = r
		if v.Bool[r] {
			k++
		}
	}
	return dst[:k]
}

// truthOf returns the predicate of a BOOLEAN value.
func truthOf(v value, strict bool) pred {
	if t, ok := v.(*truth); ok {
		return t.pred
	}
	return isTrue{v, strict}
}
