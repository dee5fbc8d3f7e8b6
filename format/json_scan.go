package format

import (
	"encoding/binary"
	"math/bits"
)

// The functions of this file read JSON syntax at a position and return the
// position after it, or -1 when it is not JSON; the place of the error is then
// in the scanner.

// jsonDepthMax bounds how deep arrays and objects nest.
const jsonDepthMax = 10000

type jsonScanner struct {
	badPos int
	want   string
	// open has a bit per open container, set for objects.
	open [jsonDepthMax/64 + 1]uint64
}

func (s *jsonScanner) fail(pos int, want string) int {
	s.badPos, s.want = pos, want
	return -1
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

const (
	each01 = 0x0101010101010101
	each80 = 0x8080808080808080
)

// stringStop returns the first position from i on that holds a quote, a
// backslash or a control character, or len(b), and bits that are set somewhere
// in each80 when a byte before it may be outside ASCII.
//
// It looks at eight bytes at a time. Flipping bit 1 makes the quote (0x22) 0x20
// and leaves control characters below it, so that one subtraction of 0x21 finds
// both: it borrows from bit 7. Flipping the bits of the backslash makes it zero.
// A borrow can flag a wrong byte, but only above a right one, and the lowest
// flag is the one that counts.
func stringStop(b []byte, i int) (stop int, high uint64) {
	for len(b)-i >= 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote := (x ^ each01*0x02) - each01*0x21
		slash := (x ^ each01*'\\') - each01
		flags := (quote | slash) &^ x & each80
		if flags != 0 {
			n := bits.TrailingZeros64(flags)
			return i + n/8, high | x&(1<<n-1)
		}
		high |= x
		i += 8
	}
	for i < len(b) {
		c := b[i]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		high |= uint64(c)
		i++
	}
	return i, high
}

// stringEnd reads the string that begins after a quote at i-1. plain means that
// the bytes between the quotes are the string: no escapes, ASCII only.
func (s *jsonScanner) stringEnd(b []byte, i int) (end int, plain bool) {
	stop, high := stringStop(b, i)
	if stop < len(b) && b[stop] == '"' {
		return stop + 1, high&each80 == 0
	}
	for stop < len(b) {
		switch c := b[stop]; {
		case c == '"':
			return stop + 1, false
		case c == '\\':
			if stop = s.escape(b, stop+1); stop < 0 {
				return -1, false
			}
		default:
			return s.fail(stop, "an escape such as \\n instead of a control character"), false
		}
		stop, _ = stringStop(b, stop)
	}
	return s.fail(len(b), "the closing quote of a string"), false
}

// escape reads what follows a backslash.
func (s *jsonScanner) escape(b []byte, i int) int {
	if i >= len(b) {
		return s.fail(i, "an escape sequence")
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		for k := i + 1; k < i+5; k++ {
			if k >= len(b) || hexValue[b[k]] < 0 {
				return s.fail(k, "four hexadecimal digits after \\u")
			}
		}
		return i + 5
	}
	return s.fail(i, `one of "\/bfnrtu after a backslash`)
}

var hexValue = func() (v [256]int8) {
	for i := range v {
		v[i] = -1
	}
	for i := range 10 {
		v['0'+i] = int8(i)
	}
	for i := range 6 {
		v['a'+i], v['A'+i] = int8(10+i), int8(10+i)
	}
	return v
}()

// numberEnd reads a number that begins at i.
func (s *jsonScanner) numberEnd(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	case i < len(b) && b[i]-'1' <= 8:
		i += len(digitsAt(b, i))
	default:
		return s.fail(i, "a digit")
	}
	if i < len(b) && b[i] == '.' {
		n := len(digitsAt(b, i+1))
		if n == 0 {
			return s.fail(i+1, "a digit after the decimal point")
		}
		i += 1 + n
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		n := len(digitsAt(b, i))
		if n == 0 {
			return s.fail(i, "a digit of the exponent")
		}
		i += n
	}
	return i
}

func (s *jsonScanner) literal(b []byte, i int, word string) int {
	if len(b)-i >= len(word) && string(b[i:i+len(word)]) == word {
		return i + len(word)
	}
	return s.fail(i, word)
}

// skip reads any value that begins at i, inside depth containers.
func (s *jsonScanner) skip(b []byte, i, depth int) int {
	if i < len(b) && (b[i] == '{' || b[i] == '[') {
		return s.skipContainer(b, i, depth)
	}
	return s.skipScalar(b, i)
}

func (s *jsonScanner) skipScalar(b []byte, i int) int {
	if i >= len(b) {
		return s.fail(i, "a value")
	}
	switch c := b[i]; c {
	case '"':
		end, _ := s.stringEnd(b, i+1)
		return end
	case 't':
		return s.literal(b, i, "true")
	case 'f':
		return s.literal(b, i, "false")
	case 'n':
		return s.literal(b, i, "null")
	default:
		if c == '-' || c-'0' <= 9 {
			return s.numberEnd(b, i)
		}
	}
	return s.fail(i, "a value")
}

// skipContainer reads an array or object without recursion, so that hostile
// nesting costs a bit per level.
func (s *jsonScanner) skipContainer(b []byte, i, outside int) int {
	depth := outside
	for {
		// A value begins at i.
		if i < len(b) && (b[i] == '{' || b[i] == '[') {
			if depth == jsonDepthMax {
				return s.fail(i, "no more than 10000 nested arrays and objects")
			}
			object := b[i] == '{'
			s.setOpen(depth, object)
			depth++
			i = skipSpace(b, i+1)
			if i >= len(b) || b[i] != closing(object) {
				if object {
					if i = s.name(b, i); i < 0 {
						return -1
					}
				}
				continue
			}
		} else if i = s.skipScalar(b, i); i < 0 {
			return -1
		} else {
			i = skipSpace(b, i)
		}
		// The value ended before i, or a container is empty: close what closes here.
		for {
			object := s.isOpen(depth - 1)
			if i < len(b) && b[i] == closing(object) {
				i++
				if depth--; depth == outside {
					return i
				}
				i = skipSpace(b, i)
				continue
			}
			if i >= len(b) || b[i] != ',' {
				return s.fail(i, afterMember(object))
			}
			i = skipSpace(b, i+1)
			if object {
				if i = s.name(b, i); i < 0 {
					return -1
				}
			}
			break
		}
	}
}

func (s *jsonScanner) setOpen(depth int, object bool) {
	w, bit := depth>>6, uint64(1)<<(uint(depth)&63)
	s.open[w] &^= bit
	if object {
		s.open[w] |= bit
	}
}

func (s *jsonScanner) isOpen(depth int) (object bool) {
	return s.open[depth>>6]>>(uint(depth)&63)&1 != 0
}

func closing(object bool) byte {
	if object {
		return '}'
	}
	return ']'
}

func afterMember(object bool) string {
	if object {
		return "a comma or }"
	}
	return "a comma or ]"
}

// name reads a member name and its colon, and returns where the value begins.
func (s *jsonScanner) name(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return s.fail(i, "a member name in quotes")
	}
	if i, _ = s.stringEnd(b, i+1); i < 0 {
		return -1
	}
	return s.colon(b, i)
}

// colon reads a colon and the white space around it.
func (s *jsonScanner) colon(b []byte, i int) int {
	i = skipSpace(b, i)
	if i >= len(b) || b[i] != ':' {
		return s.fail(i, "a colon after the member name")
	}
	return skipSpace(b, i+1)
}
