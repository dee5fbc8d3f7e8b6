package format

import (
	"unicode/utf8"
	"unsafe"

	"github.com/leatdb/leat/types"
)

// validText returns b as the text of a STRING in v: b itself without copying
// when it is valid UTF-8, otherwise a copy in the vector's memory with U+FFFD
// for every byte that is not part of a character.
func validText(v *types.Vector, b []byte) string {
	if utf8.Valid(b) {
		return types.View(b)
	}
	size := 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		size += utf8.RuneLen(r)
		i += n
	}
	dst := v.Alloc(size)[:0]
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return types.View(dst)
}

// bytesOf returns the bytes of s without copying; they must not be changed.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
