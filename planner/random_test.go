package planner

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"pgregory.net/rapid"
)

// TestRandomStatements plans statements put together at random. Whatever they
// say, planning does not panic; a refusal points into the text; an accepted plan
// keeps its promises, also after it was stored and read again.
func TestRandomStatements(t *testing.T) {
	w := newWorld(t)
	for _, topic := range []string{"s", "r", "t", "u"} {
		w.topics[topic] = Topic{Partitions: 3, Replicas: 1}
	}
	w.run(`
		CREATE STREAM s (id BIGINT KEY, a INT, b STRING, d DECIMAL(4, 2), x DOUBLE, l ARRAY<INT>, st STRUCT<f INT, g STRING>, m MAP<STRING, INT>, ts TIMESTAMP)
			WITH (KAFKA_TOPIC='s', FORMAT='JSON');
		CREATE STREAM r (id BIGINT KEY, a INT, c STRING) WITH (KAFKA_TOPIC='r', FORMAT='JSON');
		CREATE TABLE t (id BIGINT PRIMARY KEY, a INT, b STRING) WITH (KAFKA_TOPIC='t', FORMAT='JSON');
		CREATE TABLE u (id BIGINT PRIMARY KEY, e STRING, ref BIGINT) WITH (KAFKA_TOPIC='u', FORMAT='JSON');
		CREATE TABLE counts AS SELECT b, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY b;
		CREATE TABLE copies AS SELECT * FROM t;`)
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		sql := randomStatement(t)
		s, err := parser.ParseStatement(sql)
		if err != nil {
			t.Fatalf("the generator wrote %s\n%v", sql, err)
		}
		planned, err := w.planner.Plan(t.Context(), s, w.cat, w.session)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Pos < 0 || e.Pos >= len(sql) || e.Msg == "" {
				t.Fatalf("%s\nrefused by %#v", sql, err)
			}
			return
		}
		accepted++
		if err := checkPlanned(planned, w.planner.functions); err != nil {
			t.Fatalf("%s\n%v", sql, err)
		}
	})
	if accepted == 0 {
		t.Error("no statement was accepted, so no plan was checked")
	}
}

func checkPlanned(p Planned, functions *function.Registry) error {
	switch p := p.(type) {
	case *Change:
		if p.Start == nil {
			return nil
		}
		return checkStored(p.Start.Plan, functions)
	case *Push:
		columns := len(p.Query.Root.Out().Schema.Columns())
		for _, o := range p.Outputs {
			if o.Column < 0 || o.Column >= columns {
				return fmt.Errorf("output %s is column %d of %d", o.Name, o.Column, columns)
			}
		}
		return checkStored(p.Query, functions)
	case *Pull:
		if err := plan.Check(p.Pull.Root); err != nil {
			return err
		}
		return compileAll(p.Pull.Root, functions)
	}
	return nil
}

func checkStored(q *plan.Query, functions *function.Registry) error {
	if err := plan.Check(q.Root); err != nil {
		return err
	}
	data, err := plan.Encode(q)
	if err != nil {
		return err
	}
	again, err := plan.Decode(data)
	if err != nil {
		return err
	}
	if was, is := plan.Text(q.Root), plan.Text(again.Root); was != is {
		return fmt.Errorf("storing changed the plan from\n%s\nto\n%s", was, is)
	}
	return compileAll(again.Root, functions)
}

// A generator writes random SQL. Most of it has the types that it needs; the
// rest is there to be refused.
type generator struct {
	*rapid.T
	source string // The source whose columns are used.
}

func randomStatement(t *rapid.T) string {
	g := &generator{T: t, source: "s"}
	var b strings.Builder
	b.WriteString(g.pick("", "", "CREATE STREAM o AS ", "CREATE TABLE o AS ", "INSERT INTO r "))
	from := g.pick("s", "s", "s", "t", "copies", "counts", "s JOIN r WITHIN 1 HOUR ON s.id = r.id", "s LEFT JOIN r WITHIN 1 HOUR ON s.b = r.c",
		"s FULL JOIN r WITHIN 1 HOUR ON s.a = r.a", "s JOIN t ON s.id = t.id", "s JOIN t ON s.a = t.id", "t JOIN u ON t.id = u.id", "t LEFT JOIN u ON t.id = u.ref",
		"s JOIN t ON s.id = t.id LEFT JOIN u ON s.id = u.id")
	g.source, _, _ = strings.Cut(from, " ")
	group := ""
	if g.chance(3) {
		group = g.expr(g.pick("INT", "STRING"), 1)
	}
	b.WriteString("SELECT ")
	if group != "" {
		b.WriteString(group + ", COUNT(*) AS n")
	} else {
		b.WriteString(g.pick("*", g.source+".id", g.source+".*", "ROWKEY"))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "items") {
		b.WriteString(", " + g.item(group) + fmt.Sprintf(" AS y%d", i))
	}
	b.WriteString(" FROM " + from)
	if group != "" && g.chance(2) || g.chance(20) {
		b.WriteString(g.pick(" WINDOW TUMBLING (SIZE 1 MINUTE)", " WINDOW SESSION (1 HOUR)", " WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 1 MINUTE)"))
	}
	if g.chance(3) {
		b.WriteString(" WHERE " + g.expr("BOOLEAN", 3))
	}
	if group != "" {
		b.WriteString(" GROUP BY " + group)
	}
	if group == "" && g.chance(4) {
		b.WriteString(" PARTITION BY " + g.pick("NULL", g.source+".b", g.expr("INT", 2)))
	}
	if group != "" && g.chance(3) {
		b.WriteString(" HAVING COUNT(*) > " + g.expr("INT", 1))
	}
	b.WriteString(g.pick("", " EMIT CHANGES", " EMIT CHANGES", " EMIT CHANGES", " EMIT FINAL"))
	return b.String()
}

