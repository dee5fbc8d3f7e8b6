package types

// Repeat makes v n rows, each equal to row j of src, which has an equal type.
func (v *Vector) Repeat(src *Vector, j, n int) {
	if src.IsNull(j) {
		v.SetAllNull(n)
		return
	}
	v.Reset(n)
	switch v.Type.Kind {
	case Boolean:
		fill(v.Bool, src.Bool[j])
	case Integer, Date, Time:
		fill(v.I32, src.I32[j])
	case BigInt, Timestamp:
		fill(v.I64, src.I64[j])
	case Double:
		fill(v.F64, src.F64[j])
	case String, Bytes:
		fill(v.Str, src.Str[j])
	case Decimal:
		for i := range n {
			v.copyDecimal(i, src, j)
		}
	case Array, Map: // All rows share the elements of one copy.
		s := src.Span[j]
		for k, kid := range v.Kids {
			for e := range s.Len {
				kid.AppendFrom(src.Kids[k], int(s.Start+e))
			}
		}
		fill(v.Span, Span{0, s.Len})
	case Struct:
		for k, kid := range v.Kids {
			kid.Repeat(src.Kids[k], j, n)
		}
	}
}

func fill[T any](dst []T, x T) {
	for i := range dst {
		dst[i] = x
	}
}

// CopyRows makes row at[k] of v equal to row from[k] of src, for all k. Types
// are equal; strings are shared.
func (v *Vector) CopyRows(at []uint32, src *Vector, from []uint32) {
	switch v.Type.Kind {
	case Boolean:
		scatter(v.Bool, at, src.Bool, from)
	case Integer, Date, Time:
		scatter(v.I32, at, src.I32, from)
	case BigInt, Timestamp:
		scatter(v.I64, at, src.I64, from)
	case Double:
		scatter(v.F64, at, src.F64, from)
	case String, Bytes:
		scatter(v.Str, at, src.Str, from)
	default:
		for k, r := range at {
			v.Copy(int(r), src, int(from[k]))
		}
		return
	}
	if v.Nulls.Any() || src.Nulls.Any() {
		for k, r := range at {
			if src.Nulls.Get(int(from[k])) {
				v.SetNull(int(r))
			} else {
				v.Nulls.Clear(int(r))
			}
		}
	}
}

func scatter[T any](dst []T, at []uint32, src []T, from []uint32) {
	from = from[:len(at)]
	for k, r := range at {
		dst[r] = src[from[k]]
	}
}
