package planner

import (
	"context"
	"maps"
	"strconv"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
)

// Planner plans statements. It has no state of its own and may be used by
// several goroutines.
type Planner struct {
	functions *function.Registry
	options   Options
}

// Options are what the planner asks the engine.
type Options struct {
	// Topic tells about a topic of the log; ok is false when it does not exist.
	// With a nil Topic every topic is taken to exist, with unknown properties.
	Topic func(name string) (t Topic, ok bool)
	// TopicNames lists the topics, for suggestions. It may be nil.
	TopicNames func() []string
	// Registry holds the schemas of topics. Without one, formats that need it are
	// refused.
	Registry registry.Registry
}

// Topic is what the planner wants to know about a topic. Zero is unknown.
type Topic struct {
	Partitions      int
	Replicas        int
	RetentionMillis int64
}

// Session is what a statement is planned with besides the catalogue.
type Session struct {
	// Properties are the overrides of the session over those of the server.
	Properties map[string]string
	// NextID is the number for the id of a query the statement creates: the
	// position its command will have in the command log.
	NextID int64
}

// New returns a planner that resolves functions in the registry.
func New(functions *function.Registry, options Options) *Planner {
	return &Planner{functions: functions, options: options}
}

// Plan binds a statement to the catalogue. The error is an *Error. ctx bounds what
// the schema registry is asked on the way.
func (p *Planner) Plan(ctx context.Context, stmt parser.Statement, cat *catalog.Snapshot, session Session) (Planned, error) {
	session.Properties = maps.Clone(session.Properties) // Plans keep them.
	b := &binder{Planner: p, ctx: ctx, cat: cat, session: session}
	planned, err := b.statement(stmt)
	if err != nil {
		return nil, err
	}
	if err := b.checkActiveLimit(stmt, planned); err != nil {
		return nil, err
	}
	return planned, nil
}

// checkActiveLimit refuses one more persistent query than the server allows.
func (b *binder) checkActiveLimit(stmt parser.Statement, planned Planned) error {
	limit, err := strconv.Atoi(b.session.property(propActiveLimit))
	change, ok := planned.(*Change)
	if err != nil || !ok || change.Start == nil || b.cat.Query(change.Start.ID) != nil {
		return nil
	}
	if active := len(b.cat.QueryIDs()); active >= limit {
		return errorf(stmt, "%s allows %d persistent queries, and there are %d", propActiveLimit, limit, active).
			hint("TERMINATE a query, or raise the limit")
	}
	return nil
}

// binder plans one statement.
type binder struct {
	*Planner
	ctx     context.Context // Of the call of Plan.
	cat     *catalog.Snapshot
	session Session
}

// statement is the spine: one case per kind of statement.
func (b *binder) statement(stmt parser.Statement) (Planned, error) {
	switch s := stmt.(type) {
	case *parser.CreateSource:
		return b.createSource(s)
	case *parser.CreateAs:
		return b.createAs(s)
	case *parser.AlterSource:
		return b.alterSource(s)
	case *parser.Insert:
		return b.insert(s)
	case *parser.InsertValues:
		return b.insertValues(s)
	case *parser.QueryStatement:
		return b.queryStatement(s)
	case *parser.Explain:
		return b.explain(s)
	case *parser.DropSource:
		return b.dropSource(s)
	case *parser.CreateType:
		return b.createType(s)
	case *parser.DropType:
		return b.dropType(s)
	case *parser.ControlQuery:
		return b.controlQuery(s)
	case *parser.AlterSystem:
		return b.alterSystem(s)
	case *parser.DescribeSource:
		return b.describe(s)
	case *parser.DescribeFunction:
		return b.describeFunction(s)
	case *parser.PrintTopic:
		return b.print(s)
	case *parser.AssertTopic:
		_, err := bindWith(s.With, inAssertTopic)
		return &Plain{s}, err
	case *parser.AssertSchema:
		return b.assertSchema(s)
	case *parser.AssertValues:
		return b.assertValues(s)
	case *parser.AssertNullValues:
		return b.assertNullValues(s)
	case *parser.AssertSource:
		return b.assertSource(s)
	case *parser.CreateConnector, *parser.DropConnector, *parser.ShowConnectors, *parser.ShowConnectorPlugins, *parser.DescribeConnector:
		return nil, errorf(stmt, "there are no connectors here").
			hint("write records into a topic with leat produce or INSERT INTO ... VALUES, and read them with leat consume")
	}
	return &Plain{stmt}, nil
}
