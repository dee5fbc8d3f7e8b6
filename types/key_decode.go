package types

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/big"
)

// ErrCorrupt is the error of stored bytes that do not hold what was asked for.
var ErrCorrupt = errors.New("corrupt stored value")

// DecodeKey reads a key made by AppendKey into row i of the columns, which must
// exist, and returns the bytes behind it. Strings are copied.
func DecodeKey(data []byte, cols []*Vector, i int) (rest []byte, err error) {
	for _, c := range cols {
		if data, err = DecodeKeyValue(data, c, i); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// DecodeKeyValue is DecodeKey for one column.
func DecodeKeyValue(data []byte, v *Vector, i int) (rest []byte, err error) {
	if len(data) == 0 {
		return nil, ErrCorrupt
	}
	tag := data[0]
	data = data[1:]
	switch tag {
	case keyNull:
		v.SetNull(i)
		return data, nil
	case keyValue:
		v.Nulls.Clear(i)
		return decodeKeyBody(data, v, i)
	}
	return nil, ErrCorrupt
}

func decodeKeyBody(data []byte, v *Vector, i int) ([]byte, error) {
	switch v.Type.Kind {
	case Boolean:
		if len(data) < 1 || data[0] > 1 {
			return nil, ErrCorrupt
		}
		v.Bool[i] = data[0] == 1
		return data[1:], nil
	case Integer, Date, Time:
		if len(data) < 4 {
			return nil, ErrCorrupt
		}
		v.I32[i] = int32(binary.BigEndian.Uint32(data) ^ 1<<31)
		return data[4:], nil
	case BigInt, Timestamp:
		if len(data) < 8 {
			return nil, ErrCorrupt
		}
		v.I64[i] = int64(binary.BigEndian.Uint64(data) ^ 1<<63)
		return data[8:], nil
	case Double:
		if len(data) < 8 {
			return nil, ErrCorrupt
		}
		v.F64[i] = doubleOfRank(binary.BigEndian.Uint64(data))
		return data[8:], nil
	case Decimal:
		return decodeKeyDecimal(data, v, i)
	case String:
		return decodeKeyString(data, v, i, byteOfOrder)
	case Bytes:
		return decodeKeyString(data, v, i, func(c byte) byte { return c })
	case Array, Map:
		return decodeKeySpan(data, v, i)
	case Struct:
		return DecodeKey(data, v.Kids, i)
	}
	return nil, ErrCorrupt
}

func doubleOfRank(rank uint64) float64 {
	if rank>>63 != 0 {
		return math.Float64frombits(rank &^ (1 << 63))
	}
	return math.Float64frombits(^rank)
}

func decodeKeyDecimal(data []byte, v *Vector, i int) ([]byte, error) {
	if len(data) == 0 {
		return nil, ErrCorrupt
	}
	head := data[0]
	data = data[1:]
	var invert byte
	if head < decimalZero {
		invert = 0xFF
		head = -head // 0x80-n becomes 0x80+n, and 00 stays.
	}
	n := int(head) - decimalZero
	if n >= decimalLong && invert != 0 {
		return nil, ErrCorrupt
	}
	if n >= decimalLong || head == 0 {
		if len(data) < 4 {
			return nil, ErrCorrupt
		}
		u := binary.BigEndian.Uint32(data)
		if invert != 0 {
			u = ^u
		}
		n, data = int(u), data[4:]
		if n < decimalLong {
			return nil, ErrCorrupt
		}
	}
	if n < 0 || n > len(data) || n > 0 && data[0]^invert == 0 {
		return nil, ErrCorrupt
	}
	mag := bytes.Clone(data[:n])
	for k := range mag {
		mag[k] ^= invert
	}
	setMagnitude(v, i, mag, invert != 0)
	return data[n:], nil
}

// setMagnitude sets a decimal from the big-endian bytes of its absolute
// unscaled value.
func setMagnitude(v *Vector, i int, mag []byte, neg bool) {
	if len(mag) < 8 {
		var x int64
		for _, c := range mag {
			x = x<<8 | int64(c)
		}
		if neg {
			x = -x
		}
		v.SetDecimal64(i, x)
		return
	}
	w := new(big.Int).SetBytes(mag)
	if neg {
		w.Neg(w)
	}
	v.SetDecimal(i, w)
}

// decodeKeyString reads up to the terminator, undoing escapes and the mapping
// of bytes.
func decodeKeyString(data []byte, v *Vector, i int, unmap func(byte) byte) ([]byte, error) {
	end, escapes := 0, 0
	for {
		z := bytes.IndexByte(data[end:], 0)
		if z < 0 || end+z+1 >= len(data) {
			return nil, ErrCorrupt
		}
		if end += z; data[end+1] == keyTerminator {
			break
		}
		if data[end+1] != keyEscape {
			return nil, ErrCorrupt
		}
		end += 2
		escapes++
	}
	dst := v.Alloc(end - escapes)
	k := 0
	for p := 0; p < end; p++ {
		c := data[p]
		dst[k] = unmap(c)
		k++
		if c == 0 {
			p++
		}
	}
	v.Str[i] = View(dst)
	return data[end+2:], nil
}

func decodeKeySpan(data []byte, v *Vector, i int) ([]byte, error) {
	start := v.Kids[0].Len
	n := 0
	for {
		if len(data) == 0 {
			return nil, ErrCorrupt
		}
		if data[0] == keyEnd {
			v.Span[i] = Span{uint32(start), uint32(n)}
			return data[1:], nil
		}
		for _, kid := range v.Kids {
			var err error
			if data, err = DecodeKeyValue(data, kid, kid.Extend()); err != nil {
				return nil, err
			}
		}
		n++
	}
}
