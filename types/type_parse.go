package types

import (
	"fmt"
	"strconv"
	"strings"
)

var kindByName = map[string]*Type{
	"NULL": NullType, "BOOLEAN": BooleanType, "INTEGER": IntegerType, "INT": IntegerType, "BIGINT": BigIntType, "DOUBLE": DoubleType,
	"STRING": StringType, "VARCHAR": StringType, "BYTES": BytesType, "DATE": DateType, "TIME": TimeType, "TIMESTAMP": TimestampType,
}

// NamedType returns the type without parameters that has the given upper-case
// SQL name (INT and VARCHAR included).
func NamedType(name string) (*Type, bool) {
	t, ok := kindByName[name]
	return t, ok
}

// ParseType reads a type in the form [Type.String] prints: names in any case,
// field names plain (upper-cased) or in backquotes (kept). It serves codecs and
// signatures; SQL text goes through package parser.
func ParseType(text string) (*Type, error) {
	p := typeParser{s: text}
	t, err := p.parse()
	if err != nil {
		return nil, err
	}
	if p.skip(); p.i != len(p.s) {
		return nil, p.fail("end of type")
	}
	return t, nil
}

// MustType is ParseType for texts known at compile time.
func MustType(text string) *Type {
	t, err := ParseType(text)
	if err != nil {
		panic(err)
	}
	return t
}

type typeParser struct {
	s string
	i int
}

func (p *typeParser) fail(want string) error {
	return fmt.Errorf("type %q: expected %s at position %d", p.s, want, p.i+1)
}

func (p *typeParser) skip() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *typeParser) eat(c byte) bool {
	p.skip()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// word reads a plain or backquoted name; quoted tells which.
func (p *typeParser) word() (name string, quoted bool) {
	p.skip()
	if p.i < len(p.s) && p.s[p.i] == '`' {
		var b strings.Builder
		for p.i++; p.i < len(p.s); p.i++ {
			if p.s[p.i] == '`' {
				if p.i+1 >= len(p.s) || p.s[p.i+1] != '`' {
					p.i++
					return b.String(), true
				}
				p.i++
			}
			b.WriteByte(p.s[p.i])
		}
		return b.String(), true
	}
	start := p.i
	for p.i < len(p.s) && strings.IndexByte("<>(), \t\r\n`", p.s[p.i]) < 0 {
		p.i++
	}
	return strings.ToUpper(p.s[start:p.i]), false
}

func (p *typeParser) parse() (*Type, error) {
	name, _ := p.word()
	switch name {
	case "DECIMAL":
		return p.decimal()
	case "ARRAY":
		if !p.eat('<') {
			return nil, p.fail("<")
		}
		elem, err := p.parse()
		if err != nil {
			return nil, err
		}
		if !p.eat('>') {
			return nil, p.fail(">")
		}
		return ArrayOf(elem), nil
	case "MAP":
		return p.mapType()
	case "STRUCT":
		return p.structType()
	}
	t, ok := kindByName[name]
	if !ok {
		return nil, fmt.Errorf("type %q: unknown type name %q", p.s, name)
	}
	if p.eat('(') { // VARCHAR(32): the length is accepted and ignored.
		for p.i < len(p.s) && p.s[p.i] != ')' {
			p.i++
		}
		if !p.eat(')') {
			return nil, p.fail(")")
		}
	}
	return t, nil
}

func (p *typeParser) decimal() (*Type, error) {
	if !p.eat('(') {
		return nil, p.fail("(")
	}
	precision, _ := p.word()
	if !p.eat(',') {
		return nil, p.fail(",")
	}
	scale, _ := p.word()
	if !p.eat(')') {
		return nil, p.fail(")")
	}
	pr, err1 := strconv.Atoi(precision)
	sc, err2 := strconv.Atoi(scale)
	if err1 != nil || err2 != nil || pr < 1 || sc < 0 || sc > pr {
		return nil, fmt.Errorf("type %q: DECIMAL needs a precision of at least 1 and a scale from 0 to the precision", p.s)
	}
	return DecimalOf(pr, sc), nil
}

func (p *typeParser) mapType() (*Type, error) {
	if !p.eat('<') {
		return nil, p.fail("<")
	}
	key, err := p.parse()
	if err != nil {
		return nil, err
	}
	if !p.eat(',') {
		return nil, p.fail(",")
	}
	value, err := p.parse()
	if err != nil {
		return nil, err
	}
	if !p.eat('>') {
		return nil, p.fail(">")
	}
	return MapOf(key, value), nil
}

func (p *typeParser) structType() (*Type, error) {
	if !p.eat('<') {
		return nil, p.fail("<")
	}
	var fields []Field
	if p.eat('>') {
		return StructOf(), nil
	}
	for {
		name, quoted := p.word()
		if name == "" && !quoted {
			return nil, p.fail("a field name")
		}
		t, err := p.parse()
		if err != nil {
			return nil, err
		}
		fields = append(fields, Field{Name: name, Type: t})
		if p.eat('>') {
			return StructOf(fields...), nil
		}
		if !p.eat(',') {
			return nil, p.fail(", or >")
		}
	}
}
