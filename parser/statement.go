package parser

import "github.com/alecthomas/participle/v2/lexer"

// statement reads one statement without its `;`. The first one or two keywords
// choose its kind; what stands behind them is described by the tags of its
// struct, or read by hand where tags do not reach.
func (r *reader) statement() (Statement, error) {
	outer, err := r.enter()
	if err != nil {
		return nil, err
	}
	defer func() { r.leave(outer) }()
	start := r.start()
	s, err := r.statementBody()
	if err != nil {
		return nil, err
	}
	s.header().At = r.since(start)
	return s, nil
}

func (r *reader) statementBody() (Statement, error) {
	switch t := r.peek(); t.Type {
	case kwSELECT:
		q, err := r.query()
		return &QueryStatement{Query: &q}, err
	case kwEXPLAIN:
		return r.explain()
	case kwSHOW, kwLIST:
		r.next()
		return r.show()
	case kwDESCRIBE:
		r.next()
		return r.describe()
	case kwPRINT:
		r.next()
		return read(r, printGrammar, nil)
	case kwTERMINATE, kwPAUSE, kwRESUME:
		r.next()
		actions := map[lexer.TokenType]QueryAction{kwTERMINATE: Terminate, kwPAUSE: Pause, kwRESUME: Resume}
		return read(r, controlGrammar, func(s *ControlQuery) { s.Action = actions[t.Type] })
	case kwSET:
		r.next()
		return read(r, setGrammar, nil)
	case kwUNSET:
		r.next()
		return read(r, unsetGrammar, nil)
	case kwDEFINE:
		r.next()
		return r.define()
	case kwUNDEFINE:
		r.next()
		name, err := r.variableName()
		return &Undefine{Name: name}, err
	case kwCREATE:
		r.next()
		return r.create()
	case kwINSERT:
		r.next()
		return r.insert()
	case kwDROP:
		r.next()
		return r.drop()
	case kwALTER:
		r.next()
		return r.alter()
	case kwASSERT:
		r.next()
		return r.assert()
	case kwRUN:
		r.next()
		if _, err := r.expect(kwSCRIPT); err != nil {
			return nil, err
		}
		return read(r, runScriptGrammar, nil)
	}
	return nil, r.unexpected()
}

// explain reads EXPLAIN: a query id if a name and the statement's end follow.
func (r *reader) explain() (Statement, error) {
	r.next()
	if t := r.ahead(1).Type; canName(r.peek().Type) && (t == tokSemicolon || t == lexer.EOF) {
		id, err := r.namePtr()
		return &Explain{QueryID: id}, err
	}
	s, err := r.statement()
	return &Explain{Statement: s}, err
}

func (r *reader) show() (Statement, error) {
	switch t := r.next(); t.Type {
	case kwPROPERTIES:
		return &ShowProperties{}, nil
	case kwALL:
		if _, err := r.expect(kwTOPICS); err != nil {
			return nil, err
		}
		return read(r, showTopicsGrammar, func(s *ShowTopics) { s.All = true })
	case kwTOPICS:
		return read(r, showTopicsGrammar, nil)
	case kwSTREAMS:
		return read(r, showStreamsGrammar, nil)
	case kwTABLES:
		return read(r, showTablesGrammar, nil)
	case kwFUNCTIONS:
		return &ShowFunctions{}, nil
	case kwSOURCE, kwSINK:
		kind := SourceConnector
		if t.Type == kwSINK {
			kind = SinkConnector
		}
		_, err := r.expect(kwCONNECTORS)
		return &ShowConnectors{Kind: kind}, err
	case kwCONNECTORS:
		return &ShowConnectors{}, nil
	case kwCONNECTOR:
		_, err := r.expect(kwPLUGINS)
		return &ShowConnectorPlugins{}, err
	case kwTYPES:
		return &ShowTypes{}, nil
	case kwVARIABLES:
		return &ShowVariables{}, nil
	case kwQUERIES:
		return read(r, showQueriesGrammar, nil)
	default:
		return nil, unexpectedToken(t)
	}
}

func (r *reader) describe() (Statement, error) {
	switch {
	case r.accept(kwSTREAMS):
		return read(r, describeAllGrammar, func(s *DescribeAll) { s.Kind = KindStream })
	case r.accept(kwTABLES):
		return read(r, describeAllGrammar, func(s *DescribeAll) { s.Kind = KindTable })
	case r.accept(kwCONNECTOR):
		return read(r, describeConnectorGrammar, nil)
	case r.is(kwFUNCTION) && canName(r.ahead(1).Type):
		r.next()
		return read(r, describeFunctionGrammar, nil)
	}
	return read(r, describeSourceGrammar, nil)
}

// define reads DEFINE. Its name is any unquoted word, which the tags' names are not.
func (r *reader) define() (Statement, error) {
	name, err := r.variableName()
	if err != nil {
		return nil, err
	}
	return read(r, defineGrammar, func(s *Define) { s.Name = name })
}
