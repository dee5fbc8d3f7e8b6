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
	case n.decimal:
		return n.scaleUp == 0 && setShortDecimal(v, row, b) || d.decimal(n, v, row, signedBig(b))
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
