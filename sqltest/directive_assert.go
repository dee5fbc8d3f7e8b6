package sqltest

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/types"
)

// unmetError is an ASSERT that does not hold.
type unmetError struct{ err error }

func (e *unmetError) Error() string { return e.err.Error() }

// Unwrap returns what differs.
func (e *unmetError) Unwrap() error { return e.err }

// assert checks what an ASSERT statement says.
func (r *directedRun) assert(ctx context.Context, stmt parser.Statement) error {
	planned, err := r.planner.Plan(ctx, stmt, r.db.Catalog(), planner.Session{Properties: r.properties(ctx)})
	if err != nil {
		return err
	}
	at := fmt.Sprintf("line %d:%d: ", stmt.Span().Line, stmt.Span().Col)
	switch p := planned.(type) {
	case *planner.ExpectedRow:
		return r.assertRow(ctx, at, p)
	case *planner.ExpectedSource:
		return assertSource(at, p)
	}
	return fmt.Errorf("%sno way to check a %T", at, planned)
}

// properties are those that say how a source is declared.
func (r *directedRun) properties(ctx context.Context) map[string]string {
	out := map[string]string{}
	results, err := r.session.Exec(ctx, "SHOW PROPERTIES;")
	if err != nil { // It does not fail.
		return out
	}
	for _, p := range results[0].Properties {
		if !p.Default {
			out[p.Name] = p.Value
		}
	}
	return out
}

// topicReader is how far the records of a topic were looked at.
type topicReader struct {
	read []record // Those that an ASSERT has taken.
}

// assertRow takes the next record of the source's topic and compares it.
func (r *directedRun) assertRow(ctx context.Context, at string, want *planner.ExpectedRow) error {
	values := make([]any, len(want.Columns))
	for i, e := range want.Values {
		v, err := expr.Constant(e, r.functions)
		if err != nil {
			return fmt.Errorf("%scolumn %s: %w", at, want.Columns[i].Name, err)
		}
		values[i] = v.Any(0)
	}
	src := want.Source
	reader := r.topics[src.Topic]
	all, err := readRecords(ctx, r.db.Log(), src.Topic, 0)
	if err != nil {
		return err
	}
	if reader == nil || !reader.continues(all) {
		reader = &topicReader{}
		r.topics[src.Topic] = reader
	}
	next := len(reader.read)
	check := rowCheck{r: r, want: want, values: values, read: reader.read}
	what := fmt.Sprintf("%sASSERT %s %s: ", at, map[bool]string{false: "VALUES", true: "NULL VALUES"}[want.Tombstone], src.Name)
	if next == len(all) {
		return &unmetError{check.diff(what+fmt.Sprintf("topic %s has no record %d", src.Topic, next+1), nil)}
	}
	reader.read = all[:next+1]
	if err := check.record(&all[next]); err != nil {
		return &unmetError{check.diff(what+fmt.Sprintf("record %d: %v", next+1, err), &all[next])}
	}
	return nil
}

// continues tells whether the records of the topic begin with those read: a
// topic that was deleted and made again does not.
func (t *topicReader) continues(all []record) bool {
	return len(all) >= len(t.read) && slices.EqualFunc(t.read, all[:len(t.read)], func(a, b record) bool {
		return a.time == b.time && bytes.Equal(a.key, b.key) && bytes.Equal(a.value, b.value)
	})
}

// rowCheck compares a record with an expected row.
type rowCheck struct {
	r      *directedRun
	want   *planner.ExpectedRow
	values []any    // Of the columns of want.
	read   []record // Before this one.
}

// record compares the columns that are named.
func (c *rowCheck) record(rec *record) error {
	row, err := c.r.decode(rec, c.want.Source)
	switch {
	case err != nil:
		return err
	case c.want.Tombstone && rec.value != nil:
		return fmt.Errorf("want a tombstone, got the value %s", c.r.valueText(rec, c.want.Source))
	case !c.want.Tombstone && rec.value == nil && c.readsValue():
		return fmt.Errorf("want a value, got a tombstone")
	}
	for i, col := range c.want.Columns {
		if got := row[col.Name]; !sameValue(got, c.values[i]) {
			return fmt.Errorf("column %s: want %s, got %s", col.Name, leatText(c.values[i]), leatText(got))
		}
	}
	return nil
}

// readsValue tells whether a column of the value is compared.
func (c *rowCheck) readsValue() bool {
	return slices.ContainsFunc(c.want.Columns, func(col types.Column) bool { return columnAt(c.want.Source.Schema.Value, col.Name) >= 0 })
}

// diff shows the rows that were read, and then the expected one against the one
// that came.
func (c *rowCheck) diff(what string, got *record) *Diff {
	columns := c.shown()
	d := &Diff{What: what}
	for _, col := range columns {
		d.Head = append(d.Head, col.Name)
	}
	for i := range c.read {
		row := c.gotRow(&c.read[i], columns)
		d.Want, d.Got = append(d.Want, row), append(d.Got, row)
	}
	want := make(DiffRow, len(columns))
	for i, col := range columns {
		if k := columnAt(c.want.Columns, col.Name); k >= 0 {
			want[i] = leatText(c.values[k])
		} else if c.want.Tombstone && columnAt(c.want.Source.Schema.Value, col.Name) >= 0 {
			want[i] = "<tombstone>"
		}
	}
	d.Want = append(d.Want, want)
	if got != nil {
		d.Got = append(d.Got, c.gotRow(got, columns))
	}
	d.Same = func(w, g int) bool { return w == g && w < len(c.read) }
	return d
}

// shown are the columns of the diff: those of the source, and others that are
// compared.
func (c *rowCheck) shown() []types.Column {
	src := c.want.Source
	out := append(append([]types.Column{}, src.Schema.Key...), src.Schema.Value...)
	for _, col := range c.want.Columns {
		if columnAt(out, col.Name) < 0 {
			out = append(out, col)
		}
	}
	return out
}

func (c *rowCheck) gotRow(rec *record, columns []types.Column) DiffRow {
	out := make(DiffRow, len(columns))
	row, err := c.r.decode(rec, c.want.Source)
	if err != nil {
		out[0] = err.Error()
		return out
	}
	for i, col := range columns {
		out[i] = leatText(row[col.Name])
		if rec.value == nil && columnAt(c.want.Source.Schema.Value, col.Name) >= 0 {
			out[i] = "<tombstone>"
		}
	}
	return out
}

func (r *directedRun) valueText(rec *record, src *catalog.Source) string {
	return codec{r.db.Schemas()}.cell(rec.value, topicFormat{value: src.ValueFormat, cols: src.Schema.Value}, false)
}

// leatText shows a value as JSON, doubles without a needless fraction.
func leatText(v any) string { return string(appendCell(nil, v)) }
