package shell

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/leatdb/leat"
)

// Draw writes the result of a statement for people. Rows are not its business:
// see [Shell].
func Draw(w io.Writer, r *leat.Result) {
	switch {
	case r.Status != nil:
		fmt.Fprintln(w, r.Status.Message)
	case r.Sources != nil:
		drawSources(w, r.Sources)
	case r.Source != nil:
		drawSource(w, r.Source)
	case r.Topics != nil:
		drawTopics(w, r.Topics)
	case r.Queries != nil:
		drawQueries(w, r.Queries)
	case r.Query != nil:
		drawQuery(w, r.Query)
	case r.Functions != nil:
		grid(w, table.Row{"Function", "Kind", "Category"}, len(r.Functions), func(i int) table.Row {
			return table.Row{r.Functions[i].Name, r.Functions[i].Kind, r.Functions[i].Category}
		})
	case r.Function != nil:
		drawFunction(w, r.Function)
	case r.Properties != nil:
		grid(w, table.Row{"Property", "Value", "Set by", "Meaning"}, len(r.Properties), func(i int) table.Row {
			p := r.Properties[i]
			return table.Row{p.Name, p.Value, p.Scope, p.Summary}
		})
	case r.Types != nil:
		grid(w, table.Row{"Type", "Definition"}, len(r.Types), func(i int) table.Row {
			return table.Row{r.Types[i].Name, r.Types[i].Type}
		})
	case r.Variables != nil:
		grid(w, table.Row{"Variable", "Value"}, len(r.Variables), func(i int) table.Row {
			return table.Row{r.Variables[i].Name, r.Variables[i].Value}
		})
	case r.Assertion != nil:
		said := r.Assertion.String()
		fmt.Fprintf(w, "%s.\n", strings.ToUpper(said[:1])+said[1:])
	}
	for _, warning := range r.Warnings {
		fmt.Fprintln(w, "Warning: "+warning)
	}
}

// grid draws n rows under a head.
func grid(w io.Writer, head table.Row, n int, row func(i int) table.Row) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	t.AppendHeader(head)
	for i := range n {
		cells := row(i)
		for k, c := range cells {
			if s, ok := c.(string); ok {
				cells[k] = escapeControl(s)
			}
		}
		t.AppendRow(cells)
	}
	t.Render()
}

func drawSources(w io.Writer, l *leat.SourceList) {
	if l.Extended != nil {
		for i := range l.Extended {
			drawSource(w, &l.Extended[i])
		}
		return
	}
	name := strings.ToUpper(l.Relation[:1]) + strings.ToLower(l.Relation[1:])
	grid(w, table.Row{name, "Topic", "Key format", "Value format", "Windowed"}, len(l.Sources), func(i int) table.Row {
		s := l.Sources[i]
		return table.Row{s.Name, s.Topic, s.KeyFormat, s.ValueFormat, s.Windowed}
	})
}

func drawSource(w io.Writer, s *leat.SourceDescription) {
	fmt.Fprintf(w, "%s %s on topic %s (%d partitions, key %s, value %s)\n", s.Relation, s.Name, s.Topic, s.Partitions, s.KeyFormat, s.ValueFormat)
	if s.WindowType != "" {
		fmt.Fprintf(w, "Windows: %s\n", s.WindowType)
	}
	if s.Timestamp != "" {
		fmt.Fprintf(w, "Row time: column %s\n", s.Timestamp)
	}
	drawFields(w, s.Fields)
	list := func(title string, queries []leat.RunningQuery) {
		for _, q := range queries {
			fmt.Fprintf(w, "%s %s (%s): %s\n", title, q.ID, q.State, q.SQL)
		}
	}
	list("Written by", s.Writers)
	list("Read by", s.Readers)
	if !s.Extended {
		return
	}
	grid(w, table.Row{"Partition", "First offset", "End offset"}, len(s.Offsets), func(i int) table.Row {
		o := s.Offsets[i]
		return table.Row{o.Partition, o.Start, o.End}
	})
	fmt.Fprintf(w, "Statement: %s\n", s.Statement)
}

