package format

import (
	"fmt"
	"math"
	"strconv"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/types"
)

// fields reads the record at b[i] into row of the vectors, one per wanted field.
func (d *avroDecoder) fields(n *avroNode, vecs []*types.Vector, row int, b []byte, i, depth int) int {
	for k := range n.fields {
		f := &n.fields[k]
		var v *types.Vector
		if f.to >= 0 {
			v = vecs[f.to]
		}
		if i = d.value(f.node, v, row, b, i, depth+1); i < 0 {
			d.path = f.path + d.path
			return -1
		}
	}
	for _, k := range n.missing {
		vecs[k].SetNull(row)
	}
	return i
}

// value reads the value at b[i] into row of v, or over it when n wants nothing.
func (d *avroDecoder) value(n *avroNode, v *types.Vector, row int, b []byte, i, depth int) int {
	switch n.kind {
	case avro.Int, avro.Long, avro.Enum:
		x, end := avroLong(b, i)
		if end < 0 {
			return d.cut()
		}
		if n.want == nil {
			return end
		}
		if !d.whole(n, v, row, x) {
			return -1
		}
		return end
	case avro.String, avro.Bytes, avro.Fixed:
		size := int64(n.size)
		if n.kind != avro.Fixed {
			if size, i = avroLong(b, i); i < 0 {
				return d.cut()
			}
		}
		if size < 0 || size > int64(len(b)-i) {
			return d.cut()
		}
		end := i + int(size)
		if n.want != nil && !d.bytes(n, v, row, b[i:end:end]) {
			return -1
		}
		return end
	case avro.Boolean:
		if i >= len(b) {
			return d.cut()
		}
		if n.want != nil {
			d.boolean(v, row, b[i] != 0)
		}
		return i + 1
	case avro.Float, avro.Double:
		return d.float(n, v, row, b, i)
	case avro.Null:
		if n.want != nil {
			v.SetNull(row)
		}
		return i
	}
	if depth > maxAvroDepth {
		return d.fail("values are nested too deep")
	}
	return d.nested(n, v, row, b, i, depth)
}

func (d *avroDecoder) nested(n *avroNode, v *types.Vector, row int, b []byte, i, depth int) int {
	switch n.kind {
	case avro.Union:
		k, at := d.branch(n, b, i)
		if at < 0 {
			return -1
		}
		m := &n.branches[k]
		if !n.split || m.node.kind == avro.Null {
			return d.value(m.node, v, row, b, at, depth+1)
		}
		var kid *types.Vector
		for f, field := range v.Kids {
			if f == m.to {
				kid = field
			} else {
				field.SetNull(row)
			}
		}
		if i = d.value(m.node, kid, row, b, at, depth+1); i < 0 {
			d.path = m.path + d.path
		}
		return i
	case avro.Record:
		var kids []*types.Vector
		if n.want != nil {
			kids = v.Kids
		}
		return d.fields(n, kids, row, b, i, depth)
	}
	return d.blocks(n, v, row, b, i, depth)
}

// branch reads which type of a union follows.
func (d *avroDecoder) branch(n *avroNode, b []byte, i int) (k, at int) {
	x, at := avroLong(b, i)
	if at < 0 {
		return 0, d.cut()
	}
	if x < 0 || x >= int64(len(n.branches)) {
		return 0, d.fail(fmt.Sprintf("the union has %d types, and type %d was written", len(n.branches), x))
	}
	return int(x), at
}

// blocks reads the array or map at b[i]: its items are appended to the child
// vectors. Without a wanted type, blocks that know their size are passed at
// once.
func (d *avroDecoder) blocks(n *avroNode, v *types.Vector, row int, b []byte, i, depth int) int {
	start := 0
	if n.want != nil {
		start = v.Kids[0].Len
	}
	total := int64(0)
	for {
		count, at := avroLong(b, i)
		if at < 0 {
			return d.cut()
		}
		i = at
		if count == 0 {
			break
		}
		if count < 0 { // The size of the block in bytes follows.
			size, at := avroLong(b, i)
			if at < 0 || size < 0 || size > int64(len(b)-at) || count == math.MinInt64 {
				return d.cut()
			}
			i, count = at, -count
			if n.want == nil {
				i += int(size)
				continue
			}
		}
		if total += count; n.tooMany(total, len(b)) {
			return d.fail("the record says it has more items than it has room for")
		}
		for range count {
			if i = d.item(n, v, start, b, i, depth); i < 0 {
				return -1
			}
		}
	}
	if n.want != nil {
		v.Span[row] = types.Span{Start: uint32(start), Len: uint32(v.Kids[0].Len - start)}
	}
	return i
}

// tooMany bounds the items of an array by its bytes; items without bytes by a
// number.
func (n *avroNode) tooMany(items int64, size int) bool {
	if n.elem.least == 0 && n.kind != avro.Map {
		return items > types.BatchRows
	}
	return items > int64(size)
}

// item reads one item of an array or one entry of a map.
func (d *avroDecoder) item(n *avroNode, v *types.Vector, start int, b []byte, i, depth int) int {
	if n.want == nil {
		if n.kind == avro.Map {
			size, at := avroLong(b, i)
			if at < 0 || size < 0 || size > int64(len(b)-at) {
				return d.cut()
			}
			i = at + int(size)
		}
		return d.value(n.elem, nil, 0, b, i, depth+1)
	}
	if n.entry {
		key, val := v.Kids[0].Extend(), v.Kids[1].Extend()
		if i = d.value(n.elem.fields[0].node, v.Kids[0], key, b, i, depth+1); i >= 0 {
			i = d.value(n.elem.fields[1].node, v.Kids[1], val, b, i, depth+1)
		}
		return i
	}
	values := v.Kids[len(v.Kids)-1]
	if n.kind == avro.Map {
		size, at := avroLong(b, i)
		if at < 0 || size < 0 || size > int64(len(b)-at) {
			return d.cut()
		}
		i = at + int(size)
		k := v.Kids[0].Extend()
		v.Kids[0].Str[k] = validText(v.Kids[0], b[at:i:i])
	}
	k := values.Extend()
	if i = d.value(n.elem, values, k, b, i, depth+1); i < 0 {
		d.path = "[" + strconv.Itoa(k-start) + "]" + d.path
	}
	return i
}
