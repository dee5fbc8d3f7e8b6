package types

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"slices"
)

// The key encoding turns the values of key columns into bytes whose order is
// the order of the values, column by column, NULL first. Equal values have
// equal bytes and no key is a prefix of another of the same columns, so keys
// can be compared, hashed, stored and followed by other bytes.
//
//	column    01                          NULL
//	          02 value                    anything else
//	BOOLEAN   00 or 01
//	INTEGER   4 bytes, big-endian, sign bit flipped; DATE and TIME too
//	BIGINT    8 bytes, big-endian, sign bit flipped; TIMESTAMP too
//	DOUBLE    8 bytes, big-endian; sign bit flipped, negative ones inverted;
//	          all NaN are one value after +Infinity
//	DECIMAL   n+80 (n bytes of magnitude follow) or 80-n (magnitude inverted);
//	          from 127 bytes on FF or 00 and n in 4 bytes (inverted too)
//	STRING    bytes, lead bytes in the order of UTF-16 code units, 00 as 00 FF;
//	          then 00 01
//	BYTES     bytes (unsigned order), 00 as 00 FF; then 00 01
//	ARRAY     elements as columns, then 00
//	MAP       entries (key and value as columns) in the order of their bytes,
//	          then 00
//	STRUCT    fields as columns
const (
	keyEnd   = 0x00
	keyNull  = 0x01
	keyValue = 0x02

	keyEscape     = 0xFF // After 00 inside a string: the byte 00.
	keyTerminator = 0x01 // After 00: the end of the string.

	decimalZero = 0x80
	decimalLong = 0x7F // Magnitudes of this many bytes and more have their length in 4 bytes.
)

// AppendKey appends the key that row i of the columns makes.
func AppendKey(dst []byte, cols []*Vector, i int) []byte {
	for _, c := range cols {
		dst = AppendKeyValue(dst, c, i)
	}
	return dst
}

// EncodeKeys makes out the keys of the rows, one for each in order.
func EncodeKeys(cols []*Vector, rows []uint32, out *Spans) {
	out.Reset()
	if len(cols) == 1 && !cols[0].Nulls.Any() && encodeSingle(cols[0], rows, out) {
		return
	}
	for _, r := range rows {
		out.Begin()
		out.Data = AppendKey(out.Data, cols, int(r))
		out.End()
	}
}

// encodeSingle is EncodeKeys for one column of a common type without NULL.
func encodeSingle(c *Vector, rows []uint32, out *Spans) bool {
	switch c.Type.Kind {
	case BigInt, Timestamp:
		const size = 9
		data := out.fixed(len(rows), size)
		for k, r := range rows {
			p := data[k*size : k*size+size]
			p[0] = keyValue
			binary.BigEndian.PutUint64(p[1:], uint64(c.I64[r])^1<<63)
		}
	case Integer, Date, Time:
		const size = 5
		data := out.fixed(len(rows), size)
		for k, r := range rows {
			p := data[k*size : k*size+size]
			p[0] = keyValue
			binary.BigEndian.PutUint32(p[1:], uint32(c.I32[r])^1<<31)
		}
	case String:
		for _, r := range rows {
			out.Begin()
			out.Data = appendKeyString(append(out.Data, keyValue), c.Str[r])
			out.End()
		}
	default:
		return false
	}
	return true
}

// fixed makes s n byte strings of the same size and returns their memory.
func (s *Spans) fixed(n, size int) []byte {
	s.Data = slices.Grow(s.Data[:0], n*size)[:n*size]
	s.Pos = slices.Grow(s.Pos[:0], n)[:n]
	s.Len = slices.Grow(s.Len[:0], n)[:n]
	for k := range n {
		s.Pos[k], s.Len[k] = uint32(k*size), int32(size)
	}
	return s.Data
}