func drawFields(w io.Writer, fields []leat.Field) {
	grid(w, table.Row{"Column", "Type", ""}, len(fields), func(i int) table.Row {
		f := fields[i]
		role := f.Role
		if f.HeaderKey != "" {
			role += " " + f.HeaderKey
		}
		return table.Row{f.Name, f.Type, role}
	})
}

func drawTopics(w io.Writer, l *leat.TopicList) {
	head := table.Row{"Topic", "Partitions", "Records"}
	if l.Extended {
		head = append(head, "Groups")
	}
	grid(w, head, len(l.Topics), func(i int) table.Row {
		t := l.Topics[i]
		row := table.Row{t.Name, t.Partitions, t.Records}
		if l.Extended {
			row = append(row, t.Groups)
		}
		return row
	})
}

func drawQueries(w io.Writer, l *leat.QueryList) {
	if l.Extended != nil {
		for i := range l.Extended {
			drawQuery(w, &l.Extended[i])
		}
		return
	}
	grid(w, table.Row{"Query", "State", "Sink", "Topic", "Statement"}, len(l.Queries), func(i int) table.Row {
		q := l.Queries[i]
		state := q.State
		if q.Error != "" {
			state += " (" + q.ErrorClass + ")"
		}
		return table.Row{q.ID, state, q.Sink, q.SinkTopic, text.Trim(strings.Join(strings.Fields(q.SQL), " "), 60)}
	})
}

func drawQuery(w io.Writer, q *leat.QueryDescription) {
	if q.ID != "" {
		fmt.Fprintf(w, "Query %s: %s\n", q.ID, q.State)
	}
	fmt.Fprintln(w, q.SQL)
	if q.Error != "" {
		fmt.Fprintf(w, "Error (%s): %s\n", q.ErrorClass, q.Error)
	}
	drawFields(w, q.Fields)
	fmt.Fprintln(w, q.Plan)
	if len(q.Stats) > 0 {
		grid(w, table.Row{"Figure", "Value"}, len(q.Stats), func(i int) table.Row {
			return table.Row{q.Stats[i].Name, q.Stats[i].Value}
		})
	}
	if len(q.Failures) > 0 {
		grid(w, table.Row{"Failed at", "Class", "Error", "Started again"}, len(q.Failures), func(i int) table.Row {
			f := q.Failures[i]
			return table.Row{f.At.UTC().Format(time.RFC3339), f.Class, text.WrapSoft(f.Error, 70), f.Retry.UTC().Format(time.RFC3339)}
		})
	}
	if len(q.Operators) > 0 {
		grid(w, table.Row{"Operator", "Rows in", "Rows out", "In/s", "Out/s"}, len(q.Operators), func(i int) table.Row {
			o := q.Operators[i]
			in, inRate := any(o.RowsIn), any(perSecond(o.InPerSecond))
			if strings.HasPrefix(o.Operator, "read ") { // What it reads is counted by the query.
				in, inRate = "", ""
			}
			return table.Row{strings.Repeat("  ", o.Depth) + o.Operator, in, o.RowsOut, inRate, perSecond(o.OutPerSecond)}
		})
	}
}

// perSecond shows a rate with a digit more where it is low.
func perSecond(rate float64) string {
	if rate < 10 {
		return fmt.Sprintf("%.1f", rate)
	}
	return fmt.Sprintf("%.0f", rate)
}

func drawFunction(w io.Writer, f *leat.FunctionDescription) {
	fmt.Fprintf(w, "%s (%s, %s)\n%s\n", f.Name, strings.ToLower(f.Kind), f.Category, f.Summary)
	for _, v := range f.Variants {
		fmt.Fprintf(w, "\n  %s -> %s\n", v.Signature, v.Returns)
		for _, p := range v.Params {
			if p.Summary != "" {
				fmt.Fprintf(w, "    %-12s %s\n", p.Name, p.Summary)
			}
		}
	}
	if len(f.Examples) > 0 {
		fmt.Fprint(w, "\nExamples")
		if f.Sample != "" {
			fmt.Fprint(w, " over "+f.Sample)
		}
		fmt.Fprintln(w, ":")
	}
	for _, e := range f.Examples {
		fmt.Fprintf(w, "  %s = %s\n", e.SQL, e.Result)
	}
}
