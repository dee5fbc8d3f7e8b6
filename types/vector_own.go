package types

// HoldsText tells whether values of the type have strings or bytes in them.
func HoldsText(t *Type) bool {
	switch t.Kind {
	case String, Bytes:
		return true
	case Array:
		return HoldsText(t.Elem)
	case Map:
		return HoldsText(t.Key) || HoldsText(t.Elem)
	case Struct:
		for _, f := range t.Fields {
			if HoldsText(f.Type) {
				return true
			}
		}
	}
	return false
}

// OwnRow copies the strings in row i into memory of the vector, so that it may
// outlive the vector that the row was copied from.
func (v *Vector) OwnRow(i int) {
	switch v.Type.Kind {
	case String, Bytes:
		if !v.IsNull(i) {
			v.Str[i] = v.OwnString(v.Str[i])
		}
	case Array, Map:
		s := v.Span[i]
		for _, kid := range v.Kids {
			for e := range int(s.Len) {
				kid.OwnRow(int(s.Start) + e)
			}
		}
	case Struct:
		for _, kid := range v.Kids {
			kid.OwnRow(i)
		}
	}
}