// AppendKeyValue appends row i of one column.
func AppendKeyValue(dst []byte, v *Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, keyNull)
	}
	dst = append(dst, keyValue)
	switch v.Type.Kind {
	case Boolean:
		return append(dst, byte(boolRank(v.Bool[i])))
	case Integer, Date, Time:
		return binary.BigEndian.AppendUint32(dst, uint32(v.I32[i])^1<<31)
	case BigInt, Timestamp:
		return binary.BigEndian.AppendUint64(dst, uint64(v.I64[i])^1<<63)
	case Double:
		return binary.BigEndian.AppendUint64(dst, doubleRank(v.F64[i]))
	case Decimal:
		return appendKeyDecimal(dst, v, i)
	case String:
		return appendKeyString(dst, v.Str[i])
	case Bytes:
		return appendKeyBytes(dst, v.Str[i])
	case Array:
		for _, e := range v.Span[i].rows() {
			dst = AppendKeyValue(dst, v.Kids[0], e)
		}
		return append(dst, keyEnd)
	case Map:
		return appendKeyMap(dst, v, v.Span[i])
	case Struct:
		return AppendKey(dst, v.Kids, i)
	}
	return dst
}

func appendKeyDecimal(dst []byte, v *Vector, i int) []byte {
	if w := v.WideAt(i); w != nil {
		return appendKeyBig(dst, w)
	}
	x := v.I64[i]
	u := uint64(x)
	if x < 0 {
		u = -u
	}
	var mag [8]byte
	binary.BigEndian.PutUint64(mag[:], u)
	n := 8
	for n > 0 && mag[8-n] == 0 {
		n--
	}
	if x < 0 {
		dst = append(dst, byte(decimalZero-n))
		for _, c := range mag[8-n:] {
			dst = append(dst, ^c)
		}
		return dst
	}
	return append(append(dst, byte(decimalZero+n)), mag[8-n:]...)
}

func appendKeyBig(dst []byte, w *big.Int) []byte {
	mag := w.Bytes()
	var invert byte
	if w.Sign() < 0 {
		invert = 0xFF
	}
	if len(mag) < decimalLong {
		if invert != 0 {
			dst = append(dst, byte(decimalZero-len(mag)))
		} else {
			dst = append(dst, byte(decimalZero+len(mag)))
		}
	} else {
		start := len(dst)
		dst = binary.BigEndian.AppendUint32(append(dst, 0xFF), uint32(len(mag)))
		for k := range dst[start:] {
			dst[start+k] ^= invert
		}
	}
	for _, c := range mag {
		dst = append(dst, c^invert)
	}
	return dst
}

func appendKeyString(dst []byte, s string) []byte {
	for i := 0; ; i++ {
		n := plainRun(s[i:])
		dst = append(dst, s[i:i+n]...)
		if i += n; i == len(s) {
			return append(dst, 0x00, keyTerminator)
		}
		if s[i] == 0 {
			dst = append(dst, 0x00, keyEscape)
		} else {
			dst = append(dst, codeUnitOrder(s[i]))
		}
	}
}

// plainRun counts the bytes at the front of s that the key encoding of a STRING
// keeps, eight at a time as long as they are ASCII.
func plainRun(s string) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	i := 0
	for i+8 <= len(s) {
		w := load64(s[i:])
		if (w|(w-ones))&tops != 0 { // A byte above 7F, or a zero byte.
			break
		}
		i += 8
	}
	for i < len(s) && s[i] != 0 && s[i] < 0xEE {
		i++
	}
	return i
}

func appendKeyBytes(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, s[i])
		if s[i] == 0 {
			dst = append(dst, keyEscape)
		}
	}
	return append(dst, 0x00, keyTerminator)
}

// appendKeyMap sorts the encoded entries, so that equal maps have equal keys.
func appendKeyMap(dst []byte, v *Vector, s Span) []byte {
	entries := make([][]byte, 0, s.Len)
	for _, e := range s.rows() {
		entries = append(entries, AppendKey(nil, v.Kids, e))
	}
	slices.SortFunc(entries, bytes.Compare)
	for _, e := range entries {
		dst = append(dst, e...)
	}
	return append(dst, keyEnd)
}
