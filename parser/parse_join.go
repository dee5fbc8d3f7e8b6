package parser

import "github.com/alecthomas/participle/v2/lexer"

// relation reads the FROM clause: a source and the joins behind it.
func (r *reader) relation() (Relation, error) {
	start := r.start()
	first, err := r.aliasedSource()
	if err != nil {
		return nil, err
	}
	outer, err := r.enter()
	if err != nil {
		return nil, err
	}
	defer func() { r.leave(outer) }()
	var left Relation = first
	for {
		joinType, ok, err := r.joinType()
		if err != nil {
			return nil, err
		}
		if !ok {
			return left, nil
		}
		join := &Join{Type: joinType, Left: left}
		if err := r.join(join); err != nil {
			return nil, err
		}
		join.At = r.since(start)
		if err := r.grow(join.At); err != nil {
			return nil, err
		}
		left = join
	}
}

// join reads what stands behind JOIN.
func (r *reader) join(j *Join) (err error) {
	if j.Right, err = r.aliasedSource(); err != nil {
		return err
	}
	if r.is(kwWITHIN) {
		if j.Within, err = r.within(); err != nil {
			return err
		}
	}
	if _, err = r.expect(kwON); err != nil {
		return err
	}
	j.On, err = r.expr()
	return err
}

// joinType reads the words up to JOIN, if there is a join.
func (r *reader) joinType() (t JoinType, ok bool, err error) {
	switch {
	case r.accept(kwJOIN):
		return InnerJoin, true, nil
	case r.accept(kwINNER):
		_, err = r.expect(kwJOIN)
		return InnerJoin, true, err
	case r.accept(kwLEFT):
		t = LeftJoin
	case r.accept(kwRIGHT):
		t = RightJoin
	case r.accept(kwFULL):
		t = FullJoin
	default:
		return 0, false, nil
	}
	r.accept(kwOUTER)
	_, err = r.expect(kwJOIN)
	return t, true, err
}

func (r *reader) aliasedSource() (*AliasedSource, error) {
	start := r.start()
	name, err := r.sourceName()
	if err != nil {
		return nil, err
	}
	s := &AliasedSource{Name: name}
	if r.accept(kwAS) || canName(r.peek().Type) && !r.atClause() {
		alias, err := r.sourceName()
		if err != nil {
			return nil, err
		}
		s.Alias = &alias
	}
	s.At = r.since(start)
	return s, nil
}

// atClause tells a clause that begins with a word that is not reserved from an
// alias of that name.
func (r *reader) atClause() bool {
	switch r.peek().Type {
	case kwEMIT:
		t := r.ahead(1).Type
		return t == kwCHANGES || t == kwFINAL
	case kwPARTITION:
		return r.ahead(1).Type == kwBY
	}
	return false
}

// within reads `WITHIN size` or `WITHIN (before, after)`, and a grace.
func (r *reader) within() (*Within, error) {
	w := &Within{Loc: Loc{tokenSpan(r.next())}}
	var err error
	w.Paired = r.accept(tokLParen)
	if w.Before, err = r.duration(); err != nil {
		return nil, err
	}
	w.After = w.Before
	if w.Paired {
		if _, err = r.expect(tokComma); err != nil {
			return nil, err
		}
		if w.After, err = r.duration(); err != nil {
			return nil, err
		}
		if _, err = r.expect(tokRParen); err != nil {
			return nil, err
		}
	}
	if r.is(kwGRACE) {
		if w.Grace, err = r.keyDuration(kwGRACE, kwPERIOD); err != nil {
			return nil, err
		}
	}
	w.At = r.since(w.At)
	return w, nil
}

// keyDuration reads a duration behind keywords.
func (r *reader) keyDuration(words ...lexer.TokenType) (*Duration, error) {
	if err := r.expectAll(words...); err != nil {
		return nil, err
	}
	return r.durationPtr()
}
