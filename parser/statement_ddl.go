package parser

import "github.com/alecthomas/participle/v2/lexer"

// create reads what stands behind CREATE.
func (r *reader) create() (Statement, error) {
	orReplace := false
	if r.is(kwOR) {
		if err := r.expectAll(kwOR, kwREPLACE); err != nil {
			return nil, err
		}
		orReplace = true
	}
	source := r.accept(kwSOURCE)
	switch t := r.peek(); {
	case t.Type == kwSTREAM, t.Type == kwTABLE:
		r.next()
		kind := kindOf(t.Type)
		if !source && r.atCreateAs() {
			return read(r, createAsGrammar, func(s *CreateAs) { s.Kind, s.OrReplace = kind, orReplace })
		}
		return read(r, createSourceGrammar, func(s *CreateSource) { s.Kind, s.OrReplace, s.ReadOnly = kind, orReplace, source })
	case orReplace:
	case t.Type == kwCONNECTOR && source:
		r.next()
		return read(r, createConnectorGrammar, func(s *CreateConnector) { s.Kind = SourceConnector })
	case source:
	case t.Type == kwSINK:
		r.next()
		if _, err := r.expect(kwCONNECTOR); err != nil {
			return nil, err
		}
		return read(r, createConnectorGrammar, func(s *CreateConnector) { s.Kind = SinkConnector })
	case t.Type == kwTYPE:
		r.next()
		return read(r, createTypeGrammar, nil)
	}
	return nil, r.unexpected()
}

// kindOf is the kind of source that the keyword STREAM or TABLE names.
func kindOf(t lexer.TokenType) SourceKind {
	if t == kwTABLE {
		return KindTable
	}
	return KindStream
}

// atCreateAs tells CREATE ... AS from a plain CREATE: it looks behind the name,
// and behind the properties if there are any, for AS.
func (r *reader) atCreateAs() bool {
	n := 0
	if r.atIfNotExists() {
		n = 3
	}
	switch r.ahead(n + 1).Type {
	case kwAS:
		return true
	case kwWITH:
		return r.behindParens(n+2) == kwAS
	}
	return false
}

func (r *reader) atIfNotExists() bool { return r.follow(kwIF, kwNOT) }

// behindParens is the type of the token behind the parentheses that open n
// tokens ahead.
func (r *reader) behindParens(n int) lexer.TokenType {
	depth := 0
	for at := r.lex.RawCursor() + lexer.RawCursor(n); ; at++ {
		switch t := r.typeAt(at); t {
		case tokLParen:
			depth++
		case tokRParen:
			if depth--; depth == 0 {
				return r.typeAt(at + 1)
			}
		case tokSemicolon, lexer.EOF:
			return lexer.EOF
		}
	}
}

// drop reads what stands behind DROP.
func (r *reader) drop() (Statement, error) {
	switch t := r.peek(); t.Type {
	case kwSTREAM, kwTABLE:
		r.next()
		return read(r, dropSourceGrammar, func(s *DropSource) { s.Kind = kindOf(t.Type) })
	case kwCONNECTOR:
		r.next()
		return read(r, dropConnectorGrammar, nil)
	case kwTYPE:
		r.next()
		return read(r, dropTypeGrammar, nil)
	}
	return nil, r.unexpected()
}

// alter reads what stands behind ALTER.
func (r *reader) alter() (Statement, error) {
	switch t := r.peek(); t.Type {
	case kwSTREAM, kwTABLE:
		r.next()
		return read(r, alterSourceGrammar, func(s *AlterSource) { s.Kind = kindOf(t.Type) })
	case kwSYSTEM:
		r.next()
		return read(r, alterSystemGrammar, nil)
	}
	return nil, r.unexpected()
}

// insert reads what stands behind INSERT. A column list or VALUES behind the
// name make it an INSERT VALUES.
func (r *reader) insert() (Statement, error) {
	if _, err := r.expect(kwINTO); err != nil {
		return nil, err
	}
	if t := r.ahead(1).Type; t == tokLParen || t == kwVALUES {
		return read(r, insertValuesGrammar, nil)
	}
	return read(r, insertGrammar, nil)
}

// assert reads what stands behind ASSERT.
func (r *reader) assert() (Statement, error) {
	not := r.is(kwNOT)
	if not {
		if err := r.expectAll(kwNOT, kwEXISTS); err != nil {
			return nil, err
		}
	}
	switch t := r.peek(); {
	case t.Type == kwTOPIC:
		r.next()
		return read(r, assertTopicGrammar, func(s *AssertTopic) { s.NotExists = not })
	case t.Type == kwSCHEMA:
		r.next()
		return read(r, assertSchemaGrammar, func(s *AssertSchema) { s.NotExists = not })
	case not:
	case t.Type == kwSTREAM, t.Type == kwTABLE:
		r.next()
		return read(r, assertSourceGrammar, func(s *AssertSource) { s.Kind = kindOf(t.Type) })
	case t.Type == kwVALUES:
		r.next()
		return read(r, assertValuesGrammar, nil)
	case t.Type == kwNULL:
		r.next()
		if _, err := r.expect(kwVALUES); err != nil {
			return nil, err
		}
		return read(r, assertNullGrammar, nil)
	}
	return nil, r.unexpected()
}
