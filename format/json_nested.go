package format

import (
	"strconv"

	"github.com/leatdb/leat/types"
)

// array reads the array at b[i]: its elements are appended to the child vector.
func (d *jsonDecoder) array(n *jsonNode, v *types.Vector, row int, b []byte, i int) int {
	kid := v.Kids[0]
	start, failed := kid.Len, len(d.failures)
	if i = skipSpace(b, i+1); i < len(b) && b[i] == ']' {
		v.Span[row] = types.Span{Start: uint32(start)}
		return i + 1
	}
	for {
		if len(d.failures) == failed {
			k := kid.Extend()
			i = d.value(n.elem, kid, k, b, i)
			if i >= 0 && len(d.failures) > failed {
				d.within(failed, "["+strconv.Itoa(k-start)+"]")
			}
		} else {
			i = d.skip(b, i, n.depth+1) // One failure condemns the array.
		}
		if i < 0 {
			return -1
		}
		i = skipSpace(b, i)
		if i < len(b) && b[i] == ']' {
			v.Span[row] = types.Span{Start: uint32(start), Len: uint32(kid.Len - start)}
			return i + 1
		}
		if i >= len(b) || b[i] != ',' {
			return d.fail(i, afterMember(false))
		}
		i = skipSpace(b, i+1)
	}
}

// mapping reads the object at b[i] as a MAP: its entries are appended to the
// child vectors, in the order in which their names come first; the last value of
// a name counts.
func (d *jsonDecoder) mapping(n *jsonNode, v *types.Vector, row int, b []byte, i int) int {
	keys, values := v.Kids[0], v.Kids[1]
	start, mark := keys.Len, len(d.failures)
	n.keys.reset()
	if i = skipSpace(b, i+1); i < len(b) && b[i] == '}' {
		v.Span[row] = types.Span{Start: uint32(start)}
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return d.fail(i, "a member name in quotes")
		}
		k := keys.Extend()
		if i = d.stringValue(keys, k, b, i+1); i < 0 {
			return -1
		}
		if i = d.colon(b, i); i < 0 {
			return -1
		}
		at := k
		if earlier := n.keys.find(keys.Str, start, k); earlier >= 0 {
			at = earlier
			shrink(keys)
			d.forget(mark, "."+pathName(keys.Str[at]))
			clearNull(values, at)
		} else {
			values.Extend()
		}
		failed := len(d.failures)
		if i = d.value(n.elem, values, at, b, i); i < 0 {
			return -1
		}
		if len(d.failures) > failed {
			d.within(failed, "."+pathName(keys.Str[at]))
		}
		i = skipSpace(b, i)
		if i < len(b) && b[i] == '}' {
			v.Span[row] = types.Span{Start: uint32(start), Len: uint32(keys.Len - start)}
			return i + 1
		}
		if i >= len(b) || b[i] != ',' {
			return d.fail(i, afterMember(true))
		}
		i = skipSpace(b, i+1)
	}
}

// shrink takes back the last row of a STRING vector.
func shrink(v *types.Vector) {
	v.Len--
	v.Str = v.Str[:v.Len]
}

// jsonKeySet finds repeated names among the entries of one map: by comparing
// while they are few, with an index when they are many.
type jsonKeySet struct {
	index map[string]int
}

const jsonFewKeys = 16

func (s *jsonKeySet) reset() { clear(s.index) }

// find returns where the key names[at] stands among names[start:at], or -1.
func (s *jsonKeySet) find(names []string, start, at int) int {
	if at-start < jsonFewKeys {
		for k := start; k < at; k++ {
			if names[k] == names[at] {
				return k
			}
		}
		return -1
	}
	if len(s.index) == 0 {
		if s.index == nil {
			s.index = make(map[string]int)
		}
		for k := start; k < at; k++ {
			s.index[names[k]] = k
		}
	}
	if k, ok := s.index[names[at]]; ok {
		return k
	}
	s.index[names[at]] = at
	return -1
}
