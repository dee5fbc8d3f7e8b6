package types

import "encoding/binary"

// FillRow appends row with those of its NULLs that have their bit in fill
// replaced by the values of from. Both are rows of the columns as AppendRow
// writes them, and fill is as their bitmaps. The result is what AppendRow would
// write of the row so filled.
func FillRow(dst, row, from []byte, cols []*Type, fill []byte) ([]byte, error) {
	start, size := len(dst), (len(cols)+7)/8
	if len(row) < size || len(from) < size {
		return dst, ErrCorrupt
	}
	nulls, missing := row[:size], from[:size]
	row, from = row[size:], from[size:]
	dst = append(dst, nulls...)
	for k, t := range cols {
		at, bit := k/8, byte(1)<<(k%8)
		var own, other []byte
		var err error
		if missing[at]&bit == 0 {
			if other, from, err = takeValue(from, t); err != nil {
				return dst[:start], err
			}
		}
		if nulls[at]&bit == 0 {
			if own, row, err = takeValue(row, t); err != nil {
				return dst[:start], err
			}
			dst = append(dst, own...)
		} else if fill[at]&^missing[at]&bit != 0 {
			dst[start+at] &^= bit
			dst = append(dst, other...)
		}
	}
	return dst, nil
}

// takeValue divides data behind its first value.
func takeValue(data []byte, t *Type) (value, rest []byte, err error) {
	rest, err = skipValue(data, t)
	return data[:len(data)-len(rest)], rest, err
}

// skipValue returns the bytes behind the first value of data.
func skipValue(data []byte, t *Type) ([]byte, error) {
	switch t.Kind {
	case Boolean:
		return skipBytes(data, 1)
	case Integer, Date, Time, BigInt, Timestamp:
		_, n := binary.Varint(data)
		if n <= 0 {
			return nil, ErrCorrupt
		}
		return data[n:], nil
	case Double:
		return skipBytes(data, 8)
	case Struct:
		return skipStruct(data, t.Fields)
	}
	n, data, ok := takeCount(data)
	if !ok {
		return nil, ErrCorrupt
	}
	switch t.Kind {
	case Decimal:
		return skipBytes(data, n>>1)
	case Array:
		return skipRun(data, t.Elem, n)
	case Map:
		data, err := skipRun(data, t.Key, n)
		if err != nil {
			return nil, err
		}
		return skipRun(data, t.Elem, n)
	}
	return skipBytes(data, n)
}

func skipBytes(data []byte, n int) ([]byte, error) {
	if n > len(data) {
		return nil, ErrCorrupt
	}
	return data[n:], nil
}

func skipStruct(data []byte, fields []Field) ([]byte, error) {
	nulls := data
	data, err := skipBytes(data, (len(fields)+7)/8)
	for k := 0; k < len(fields) && err == nil; k++ {
		if nulls[k/8]>>(k%8)&1 == 0 {
			data, err = skipValue(data, fields[k].Type)
		}
	}
	return data, err
}

// skipRun is skipStruct for n values of one type.
func skipRun(data []byte, t *Type, n int) ([]byte, error) {
	nulls := data
	data, err := skipBytes(data, (n+7)/8)
	for k := 0; k < n && err == nil; k++ {
		if nulls[k/8]>>(k%8)&1 == 0 {
			data, err = skipValue(data, t)
		}
	}
	return data, err
}
