package format

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/internal/javanum"
	"github.com/leatdb/leat/types"
)

// avroDecoder reads records into columns, guided by the schema each was written
// with. Records of one schema come in runs, so the node of the last one is kept
// at hand; the others wait in a map.
type avroDecoder struct {
	spec    Spec
	wrapped bool
	needed  []bool

	id    int
	root  *avroNode
	bad   string // Why records of the schema cannot be read, or "".
	nodes map[int]avroCompiled

	path, reason string // The failure of the present record; path grows inside out.
	scratch      []byte
}

type avroCompiled struct {
	root *avroNode
	bad  string
}

// maxNodes bounds how many schemas a decoder keeps at hand. Records name theirs, and
// a topic that is no topic of the format names any number of them.
const maxNodes = 1024

// maxAvroDepth bounds how deep values may be nested in each other.
const maxAvroDepth = 256

func (d *avroDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	nullUnneeded(d.needed, out)
	for _, r := range rows {
		b, ok := in.At(int(r))
		if !ok {
			setNull(d.needed, out, int(r))
			continue
		}
		id, reason := unframe(b)
		if reason == "" && id != d.id {
			if errs.Unavailable = d.use(id); errs.Unavailable != nil {
				return
			}
		}
		if reason == "" {
			reason = d.bad
		}
		if reason != "" {
			errs.add(r, "", reason)
			continue
		}
		d.path, d.reason = "", ""
		i := d.record(b, out, int(r))
		if i >= 0 && i != len(b) {
			d.fail(fmt.Sprintf("%d bytes are left over behind the record", len(b)-i))
			i = -1
		}
		if i < 0 {
			errs.add(r, "$"+d.path, d.reason)
		}
	}
}

// use makes the node of the schema with the id the present one. The error is that
// the registry cannot be asked for it.
func (d *avroDecoder) use(id int) error {
	c, known := d.nodes[id]
	if !known {
		var err error
		if c.root, err = d.compile(id); unavailable(err) {
			return err
		} else if err != nil {
			c.bad = err.Error()
		}
		if d.nodes == nil {
			d.nodes = map[int]avroCompiled{}
		}
		if len(d.nodes) == maxNodes {
			clear(d.nodes)
		}
		d.nodes[id] = c
	}
	d.id, d.root, d.bad = id, c.root, c.bad
	return nil
}

func (d *avroDecoder) compile(id int) (*avroNode, error) {
	s, err := readerSchema(&d.spec, id)
	if err != nil {
		return nil, err
	}
	parsed, err := parseAvro(&d.spec, s)
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	root, err := compileAvro(parsed, d.spec.Columns, d.needed, d.wrapped)
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	return root, nil
}

// record reads a whole record behind its frame and returns where it ends, or -1.
func (d *avroDecoder) record(b []byte, out []*types.Vector, row int) int {
	n, i := d.root, frameSize
	if !d.wrapped {
		return d.value(n, out[0], row, b, i, 0)
	}
	if n.kind == avro.Union {
		var k int
		if k, i = d.branch(n, b, i); i < 0 {
			return -1
		}
		if n = n.branches[k].node; n.kind == avro.Null {
			setNull(d.needed, out, row)
			return i
		}
	}
	return d.fields(n, out, row, b, i, 0)
}

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

func (d *avroDecoder) float(n *avroNode, v *types.Vector, row int, b []byte, i int) int {
	size := 8
	if n.kind == avro.Float {
		size = 4
	}
	if len(b)-i < size {
		return d.cut()
	}
	if n.want == nil {
		return i + size
	}
	var f float64
	if size == 4 {
		f = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[i:])))
	} else {
		f = math.Float64frombits(binary.LittleEndian.Uint64(b[i:]))
	}
	if n.want.Kind == types.Double {
		v.F64[row] = f
	} else {
		d.text(v, row, javanum.AppendDouble(d.scratch[:0], f))
	}
	return i + size
}

