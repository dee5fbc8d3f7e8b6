package function

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// The dialect counts text in UTF-16 code units, as Java does; the engine holds
// UTF-8. ASCII, by far the most common, is the same in both.

// raw returns the bytes of s, which must not be written.
func raw(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

const highBits = 0x8080808080808080

// isASCII tells whether s has only ASCII characters, eight bytes at a time.
func isASCII(s string) bool {
	b := raw(s)
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&highBits != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// utf16Len returns the number of UTF-16 units of s.
func utf16Len(s string) int {
	if isASCII(s) {
		return len(s)
	}
	n := 0
	for i := range len(s) {
		if c := s[i]; c&0xC0 != 0x80 { // Not a continuation byte.
			n++
			if c >= 0xF0 {
				n++
			}
		}
	}
	return n
}

// appendUnits appends the UTF-16 units of s.
func appendUnits(dst []uint16, s string) []uint16 {
	for _, r := range s {
		dst = utf16.AppendRune(dst, r)
	}
	return dst
}

// appendUTF8 appends units as UTF-8; half a surrogate pair becomes a question
// mark, as when Java writes it.
func appendUTF8(dst []byte, units []uint16) []byte {
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if i+1 < len(units) {
				pair = utf16.DecodeRune(r, rune(units[i+1]))
			}
			if pair == utf8.RuneError {
				dst = append(dst, '?')
				continue
			}
			r = pair
			i++
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// byteIndex returns where UTF-16 unit n of s begins, and whether that is on the
// boundary of a character. The end of s when it has fewer units.
func byteIndex(s string, n int) (int, bool) {
	for i, r := range s {
		if n <= 0 {
			return i, n == 0
		}
		n--
		if r > 0xFFFF {
			n--
		}
	}
	return len(s), n >= 0
}
