package function

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/types"
)

// P reads a pattern and panics when the text is none: patterns are written in
// the source. It knows
//
//	STRING, ARRAY<INT>, ...   a type, in the form of [types.ParseType]
//	DECIMAL                   any DECIMAL(p, s)
//	T, RK                     a type variable: one or two upper-case letters
//	ANY                       any type
//	ARRAY<T>, MAP<K, V>       arrays and maps of patterns
//	(S, T) => S               a lambda
//	UNIT                      a time unit
func P(text string) Pattern {
	s := scanner{text: text}
	p := s.pattern()
	if s.rest() != "" {
		s.fail("the end")
	}
	return p
}

// Signature is the shape of a call: parameters, which of them repeats (or -1),
// and the result.
type Signature struct {
	Params   []Param
	Variadic int
	Result   Pattern
}

// Sig reads a signature such as
//
//	(text STRING, pos INT!, rest STRING...) -> ARRAY<STRING>
//
// where ! marks a parameter that must not be NULL and ... the one that may be
// given zero or more times. It panics when the text is no signature.
func Sig(text string) Signature {
	s := scanner{text: text}
	sig := Signature{Variadic: -1}
	s.need("(")
	for !s.eat(")") {
		if len(sig.Params) > 0 {
			s.need(",")
		}
		p := Param{Name: s.word(), Type: s.pattern()}
		p.NotNull = s.eat("!")
		if s.eat("...") {
			sig.Variadic = len(sig.Params)
		}
		sig.Params = append(sig.Params, p)
	}
	s.need("->")
	sig.Result = s.pattern()
	if s.rest() != "" {
		s.fail("the end")
	}
	return sig
}

// scanner reads patterns from text written in the source; it panics on errors.
type scanner struct {
	text string
	pos  int
}

func (s *scanner) fail(want string) {
	panic(fmt.Sprintf("signature %q: expected %s at position %d", s.text, want, s.pos+1))
}

func (s *scanner) rest() string {
	for s.pos < len(s.text) && s.text[s.pos] == ' ' {
		s.pos++
	}
	return s.text[s.pos:]
}

func (s *scanner) eat(token string) bool {
	if !strings.HasPrefix(s.rest(), token) {
		return false
	}
	s.pos += len(token)
	return true
}

func (s *scanner) need(token string) {
	if !s.eat(token) {
		s.fail(token)
	}
}

func (s *scanner) word() string {
	rest := s.rest()
	n := 0
	for n < len(rest) && (rest[n] == '_' || rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
		n++
	}
	if n == 0 {
		s.fail("a name")
	}
	s.pos += n
	return rest[:n]
}

func (s *scanner) pattern() Pattern {
	if s.eat("(") {
		return s.lambda()
	}
	start := s.pos
	switch name := s.word(); {
	case name == "ANY":
		return Pattern{Kind: PatternAny}
	case name == "UNIT":
		return Pattern{Kind: PatternUnit}
	case name == "DECIMAL" && !strings.HasPrefix(s.rest(), "("):
		return Pattern{Kind: PatternDecimal}
	case name == "ARRAY":
		s.need("<")
		elem := s.pattern()
		s.need(">")
		return array(elem)
	case name == "MAP":
		s.need("<")
		key := s.pattern()
		s.need(",")
		value := s.pattern()
		s.need(">")
		return Pattern{Kind: PatternMap, Key: &key, Elem: &value}
	case name == "STRUCT" || name == "DECIMAL":
		s.closing()
		return Pattern{Type: types.MustType(s.text[start:s.pos])}
	default:
		if t, ok := types.NamedType(name); ok {
			return Pattern{Type: t}
		}
		if len(name) > 2 || name != strings.ToUpper(name) {
			s.fail("a type instead of " + name)
		}
		return Pattern{Kind: PatternVar, Var: name}
	}
}

// array returns the pattern of an array of elem.
func array(elem Pattern) Pattern { return Pattern{Kind: PatternArray, Elem: &elem} }

// closing moves behind the bracket that closes the next one.
func (s *scanner) closing() {
	depth := 0
	for ; s.pos < len(s.text); s.pos++ {
		switch s.text[s.pos] {
		case '<', '(':
			depth++
		case '>', ')':
			if depth--; depth == 0 {
				s.pos++
				return
			}
		}
	}
	s.fail("a closing bracket")
}

func (s *scanner) lambda() Pattern {
	p := Pattern{Kind: PatternLambda}
	for {
		p.Params = append(p.Params, s.pattern())
		if s.eat(")") {
			break
		}
		s.need(",")
	}
	s.need("=>")
	result := s.pattern()
	p.Result = &result
	return p
}
