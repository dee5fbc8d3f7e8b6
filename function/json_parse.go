package function

import (
	"fmt"
	"strings"
)

// jsonKind is the kind of a JSON value.
type jsonKind uint8

const (
	jsonMissing jsonKind = iota // An empty text has no value at all.
	jsonNull
	jsonFalse
	jsonTrue
	jsonInt
	jsonFloat
	jsonString
	jsonArray
	jsonObject
)

// jsonNode is a value, or the key of a member, in the order of the text. The
// values inside an array or object follow it; end is the node after them.
type jsonNode struct {
	kind     jsonKind
	escaped  bool   // A string with escapes.
	from, to uint32 // In the text; of a string without its quotes.
	end      uint32
}

// jsonDoc is a parsed text. Parsing again reuses the memory.
type jsonDoc struct {
	text    string
	nodes   []jsonNode
	pos     int
	members []jsonMember // A stack of the objects being written; see distinct.
	buf     []byte       // For texts being written.
}

// maxJSONDepth bounds the nesting of arrays and objects.
const maxJSONDepth = 1000

// parse reads the whole text as one JSON value, strictly by RFC 8259.
func (d *jsonDoc) parse(text string) error {
	d.text, d.nodes, d.pos, d.members = text, d.nodes[:0], 0, d.members[:0]
	d.space()
	if d.pos == len(text) {
		d.add(jsonMissing, 0)
		return nil
	}
	if err := d.value(0); err != nil {
		return err
	}
	d.space()
	if d.pos < len(text) {
		return d.fail("the end")
	}
	return nil
}

func (d *jsonDoc) fail(want string) error {
	return fmt.Errorf("the text is not valid JSON: expected %s at position %d", want, d.pos+1)
}

func (d *jsonDoc) add(kind jsonKind, from int) *jsonNode {
	n := uint32(len(d.nodes))
	d.nodes = append(d.nodes, jsonNode{kind: kind, from: uint32(from), to: uint32(d.pos), end: n + 1})
	return &d.nodes[n]
}

func (d *jsonDoc) space() {
	for d.pos < len(d.text) {
		switch d.text[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *jsonDoc) eat(c byte) bool {
	if d.pos < len(d.text) && d.text[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

func (d *jsonDoc) value(depth int) error {
	if d.pos == len(d.text) {
		return d.fail("a value")
	}
	switch c := d.text[d.pos]; {
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.array(depth)
	case c == '"':
		return d.string()
	case c == '-' || c-'0' <= 9:
		return d.number()
	case d.word("true"):
		d.add(jsonTrue, d.pos-4)
	case d.word("false"):
		d.add(jsonFalse, d.pos-5)
	case d.word("null"):
		d.add(jsonNull, d.pos-4)
	default:
		return d.fail("a value")
	}
	return nil
}

func (d *jsonDoc) word(w string) bool {
	if strings.HasPrefix(d.text[d.pos:], w) {
		d.pos += len(w)
		return true
	}
	return false
}

func (d *jsonDoc) array(depth int) error {
	if depth == maxJSONDepth {
		return fmt.Errorf("the JSON text is nested deeper than %d", maxJSONDepth)
	}
	self := len(d.nodes)
	d.add(jsonArray, d.pos)
	d.pos++
	d.space()
	for more := !d.eat(']'); more; {
		d.space()
		if err := d.value(depth + 1); err != nil {
			return err
		}
		d.space()
		if more = d.eat(','); !more && !d.eat(']') {
			return d.fail("a comma or ]")
		}
	}
	d.close(self)
	return nil
}

func (d *jsonDoc) object(depth int) error {
	if depth == maxJSONDepth {
		return fmt.Errorf("the JSON text is nested deeper than %d", maxJSONDepth)
	}
	self := len(d.nodes)
	d.add(jsonObject, d.pos)
	d.pos++
	d.space()
	for more := !d.eat('}'); more; {
		d.space()
		if err := d.string(); err != nil {
			return err
		}
		d.space()
		if !d.eat(':') {
			return d.fail("a colon")
		}
		d.space()
		if err := d.value(depth + 1); err != nil {
			return err
		}
		d.space()
		if more = d.eat(','); !more && !d.eat('}') {
			return d.fail("a comma or }")
		}
	}
	d.close(self)
	return nil
}

func (d *jsonDoc) close(n int) {
	d.nodes[n].to, d.nodes[n].end = uint32(d.pos), uint32(len(d.nodes))
}

func (d *jsonDoc) string() error {
	if !d.eat('"') {
		return d.fail("a string in double quotes")
	}
	start := d.pos
	escaped := false
	for d.pos < len(d.text) {
		switch c := d.text[d.pos]; {
		case c == '"':
			d.add(jsonString, start).escaped = escaped
			d.pos++
			return nil
		case c < ' ':
			return d.fail("no control character inside a string")
		case c == '\\':
			escaped = true
			if err := d.escape(); err != nil {
				return err
			}
		default:
			d.pos++
		}
	}
	return d.fail("the quote that ends the string")
}

func (d *jsonDoc) escape() error {
	d.pos++
	if d.pos == len(d.text) || strings.IndexByte(`"\/bfnrtu`, d.text[d.pos]) < 0 {
		return d.fail(`one of "\/bfnrtu after a backslash`)
	}
	hex := d.text[d.pos] == 'u'
	d.pos++
	for k := 0; hex && k < 4; k++ {
		if d.pos == len(d.text) || hexValue(d.text[d.pos]) < 0 {
			return d.fail("four hexadecimal digits")
		}
		d.pos++
	}
	return nil
}

func hexValue(c byte) int {
	switch {
	case c-'0' <= 9:
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func (d *jsonDoc) number() error {
	start, kind := d.pos, jsonInt
	d.eat('-')
	if !d.eat('0') && !d.digits() {
		return d.fail("a digit")
	}
	if d.eat('.') {
		kind = jsonFloat
		if !d.digits() {
			return d.fail("a digit after the point")
		}
	}
	if d.eat('e') || d.eat('E') {
		kind = jsonFloat
		if !d.eat('+') {
			d.eat('-')
		}
		if !d.digits() {
			return d.fail("a digit of the exponent")
		}
	}
	d.add(kind, start)
	return nil
}

func (d *jsonDoc) digits() bool {
	start := d.pos
	for d.pos < len(d.text) && d.text[d.pos]-'0' <= 9 {
		d.pos++
	}
	return d.pos > start
}

// raw returns the text of node n, of a string without its quotes.
func (d *jsonDoc) raw(n int) string { return d.text[d.nodes[n].from:d.nodes[n].to] }

// items ranges over the values of array n.
func (d *jsonDoc) items(n int) func(yield func(item int) bool) {
	return func(yield func(int) bool) {
		for k := n + 1; k < int(d.nodes[n].end); k = int(d.nodes[k].end) {
			if !yield(k) {
				return
			}
		}
	}
}

// keys ranges over the keys of object n; the value is the node after the key.
// Keys may repeat.
func (d *jsonDoc) keys(n int) func(yield func(key int) bool) {
	return func(yield func(int) bool) {
		for k := n + 1; k < int(d.nodes[n].end); k = int(d.nodes[k+1].end) {
			if !yield(k) {
				return
			}
		}
	}
}
