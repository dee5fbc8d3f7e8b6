package broker

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// kmsg trusts what requests claim: an array is allocated at the length it says, and a number of tagged fields is counted down
// from four billion if it says so, whatever is there. So a request is first walked through, along its shape, and only goes to
// kmsg when everything it claims is in it.
//
// A shape lists the fields of a request, in order:
//
//	1 2 4 8 u   a field of so many bytes; u has 16
//	s b         a string; bytes. Null or not
//	[4] [s]     an array of such fields
//	[s 4 ...]   an array of structures
//	[s;]        an array of structures of one field
//	?{4 8}      a structure, or null
//	{4 8}       a tagged field that is a structure: 1={4 8} is that with tag 1
//	4:3- 4:0-2  a field of versions from 3 on; of versions up to 2
//
// Other tagged fields need no mention. Strings, arrays and structures look different in flexible versions, which kmsg knows.
const maxElements = 500_000 // of all arrays in a request

// shapes of all requests that clients send, by key.
var shapes = map[int16]string{
	0:  "s:3- 2 4 [s:0-12 u:13- [4 b]]",
	1:  "4:0-14 4 4 4:3- 1:4- 4:7- 4:7- [s:0-12 u:13- [4 4:9- 8 4:12- 8:5- 4]] [s:7-12 u:13- [4]]:7- s:11- 1={4 8}",
	2:  "4 1:2- [s [4 4:4- 8 4:0-0]] 4:10-",
	3:  "[u:10- s] 1:4- 1:8-10 1:8-",
	8:  "s 4:1- s:1- s:7- 8:2-4 [s:0-9 u:10- [4 8 8:1-1 4:6- s]]",
	9:  "s:0-7 [s [4]]:0-7 [s s:9- 4:9- [s:8-9 u:10- [4]]]:8- 1:7-",
	10: "s:0-3 1:1- [s]:4-",
	11: "s 4 4:1- s s:5- s [s b] s:8-",
	12: "s 4 s s:3-",
	13: "s s:0-2 [s s s:5-]:3-",
	14: "s 4 s s:3- s:5- s:5- [s b]",
	15: "[s] 1:3-",
	16: "[s]:4- [s]:5-",
	17: "s",
	18: "s:3- s:3- s:5- 4:5-",
	19: "[s 4 2 [4 [4]] [s s]] 4 1:1-",
	20: "[s]:0-5 [s u]:6- 4",
	21: "[s [4 8]] 4",
	22: "s 4 8:3- 2:3-",
	23: "4:3- [s [4 4:2- 4]]",
	24: "s:0-3 8:0-3 2:0-3 [s [4]]:0-3 [s 8 2 1 [s [4]]]:4-",
	25: "s 8 2 s",
	26: "s 8 2 1",
	28: "s s 8 2 4:3- s:3- s:3- [s:0-5 u:6- [4 8 4:2- s]]",
	29: "1 s 1:1- s s 1 1",
	30: "[1 s 1:1- s s 1 1]",
	31: "[1 s 1:1- s s 1 1]",
	32: "[1 s [s]] 1:1- 1:3-",
	33: "[1 s [s s]] 1",
	35: "[s [4]]",
	36: "b",
	37: "[s 4 [[4];]] 4 1",
	42: "[s]",
	43: "1:1- [s [4]] 4",
	44: "[1 s [s 1 s]] 1",
	46: "4 [s [4]]",
	47: "s [s [4;]]",
	48: "[s 1 s] 1",
	49: "[[s s] [s 8 1]] 1",
	50: "[s;]",
	51: "[s 1] [s 1 4 b b]",
	60: "1 1:1- 1:2-",
	61: "[s [4]]",
	65: "[s]",
	66: "[s] [8] 8:1- s:2-",
	68: "s s 4 s s 4 [s] s:1- s [u [4]]",
	69: "[s] 1",
	74: "[1]:1-",
	75: "[s;] 4 ?{s 4}",
}

type shapeKind uint8

const (
	shapeFixed shapeKind = iota
	shapeString
	shapeBytes
	shapeArray
	shapeStruct   // the value of a tagged field
	shapeOptional // a structure behind a byte that says whether it is there
)

// shape is a field.
type shape struct {
	kind     shapeKind
	size     int     // of a fixed field
	fields   []shape // of a structure, or of the elements of an array
	plain    bool    // the elements of the array are not structures
	tag      int     // of a tagged field, otherwise -1
	min, max int16   // versions
}