func (g *generator) pick(texts ...string) string { return rapid.SampledFrom(texts).Draw(g.T, "pick") }

// chance is true once in n times.
func (g *generator) chance(n int) bool { return rapid.IntRange(1, n).Draw(g.T, "chance") == 1 }

func (g *generator) item(group string) string {
	if group != "" && !g.chance(5) {
		return g.fill(g.pick("SUM({INT}) + 1", "COLLECT_LIST({STRING})", "AS_VALUE("+group+")", "COUNT(*) * 2", "WINDOWSTART", "LATEST_BY_OFFSET({STRING})"), 1)
	}
	return g.fill(g.pick("st->f", "EXPLODE(l)", "ROWTIME", "{INT}", "{STRING}", "{BOOLEAN}", "{DOUBLE}", "{ARRAY}"), 3)
}

// templates are expressions by type; {TYPE} stands for one of that type and
// {column} for a column of the source.
var templates = map[string]struct{ leaves, nodes []string }{
	"INT": {
		[]string{"1", "-2", "{column}a"},
		[]string{"({INT} + {INT})", "({INT} % {INT})", "LEN({STRING})", "ABS({INT})", "{ARRAY}[1]", "CASE WHEN {BOOLEAN} THEN {INT} ELSE {INT} END",
			"STRUCT(p := {INT})->p", "CAST({STRING} AS INT)"},
	},
	"STRING": {
		[]string{"'x'", "{column}b"},
		[]string{"({STRING} || {STRING})", "UCASE({STRING})", "CAST({INT} AS STRING)", "COALESCE({STRING}, NULL)", "MAP('k' := {STRING})['k']"},
	},
	"BOOLEAN": {
		[]string{"TRUE", "({column}a > 0)", "({column}b IS NULL)"},
		[]string{"({INT} < {DOUBLE})", "({STRING} IS DISTINCT FROM {STRING})", "({STRING} LIKE 'x%')", "(NOT {BOOLEAN})", "({BOOLEAN} OR {BOOLEAN})",
			"({INT} IN (1, '2', {INT}))", "({INT} BETWEEN {INT} AND 2.5)"},
	},
	"DOUBLE": {
		[]string{"1e3", "CAST({column}a AS DOUBLE)"},
		[]string{"({DOUBLE} / {INT})", "SQRT({INT})", "CAST({INT} AS DOUBLE)"},
	},
	"ARRAY": {
		[]string{"ARRAY[1, 2]", "ARRAY[{column}a]"},
		[]string{"ARRAY[{INT}, 1]", "TRANSFORM({ARRAY}, e{depth} => e{depth} + {INT})", "ARRAY_DISTINCT({ARRAY})"},
	},
}

// expr writes an expression of the type, mostly.
func (g *generator) expr(kind string, depth int) string {
	if g.chance(40) {
		kind = g.pick("INT", "STRING", "BOOLEAN", "DOUBLE", "ARRAY")
	}
	from := templates[kind].nodes
	if depth <= 0 {
		from = templates[kind].leaves
	}
	return g.fill(g.pick(from...), depth-1)
}

// fill replaces the placeholders of a template from left to right.
func (g *generator) fill(template string, depth int) string {
	before, rest, found := strings.Cut(template, "{")
	if !found {
		return template
	}
	name, after, _ := strings.Cut(rest, "}")
	switch name {
	case "column":
		name = g.source + "."
	case "depth":
		name = fmt.Sprint(depth)
	default:
		name = g.expr(name, depth)
	}
	return before + name + g.fill(after, depth)
}
