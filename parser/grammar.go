package parser

import (
	"sync"

	"github.com/alecthomas/participle/v2"
)

// grammar is the participle parser of a statement's tags, built when it is
// first needed.
type grammar[T any] func() *participle.Parser[T]

// grammarOf makes the grammar of T. It looks no token ahead: one token decides
// every choice, so the token an error names is the first that does not fit.
// Where a choice needs more, the dispatch has made it or a (?= ...) asks.
func grammarOf[T any]() grammar[T] {
	return sync.OnceValue(func() *participle.Parser[T] {
		return participle.MustBuild[T](participle.Lexer(definition{}), participle.UseLookahead(0), valueGrammar)
	})
}

// One grammar for each statement whose rest is described by tags.
var (
	printGrammar     = grammarOf[PrintTopic]()
	controlGrammar   = grammarOf[ControlQuery]()
	setGrammar       = grammarOf[SetProperty]()
	unsetGrammar     = grammarOf[UnsetProperty]()
	defineGrammar    = grammarOf[Define]()
	runScriptGrammar = grammarOf[RunScript]()

	showTopicsGrammar  = grammarOf[ShowTopics]()
	showStreamsGrammar = grammarOf[ShowStreams]()
	showTablesGrammar  = grammarOf[ShowTables]()
	showQueriesGrammar = grammarOf[ShowQueries]()

	describeAllGrammar       = grammarOf[DescribeAll]()
	describeSourceGrammar    = grammarOf[DescribeSource]()
	describeFunctionGrammar  = grammarOf[DescribeFunction]()
	describeConnectorGrammar = grammarOf[DescribeConnector]()

	createSourceGrammar    = grammarOf[CreateSource]()
	createAsGrammar        = grammarOf[CreateAs]()
	createTypeGrammar      = grammarOf[CreateType]()
	createConnectorGrammar = grammarOf[CreateConnector]()

	dropSourceGrammar    = grammarOf[DropSource]()
	dropTypeGrammar      = grammarOf[DropType]()
	dropConnectorGrammar = grammarOf[DropConnector]()

	alterSourceGrammar = grammarOf[AlterSource]()
	alterSystemGrammar = grammarOf[AlterSystem]()

	insertGrammar       = grammarOf[Insert]()
	insertValuesGrammar = grammarOf[InsertValues]()

	assertTopicGrammar  = grammarOf[AssertTopic]()
	assertSchemaGrammar = grammarOf[AssertSchema]()
	assertSourceGrammar = grammarOf[AssertSource]()
	assertValuesGrammar = grammarOf[AssertValues]()
	assertNullGrammar   = grammarOf[AssertNullValues]()
)

// read reads the rest of a statement by the tags of its struct; fill sets what
// the dispatch knows already and may be nil.
func read[T any, S interface {
	*T
	Statement
}](r *reader, g grammar[T], fill func(S)) (Statement, error) {
	v, err := g().ParseFromLexer(r.lex, participle.AllowTrailing(true))
	if err != nil {
		return nil, err
	}
	s := S(v)
	if fill != nil {
		fill(s)
	}
	return s, nil
}
