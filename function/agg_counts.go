package function

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/leatdb/leat/types"
)

func attrAggregate() *Aggregate {
	return aggregate("ATTR", "The value of col when all rows have the same one, NULL counting as a value, and NULL otherwise.",
		docs{"col": "the column to look at"},
		undoable("(col T) -> T", func(*AggregateCall) (Accumulator, error) { return newFolding(&valueCounts{emitter: attrOf}), nil })).
		over("x INT, y STRING", []string{"7, 'a'", "7, 'b'", "7, NULL"}, Example{"ATTR(x)", "7"}, Example{"ATTR(y)", "null"})
}

// histogramSize bounds the number of keys of a HISTOGRAM.
const histogramSize = 1000

func histogramAggregate() *Aggregate {
	return aggregate("HISTOGRAM", "How often each value occurs, for up to 1000 different values; further ones are ignored.",
		docs{"col": "the column to count"},
		undoable("(col STRING) -> MAP<STRING, BIGINT>", func(*AggregateCall) (Accumulator, error) {
			return newFolding(&valueCounts{emitter: histogramOf, limit: histogramSize}), nil
		})).
		over("x STRING", []string{"'a'", "'b'", "'a'"}, Example{"HISTOGRAM(x)", "{a=2, b=1}"})
}

// valueCounts counts different values, in the order in which they first came.
// Its state is, for each, the length of the value, the value in the key encoding
// and the count.
type valueCounts struct {
	values  []valueCount
	emitter func(c *valueCounts, out *types.Vector, r int) error
	limit   int // 0: none.
	one     []byte
}

type valueCount struct {
	key []byte
	n   int64
}

func (c *valueCounts) load(blob []byte) error {
	c.values = c.values[:0]
	return c.read(slices.Clone(blob))
}

func (c *valueCounts) read(blob []byte) error {
	for len(blob) > 0 {
		key, rest, err := nextElement(blob)
		if err != nil {
			return err
		}
		n, size := binary.Varint(rest)
		if size <= 0 {
			return types.ErrCorrupt
		}
		blob = rest[size:]
		c.count(key, n)
	}
	return nil
}

// count adds n to the count of a value, which it keeps. A value whose count
// falls to zero is forgotten.
func (c *valueCounts) count(key []byte, n int64) {
	for i := range c.values {
		if v := &c.values[i]; bytes.Equal(v.key, key) {
			if v.n += n; v.n == 0 {
				c.values = slices.Delete(c.values, i, i+1)
			}
			return
		}
	}
	if c.limit == 0 || len(c.values) < c.limit {
		c.values = append(c.values, valueCount{key, n})
	}
}

func (c *valueCounts) add(args []*types.Vector, r, sign int, _ uint64) error {
	c.one = types.AppendKeyValue(c.one[:0], args[0], r)
	for i := range c.values {
		if bytes.Equal(c.values[i].key, c.one) {
			c.count(c.one, int64(sign))
			return nil
		}
	}
	c.count(bytes.Clone(c.one), int64(sign))
	return nil
}

func (c *valueCounts) store(dst []byte) ([]byte, error) {
	for _, v := range c.values {
		dst = append(binary.AppendUvarint(dst, uint64(len(v.key))), v.key...)
		dst = binary.AppendVarint(dst, v.n)
	}
	return dst, nil
}

func (c *valueCounts) emit(out *types.Vector, r int) error { return c.emitter(c, out, r) }

// merge counts the older values first, so that they come first.
func (c *valueCounts) merge(older []byte) error {
	newer := slices.Clone(c.values)
	c.values = c.values[:0]
	if err := c.read(older); err != nil {
		return err
	}
	for _, v := range newer {
		c.count(v.key, v.n)
	}
	return nil
}

// attrOf writes the only value that has a positive count.
func attrOf(c *valueCounts, out *types.Vector, r int) error {
	var only []byte
	for _, v := range c.values {
		if v.n <= 0 {
			continue
		}
		if only != nil {
			out.SetNull(r)
			return nil
		}
		only = v.key
	}
	if only == nil {
		out.SetNull(r)
		return nil
	}
	_, err := types.DecodeKeyValue(only, out, r)
	return err
}

// histogramOf writes a map of the values and their counts.
func histogramOf(c *valueCounts, out *types.Vector, r int) error {
	keys, counts := out.Kids[0], out.Kids[1]
	start := keys.Len
	for _, v := range c.values {
		if _, err := types.DecodeKeyValue(v.key, keys, keys.Extend()); err != nil {
			return err
		}
		i := counts.Extend()
		counts.Nulls.Clear(i)
		counts.I64[i] = v.n
	}
	out.Span[r] = types.Span{Start: uint32(start), Len: uint32(len(c.values))}
	return nil
}
