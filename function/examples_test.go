package function_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// Every example of a scalar or table function gives the result it tells, by way
// of the parser, the planner and the compiled expression. A table function's
// rows are joined with semicolons.
func TestExamples(t *testing.T) {
	r := function.NewRegistry()
	p := planner.New(r, planner.Options{})
	cat := catalog.Empty()
	created := planOne(t, p, cat, "CREATE STREAM s (id INT KEY) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);")
	cat, err := cat.Apply(created.(*planner.Change).Command)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range r.Names() {
		f, _ := r.Lookup(name)
		if f.Kind() == function.AggregateKind {
			continue
		}
		for _, e := range f.Info().Examples {
			push, ok := planOne(t, p, cat, "SELECT "+e.SQL+" AS x FROM s EMIT CHANGES;").(*planner.Push)
			if !ok {
				continue
			}
			got, err := exampleResult(push.Query.Root, r)
			if err != nil {
				t.Errorf("%s: %v", e.SQL, err)
			} else if got != e.Result {
				t.Errorf("%s gives %s, but the example tells %s", e.SQL, got, e.Result)
			}
		}
	}
}

func planOne(t *testing.T, p *planner.Planner, cat *catalog.Snapshot, sql string) planner.Planned {
	t.Helper()
	stmt, err := parser.ParseStatement(sql)
	if err != nil {
		t.Errorf("%s: %v", sql, err)
		return nil
	}
	planned, err := p.Plan(context.Background(), stmt, cat, planner.Session{})
	if err != nil {
		t.Errorf("%s: %v", sql, err)
		return nil
	}
	return planned
}

// exampleResult evaluates the one expression of a plan: that of a table function
// when there is one.
func exampleResult(root plan.Node, r *function.Registry) (string, error) {
	var projected, flattened *expr.Expr
	plan.Walk(root, func(n plan.Node) {
		switch n := n.(type) {
		case *plan.Project:
			projected = n.Value[len(n.Value)-1].Expr
		case *plan.Flatten:
			flattened = n.Calls[0].Expr
		}
	})
	if flattened != nil {
		return explodeExample(flattened, r)
	}
	v, err := expr.Constant(projected, r)
	if err != nil {
		return "", err
	}
	return string(v.AppendText(nil, 0)), nil
}

func explodeExample(e *expr.Expr, r *function.Registry) (string, error) {
	arg, err := expr.Constant(e.Args[0], r)
	if err != nil {
		return "", err
	}
	call, err := r.ResolveTable(e.Name, []function.Arg{{Type: arg.Type}})
	if err != nil {
		return "", err
	}
	k, err := call.Overload.New(&function.Call{Args: call.Args, Return: call.Return})
	if err != nil {
		return "", err
	}
	out := types.NewVector(call.Return)
	var errs function.Errors
	k([]*types.Vector{arg}, []uint32{0}, out, make([]types.Span, 1), &errs)
	var rows []string
	for i := range out.Len {
		rows = append(rows, string(out.AppendText(nil, i)))
	}
	return strings.Join(rows, "; "), nil
}

// Every example of an aggregate gives the result it tells, by way of a push
// query over the rows of its sample.
func TestAggregateExamples(t *testing.T) {
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("cache.max.bytes.buffering", "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r := function.NewRegistry()
	for _, name := range r.Names() {
		f, _ := r.Lookup(name)
		if f.Kind() != function.AggregateKind {
			continue
		}
		info := f.Info()
		sql := fmt.Sprintf("CREATE STREAM of_%[1]s (%[2]s) WITH (KAFKA_TOPIC='%[1]s', VALUE_FORMAT='JSON', PARTITIONS=1);", name, info.Sample.Columns)
		for _, row := range info.Sample.Rows {
			sql += fmt.Sprintf("INSERT INTO of_%s VALUES (%s);", name, row)
		}
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, e := range info.Examples {
			got, err := lastOf(t, db, fmt.Sprintf("SELECT %s AS r FROM of_%s EMIT CHANGES LIMIT %d;", e.SQL, name, len(info.Sample.Rows)))
			if err != nil {
				t.Errorf("%s: %v", e.SQL, err)
			} else if got != e.Result {
				t.Errorf("%s over %s gives %s, but the example tells %s", e.SQL, info.Sample, got, e.Result)
			}
		}
	}
}

// lastOf runs a query to its end and prints the value in its last row.
func lastOf(t *testing.T, db *leat.DB, sql string) (string, error) {
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	v := types.NewVector(types.MustType(rows.Columns[0].Type))
	for row, err := range rows.All() {
		if err != nil {
			return "", err
		}
		if err := v.AppendAny(row.Values[0]); err != nil {
			return "", err
		}
	}
	return string(v.AppendText(nil, v.Len-1)), nil
}
