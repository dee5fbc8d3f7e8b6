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
	if name := sourceNameOf(s); name != nil {
		return s, checkSourceName(name)
	}
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
		return read(r, controlGrammar, func(s *ControlQuery) { s.Action = queryActions[t.Type] })
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

var queryActions = map[lexer.TokenType]QueryAction{kwTERMINATE: Terminate, kwPAUSE: Pause, kwRESUME: Resume}

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

// show reads what stands behind SHOW or LIST.
func (r *reader) show() (Statement, error) {
	rest, ok := shows[r.peek().Type]
	if !ok {
		return nil, r.unexpected()
	}
	r.next()
	return rest(r)
}

// shows reads the rest of a SHOW statement behind its first word.
var shows = map[lexer.TokenType]func(*reader) (Statement, error){
	kwALL: func(r *reader) (Statement, error) {
		if _, err := r.expect(kwTOPICS); err != nil {
			return nil, err
		}
		return read(r, showTopicsGrammar, func(s *ShowTopics) { s.All = true })
	},
	kwCONNECTOR: func(r *reader) (Statement, error) {
		_, err := r.expect(kwPLUGINS)
		return &ShowConnectorPlugins{}, err
	},
	kwSOURCE:     func(r *reader) (Statement, error) { return r.showConnectors(SourceConnector) },
	kwSINK:       func(r *reader) (Statement, error) { return r.showConnectors(SinkConnector) },
	kwCONNECTORS: func(*reader) (Statement, error) { return &ShowConnectors{}, nil },
	kwFUNCTIONS:  func(*reader) (Statement, error) { return &ShowFunctions{}, nil },
	kwPROPERTIES: func(*reader) (Statement, error) { return &ShowProperties{}, nil },
	kwQUERIES:    func(r *reader) (Statement, error) { return read(r, showQueriesGrammar, nil) },
	kwSTREAMS:    func(r *reader) (Statement, error) { return read(r, showStreamsGrammar, nil) },
	kwTABLES:     func(r *reader) (Statement, error) { return read(r, showTablesGrammar, nil) },
	kwTOPICS:     func(r *reader) (Statement, error) { return read(r, showTopicsGrammar, nil) },
	kwTYPES:      func(*reader) (Statement, error) { return &ShowTypes{}, nil },
	kwVARIABLES:  func(*reader) (Statement, error) { return &ShowVariables{}, nil },
}

func (r *reader) showConnectors(kind ConnectorKind) (Statement, error) {
	_, err := r.expect(kwCONNECTORS)
	return &ShowConnectors{Kind: kind}, err
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
