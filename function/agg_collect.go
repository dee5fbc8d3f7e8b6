package function

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"

	"github.com/leatdb/leat/types"
)

func collectListAggregate() *Aggregate {
	return aggregate("COLLECT_LIST", "The values in the order in which they came, NULLs too. The property ksql.functions.collect_list.limit bounds their number; further values are ignored.",
		docs{"col": "the column to collect"},
		undoable("(col T) -> ARRAY<T>", func(c *AggregateCall) (Accumulator, error) {
			limit, err := limitOf(c, "ksql.functions.collect_list.limit")
			return newFolding(&collected{elem: c.Args[0], limit: limit}), err
		})).
		over("x INT", []string{"2", "NULL", "1", "2"}, Example{"COLLECT_LIST(x)", "[2, null, 1, 2]"})
}

func collectSetAggregate() *Aggregate {
	return aggregate("COLLECT_SET", "The different values in the order in which they first came, NULL too. The property ksql.functions.collect_set.limit bounds their number; further values are ignored.",
		docs{"col": "the column to collect"},
		streamOnly("(col T) -> ARRAY<T>", 0, func(c *AggregateCall) (Accumulator, error) {
			limit, err := limitOf(c, "ksql.functions.collect_set.limit")
			return newFolding(&collected{elem: c.Args[0], limit: limit, distinct: true}), err
		})).
		over("x INT", []string{"2", "NULL", "1", "2"}, Example{"COLLECT_SET(x)", "[2, null, 1]"})
}

// limitOf reads a bound on the size of a list; there is none by default.
func limitOf(c *AggregateCall, property string) (int, error) {
	text, ok := c.Config[property]
	if !ok {
		return math.MaxInt, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, badProperty(property, text, "a whole number, negative for no bound")
	}
	if n < 0 {
		return math.MaxInt, nil
	}
	return n, nil
}

// collected is COLLECT_LIST or COLLECT_SET. Its state is the number of elements in 4
// bytes, then each with its length before it, in the key encoding, in which
// equal values have equal bytes.
type collected struct {
	elem     *types.Type
	limit    int
	distinct bool
	data     []byte
	one      []byte
}

const countBytes = 4

func (l *collected) load(blob []byte) error {
	if len(blob) == 0 {
		l.data = append(l.data[:0], 0, 0, 0, 0)
		return nil
	}
	if len(blob) < countBytes {
		return types.ErrCorrupt
	}
	l.data = append(l.data[:0], blob...)
	return nil
}

func (l *collected) len() int { return int(binary.LittleEndian.Uint32(l.data)) }

func (l *collected) setLen(n int) { binary.LittleEndian.PutUint32(l.data, uint32(n)) }

func (l *collected) store(dst []byte) ([]byte, error) { return append(dst, l.data...), nil }

// nextElement splits the first element off the list.
func nextElement(data []byte) (elem, rest []byte, err error) {
	n, size := binary.Uvarint(data)
	if size <= 0 || n > uint64(len(data)-size) {
		return nil, nil, types.ErrCorrupt
	}
	return data[size : size+int(n)], data[size+int(n):], nil
}

func (l *collected) add(args []*types.Vector, r, sign int, _ uint64) error {
	l.one = types.AppendKeyValue(l.one[:0], args[0], r)
	if sign < 0 {
		return l.removeLast(l.one)
	}
	return l.push(l.one)
}

func (l *collected) push(elem []byte) error {
	if l.len() >= l.limit {
		return nil
	}
	if l.distinct {
		if at, err := l.find(elem, true); at >= 0 || err != nil {
			return err
		}
	}
	l.data = append(binary.AppendUvarint(l.data, uint64(len(elem))), elem...)
	l.setLen(l.len() + 1)
	return nil
}

// find returns where in data an equal element begins, the first or the last, or
// -1.
func (l *collected) find(elem []byte, first bool) (int, error) {
	at := -1
	for data := l.data[countBytes:]; len(data) > 0; {
		here := len(l.data) - len(data)
		have, rest, err := nextElement(data)
		if err != nil {
			return -1, err
		}
		if bytes.Equal(have, elem) {
			if at = here; first {
				return at, nil
			}
		}
		data = rest
	}
	return at, nil
}

func (l *collected) removeLast(elem []byte) error {
	at, err := l.find(elem, false)
	if at < 0 || err != nil {
		return err
	}
	_, rest, _ := nextElement(l.data[at:])
	l.data = slices.Delete(l.data, at, len(l.data)-len(rest))
	l.setLen(l.len() - 1)
	return nil
}

func (l *collected) emit(out *types.Vector, r int) error {
	elems := out.Kids[0]
	start := elems.Len
	for data := l.data[countBytes:]; len(data) > 0; {
		have, rest, err := nextElement(data)
		if err != nil {
			return err
		}
		if _, err := types.DecodeKeyValue(have, elems, elems.Extend()); err != nil {
			return err
		}
		data = rest
	}
	out.Span[r] = types.Span{Start: uint32(start), Len: uint32(elems.Len - start)}
	return nil
}

// merge puts the older elements first.
func (l *collected) merge(older []byte) error {
	newer := slices.Clone(l.data[countBytes:])
	if err := l.load(older); err != nil {
		return err
	}
	for len(newer) > 0 {
		elem, rest, err := nextElement(newer)
		if err != nil {
			return err
		}
		if err := l.push(elem); err != nil {
			return err
		}
		newer = rest
	}
	return nil
}
