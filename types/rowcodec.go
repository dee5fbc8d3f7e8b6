package types

import (
	"encoding/binary"
	"math"
)

// The row encoding is how stores keep rows: compact, deterministic, and only
// readable with the types it was written with.
//
//	row       a bitmap of the columns that are NULL, 8 to a byte, low bit
//	          first; then the others in order
//	BOOLEAN   1 byte
//	INTEGER, DATE, TIME, BIGINT, TIMESTAMP   zigzag varint
//	DOUBLE    8 bytes, little-endian
//	DECIMAL   varint of 2*n (negative: 2*n+1), n bytes of magnitude, big-endian
//	STRING, BYTES   varint of the length, bytes
//	ARRAY     varint of the length, then as a row
//	MAP       varint of the length, the keys as a row, the values as a row
//	STRUCT    as a row

// AppendRow appends row i of the columns.
func AppendRow(dst []byte, cols []*Vector, i int) []byte {
	start := len(dst)
	dst = appendZeros(dst, (len(cols)+7)/8)
	for k, c := range cols {
		if c.IsNull(i) {
			dst[start+k/8] |= 1 << (k % 8)
		} else {
			dst = appendValue(dst, c, i)
		}
	}
	return dst
}

// appendRun is AppendRow for consecutive rows of one column.
func appendRun(dst []byte, v *Vector, s Span) []byte {
	start := len(dst)
	dst = appendZeros(dst, int(s.Len+7)/8)
	for k, e := range s.rows() {
		if v.IsNull(e) {
			dst[start+k/8] |= 1 << (k % 8)
		} else {
			dst = appendValue(dst, v, e)
		}
	}
	return dst
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, 0)
	}
	return dst
}

func appendValue(dst []byte, v *Vector, i int) []byte {
	switch v.Type.Kind {
	case Boolean:
		return append(dst, byte(boolRank(v.Bool[i])))
	case Integer, Date, Time:
		return binary.AppendVarint(dst, int64(v.I32[i]))
	case BigInt, Timestamp:
		return binary.AppendVarint(dst, v.I64[i])
	case Double:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.F64[i]))
	case Decimal:
		return appendRowDecimal(dst, v, i)
	case String, Bytes:
		dst = binary.AppendUvarint(dst, uint64(len(v.Str[i])))
		return append(dst, v.Str[i]...)
	case Array, Map:
		dst = binary.AppendUvarint(dst, uint64(v.Span[i].Len))
		for _, kid := range v.Kids {
			dst = appendRun(dst, kid, v.Span[i])
		}
		return dst
	case Struct:
		return AppendRow(dst, v.Kids, i)
	}
	return dst
}

func appendRowDecimal(dst []byte, v *Vector, i int) []byte {
	if w := v.WideAt(i); w != nil {
		mag := w.Bytes()
		head := uint64(len(mag)) << 1
		if w.Sign() < 0 {
			head |= 1
		}
		return append(binary.AppendUvarint(dst, head), mag...)
	}
	u, neg := uint64(v.I64[i]), byte(0)
	if v.I64[i] < 0 {
		u, neg = -u, 1
	}
	n := 0
	for n < 8 && u>>(8*n) != 0 {
		n++
	}
	dst = append(dst, byte(n)<<1|neg)
	for n--; n >= 0; n-- {
		dst = append(dst, byte(u>>(8*n)))
	}
	return dst
}

// DecodeRow reads what AppendRow wrote from columns of the same types into row
// i, which must exist, and returns the bytes behind it. Strings are copied.
func DecodeRow(data []byte, cols []*Vector, i int) (rest []byte, err error) {
	n := (len(cols) + 7) / 8
	if len(data) < n {
		return nil, ErrCorrupt
	}
	nulls, data := data[:n], data[n:]
	for k, c := range cols {
		if nulls[k/8]>>(k%8)&1 != 0 {
			c.SetNull(i)
			continue
		}
		c.Nulls.Clear(i)
		if data, err = decodeValue(data, c, i); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// decodeRun appends n rows of one column.
func decodeRun(data []byte, v *Vector, n int) (rest []byte, err error) {
	size := (n + 7) / 8
	if len(data) < size {
		return nil, ErrCorrupt
	}
	nulls, data := data[:size], data[size:]
	for k := range n {
		i := v.Extend()
		if nulls[k/8]>>(k%8)&1 != 0 {
			v.SetNull(i)
			continue
		}
		v.Nulls.Clear(i)
		if data, err = decodeValue(data, v, i); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func decodeValue(data []byte, v *Vector, i int) ([]byte, error) {
	switch v.Type.Kind {
	case Boolean:
		if len(data) < 1 {
			return nil, ErrCorrupt
		}
		v.Bool[i] = data[0] != 0
		return data[1:], nil
	case Integer, Date, Time, BigInt, Timestamp:
		x, n := binary.Varint(data)
		if n <= 0 {
			return nil, ErrCorrupt
		}
		if v.I32 != nil {
			v.I32[i] = int32(x)
		} else {
			v.I64[i] = x
		}
		return data[n:], nil
	case Double:
		if len(data) < 8 {
			return nil, ErrCorrupt
		}
		v.F64[i] = math.Float64frombits(binary.LittleEndian.Uint64(data))
		return data[8:], nil
	case Decimal:
		head, data, ok := takeCount(data)
		n := head >> 1
		if !ok || n > len(data) {
			return nil, ErrCorrupt
		}
		setMagnitude(v, i, data[:n], head&1 != 0)
		return data[n:], nil
	case String, Bytes:
		n, data, ok := takeCount(data)
		if !ok || n > len(data) {
			return nil, ErrCorrupt
		}
		v.Str[i] = v.Own(data[:n])
		return data[n:], nil
	}
	return decodeNested(data, v, i)
}

func decodeNested(data []byte, v *Vector, i int) ([]byte, error) {
	if v.Type.Kind == Struct {
		return DecodeRow(data, v.Kids, i)
	}
	n, data, ok := takeCount(data)
	if !ok || len(v.Kids) == 0 || (n+7)/8 > len(data) {
		return nil, ErrCorrupt
	}
	start := v.Kids[0].Len
	var err error
	for _, kid := range v.Kids {
		if data, err = decodeRun(data, kid, n); err != nil {
			return nil, err
		}
	}
	v.Span[i] = Span{uint32(start), uint32(n)}
	return data, nil
}

// takeCount reads a varint that counts something in memory.
func takeCount(data []byte) (n int, rest []byte, ok bool) {
	u, size := binary.Uvarint(data)
	if size <= 0 || u > math.MaxInt32 {
		return 0, nil, false
	}
	return int(u), data[size:], true
}
