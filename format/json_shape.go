package format

import (
	"unicode"
	"unicode/utf8"
)

// Records of one topic are written by one program, so their members come in the
// same order, spelled and spaced alike. jsonShape remembers, for the k-th member
// of an object, the bytes between the previous value (or the object's start)
// and this value, e.g. `,"price":`, and which field they led to. When the same
// bytes stand there again, one comparison replaces reading the comma, the name
// and the colon and looking the name up; that halves the cost of a record.
//
// Topics with several kinds of records need several guesses: each ordinal has
// jsonWays slots, and the slot that was right for the previous member is tried
// first. Nothing is allocated after the ordinals have grown.
type jsonShape struct {
	members []jsonGuesses
}

const (
	jsonWays     = 4
	jsonGlueMax  = 54 // Longer names are looked up each time.
	jsonOrdinals = 64 // Later members are looked up each time.
)

type jsonGuesses struct {
	slots [jsonWays]jsonSlot
	next  uint8 // The slot to replace next.
}

// jsonSlot has the size of a cache line.
type jsonSlot struct {
	glue  [jsonGlueMax]byte
	n     uint8 // Length of the glue; 0 while the slot is free.
	exact bool  // The name is exactly the field's, not only in another case.
	field int32 // Index of the field, or jsonUnknown.
}

// jsonUnknown is a member whose value is skipped: it is no field, or one that
// nobody needs and that any value fits.
const jsonUnknown = -1

// grow makes room for n members.
func (s *jsonShape) grow(n int) {
	for len(s.members) < min(n, jsonOrdinals) {
		s.members = append(s.members, jsonGuesses{})
	}
}

// learn remembers that member k, introduced by glue, is the field.
func (s *jsonShape) learn(k int, glue []byte, field int32, exact bool) {
	if len(glue) > jsonGlueMax || k >= jsonOrdinals {
		return
	}
	s.grow(k + 1)
	g := &s.members[k]
	slot := &g.slots[g.next]
	g.next = (g.next + 1) % jsonWays
	slot.n = uint8(copy(slot.glue[:], glue))
	slot.field, slot.exact = field, exact
}

// at tells whether the slot's glue stands at b[i:].
func (s *jsonSlot) at(b []byte, i int) bool {
	n := int(s.n)
	return n > 0 && n <= len(b)-i && string(b[i:i+n]) == string(s.glue[:n])
}

// other returns the slot of g other than way whose glue stands at b[i:], or nil.
func (g *jsonGuesses) other(way uint, b []byte, i int) (*jsonSlot, uint) {
	for k := uint(1); k < jsonWays; k++ {
		if hit := (way + k) % jsonWays; g.slots[hit].at(b, i) {
			return &g.slots[hit], hit
		}
	}
	return nil, way
}

// lookup finds the field with the given name: exactly, or else in upper case,
// which is how names that were not quoted in SQL are stored.
func (o *jsonObject) lookup(name, scratch []byte) (field int32, exact bool, _ []byte) {
	if f, ok := o.byName[string(name)]; ok {
		return o.wanted(f), true, scratch
	}
	scratch = appendUpper(scratch[:0], name)
	if f, ok := o.byName[string(scratch)]; ok {
		return o.wanted(f), false, scratch
	}
	return jsonUnknown, false, scratch
}

func (o *jsonObject) wanted(f int32) int32 {
	if o.fields[f].needed || o.fields[f].spare != nil {
		return f
	}
	return jsonUnknown
}

func appendUpper(dst, name []byte) []byte {
	for i := 0; i < len(name); {
		c := name[i]
		if c < utf8.RuneSelf {
			if c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(name[i:])
		dst = utf8.AppendRune(dst, unicode.ToUpper(r))
		i += n
	}
	return dst
}