func (d *avroDecoder) boolean(v *types.Vector, row int, x bool) {
	if v.Type.Kind == types.Boolean {
		v.Bool[row] = x
		return
	}
	d.text(v, row, strconv.AppendBool(d.scratch[:0], x))
}

func (d *avroDecoder) text(v *types.Vector, row int, text []byte) {
	d.scratch = text
	v.Str[row] = v.Own(text)
}

// whole stores a whole number, or the symbol of an enum that it names.
func (d *avroDecoder) whole(n *avroNode, v *types.Vector, row int, x int64) bool {
	if n.kind == avro.Enum {
		if x < 0 || x >= int64(len(n.symbols)) {
			d.fail(fmt.Sprintf("the enum has %d symbols, and symbol %d was written", len(n.symbols), x))
			return false
		}
		v.Str[row] = n.symbols[x]
		return true
	}
	if n.micros {
		x = floorDiv(x, 1000)
	}
	switch n.want.Kind {
	case types.String:
		d.text(v, row, strconv.AppendInt(d.scratch[:0], x, 10))
		return true
	case types.Double:
		v.F64[row] = float64(x)
		return true
	case types.Decimal:
		return d.decimal(n, v, row, big.NewInt(x))
	}
	if !storeInt(v, row, x) {
		d.fail(fmt.Sprintf("the number %d is outside the range of %s", x, v.Type))
		return false
	}
	return true
}

func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}

// bytes stores a text, bytes or a decimal.
func (d *avroDecoder) bytes(n *avroNode, v *types.Vector, row int, b []byte) bool {
	switch {
	case n.decimal && len(b) <= 8 && n.scaleUp == 0 && n.want.Precision >= maxDecimal64:
		v.SetDecimal64(row, signedBytes(b))
		return true
	case n.decimal && len(b) <= 8 && n.scaleUp == 0:
		x := signedBytes(b)
		if limit := pow10Int64(n.want.Precision); x >= limit || x <= -limit {
			return d.decimal(n, v, row, big.NewInt(x))
		}
		v.SetDecimal64(row, x)
		return true
	case n.decimal:
		return d.decimal(n, v, row, signedBig(b))
	case n.want.Kind == types.Bytes:
		v.Str[row] = types.View(b)
		return true
	}
	v.Str[row] = validText(v, b)
	return true
}

// decimal stores an unscaled number of the writer's scale.
func (d *avroDecoder) decimal(n *avroNode, v *types.Vector, row int, x *big.Int) bool {
	if n.scaleUp > 0 {
		x = new(big.Int).Mul(x, types.Pow10(n.scaleUp))
	}
	if x.CmpAbs(types.Pow10(n.want.Precision)) >= 0 {
		d.fail(fmt.Sprintf("the number %s does not fit %s", excerpt([]byte(types.DecimalText(x, n.want.Scale))), n.want))
		return false
	}
	v.SetDecimal(row, x)
	return true
}

// fail notes why the record cannot be read and returns -1.
func (d *avroDecoder) fail(reason string) int {
	d.reason = reason
	return -1
}

// cut is fail for a record that ends too early.
func (d *avroDecoder) cut() int { return d.fail("the record ends within a value") }

// avroLong reads a zigzag varint and returns where it ends, or -1.
func avroLong(b []byte, i int) (int64, int) {
	if i < len(b) && b[i] < 0x80 {
		return int64(b[i]>>1) ^ -int64(b[i]&1), i + 1
	}
	var u uint64
	for shift := uint(0); i < len(b) && shift < 64; shift += 7 {
		c := b[i]
		i++
		if c < 0x80 {
			if shift == 63 && c > 1 {
				return 0, -1
			}
			u |= uint64(c) << shift
			return int64(u>>1) ^ -int64(u&1), i
		}
		u |= uint64(c&0x7f) << shift
	}
	return 0, -1
}