// shapeOf parses the shape of a key.
func shapeOf(key int16) []shape {
	text, ok := shapes[key]
	if !ok {
		panic(fmt.Sprintf("broker: there is no shape of requests with key %d", key))
	}
	p := shapeParser{text: text}
	fields, _ := p.fields()
	if p.text != "" {
		panic(fmt.Sprintf("broker: the shape of key %d ends at %q", key, p.text))
	}
	return fields
}

type shapeParser struct{ text string }

// fields parses up to the end or a closing bracket; marked says that a semicolon was there.
func (p *shapeParser) fields() (fields []shape, marked bool) {
	for {
		p.text = strings.TrimLeft(p.text, " ")
		switch {
		case p.text == "" || p.text[0] == ']' || p.text[0] == '}':
			return fields, marked
		case p.text[0] == ';':
			marked, p.text = true, p.text[1:]
		default:
			fields = append(fields, p.field())
		}
	}
}

func (p *shapeParser) field() shape {
	f := shape{tag: -1, max: math.MaxInt16}
	if i := strings.IndexByte(p.text, '='); i > 0 && i < 3 && p.text[i+1] == '{' {
		f.tag, _ = strconv.Atoi(p.text[:i])
		p.text = p.text[i+1:]
	}
	c := p.text[0]
	p.text = p.text[1:]
	switch c {
	case '1', '2', '4', '8':
		f.size = int(c - '0')
	case 'u':
		f.size = 16
	case 's':
		f.kind = shapeString
	case 'b':
		f.kind = shapeBytes
	case '[', '{', '?':
		if c == '?' {
			p.text = p.text[1:]
		}
		var marked bool
		f.fields, marked = p.fields()
		p.text = p.text[1:]
		switch c {
		case '[':
			f.kind, f.plain = shapeArray, len(f.fields) == 1 && !marked
		case '{':
			f.kind = shapeStruct
		case '?':
			f.kind = shapeOptional
		}
	default:
		panic(fmt.Sprintf("broker: unknown shape %q", c))
	}
	p.versions(&f)
	return f
}

// versions parses what follows a colon.
func (p *shapeParser) versions(f *shape) {
	if !strings.HasPrefix(p.text, ":") {
		return
	}
	end := strings.IndexAny(p.text, " ];}")
	if end < 0 {
		end = len(p.text)
	}
	from, to, _ := strings.Cut(p.text[1:end], "-")
	p.text = p.text[end:]
	n, _ := strconv.Atoi(from)
	f.min = int16(n)
	if n, err := strconv.Atoi(to); err == nil {
		f.max = int16(n)
	}
}

// walk steps over a request, which is bad if something it claims is not there, or it claims too much.
type walk struct {
	wireReader
	version  int16
	flexible bool
	elements int
}

// structure steps over the fields of a structure and its tagged fields.
func (w *walk) structure(fields []shape) {
	for i := range fields {
		if f := &fields[i]; f.tag < 0 && f.min <= w.version && w.version <= f.max {
			w.field(f)
		}
	}
	if w.flexible {
		w.tags(fields)
	}
}

func (w *walk) field(f *shape) {
	switch f.kind {
	case shapeFixed:
		w.span(f.size)
	case shapeString:
		w.span(w.length(2))
	case shapeBytes:
		w.span(w.length(4))
	case shapeArray:
		n := w.length(4)
		if w.elements += n; w.elements > maxElements || n > len(w.b) {
			w.bad = true
		}
		for ; n > 0 && !w.bad; n-- {
			if f.plain {
				w.field(&f.fields[0])
			} else {
				w.structure(f.fields)
			}
		}
	case shapeStruct:
		w.structure(f.fields)
	case shapeOptional:
		if there := w.span(1); len(there) == 1 && int8(there[0]) != -1 {
			w.structure(f.fields)
		}
	}
}

// length reads a length, which has width bytes where it is not flexible. That of null is 0.
func (w *walk) length(width int) int {
	var n int64
	switch {
	case w.flexible:
		u := w.uvarint()
		if u > math.MaxInt32 {
			w.bad = true
			return 0
		}
		n = int64(u) - 1
	case width == 2:
		n = int64(w.int16())
	default:
		n = int64(w.int32())
	}
	return int(max(n, 0))
}

// tags steps over tagged fields.
func (w *walk) tags(fields []shape) {
	for n := w.uvarint(); n > 0 && !w.bad; n-- {
		tag, size := w.uvarint(), w.uvarint()
		if size > uint64(len(w.b)) {
			w.bad = true
			return
		}
		value := w.span(int(size))
		for i := range fields {
			if f := &fields[i]; f.tag >= 0 && uint64(f.tag) == tag {
				inner := *w
				inner.b = value
				inner.field(f)
				w.bad = w.bad || inner.bad
				w.elements = inner.elements
			}
		}
	}
}
