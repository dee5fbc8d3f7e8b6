package planner

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// world is a catalogue and the topics of a log, as the scripts make
// them.
type world struct {
	t       *testing.T
	planner *Planner
	cat     *catalog.Snapshot
	topics  map[string]Topic
	session Session
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, cat: catalog.Empty(), topics: map[string]Topic{}, session: Session{Properties: map[string]string{}}}
	w.planner = New(function.NewRegistry(), Options{
		Topic: func(name string) (Topic, bool) { topic, ok := w.topics[name]; return topic, ok },
		TopicNames: func() []string {
			var names []string
			for n := range w.topics {
				names = append(names, n)
			}
			sort.Strings(names)
			return names
		},
	})
	return w
}

// TestScripts runs testdata/scripts/*.txt:
//
//	topic name=... partitions=...   makes a topic
//	set                             lines `property value` for the session
//	exec                            plans statements and applies what they change
//	plan                            the same, printing what was planned
//	error                           shows why the last statement is refused
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		w := newWorld(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			w.t = t
			switch d.Cmd {
			case "topic":
				var name string
				var topic Topic
				d.ScanArgs(t, "name", &name)
				d.ScanArgs(t, "partitions", &topic.Partitions)
				w.topics[name] = topic
				return ""
			case "set":
				for _, line := range strings.Split(d.Input, "\n") {
					name, value, _ := strings.Cut(line, " ")
					w.session.Properties[name] = value
				}
				return ""
			case "exec":
				w.run(d.Input)
				return ""
			case "plan":
				var out []string
				for _, p := range w.run(d.Input) {
					out = append(out, show(p))
				}
				return strings.Join(out, "\n")
			case "error":
				return w.refusals(d.Input)
			}
			t.Fatalf("unknown command %s", d.Cmd)
			return ""
		})
	})
}

// run plans and applies statements that must be accepted.
func (w *world) run(sql string) []Planned {
	w.t.Helper()
	statements, err := parser.Parse(sql)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []Planned
	for _, s := range statements {
		p, err := w.planner.Plan(w.t.Context(), s, w.cat, w.session)
		if err != nil {
			w.t.Fatalf("%s\n%v", s.Text(), err)
		}
		if err := checkPlanned(p, w.planner.functions); err != nil {
			w.t.Fatalf("%s\n%v", s.Text(), err)
		}
		out = append(out, p)
		if c, ok := p.(*Change); ok {
			w.apply(c)
		}
	}
	return out
}

// apply changes the catalogue by the command as it is read back from the log.
func (w *world) apply(c *Change) {
	w.t.Helper()
	if c.Command == nil {
		return
	}
	if n := c.Topic; n != nil {
		w.topics[n.Name] = Topic{Partitions: n.Partitions, Replicas: n.Replicas, RetentionMillis: n.RetentionMillis}
	}
	data, err := c.Command.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	stored, err := catalog.Decode(data)
	if err != nil {
		w.t.Fatal(err)
	}
	if c.Start != nil {
		if was, is := plan.Text(c.Start.Plan.Root), plan.Text(stored.Query.Plan.Root); was != is {
			w.t.Fatalf("storing the plan changed it from\n%s\nto\n%s", was, is)
		}
	}
	if w.cat, err = w.cat.Apply(stored); err != nil {
		w.t.Fatal(err)
	}
	w.session.NextID++
}

// refusals shows for each statement why it is refused, below the text that the
// error points to.
func (w *world) refusals(sql string) string {
	var b strings.Builder
	for _, text := range strings.Split(sql, "\n") {
		fmt.Fprintln(&b, text)
		s, err := parser.ParseStatement(text)
		if err == nil {
			_, err = w.planner.Plan(w.t.Context(), s, w.cat, w.session)
		}
		var e *Error
		if !errors.As(err, &e) {
			fmt.Fprintf(&b, "  not refused by the planner: %v\n", err)
			continue
		}
		if e.Line != 1 || e.Pos != len(string([]rune(text)[:e.Col-1])) {
			w.t.Errorf("%s\nline %d, column %d is not byte %d", text, e.Line, e.Col, e.Pos)
		}
		fmt.Fprintf(&b, "%s^ %s\n", strings.Repeat(" ", e.Col-1), e.Msg)
		if e.Hint != "" {
			fmt.Fprintf(&b, "%s  %s\n", strings.Repeat(" ", e.Col-1), e.Hint)
		}
	}
	return b.String()
}

// show prints what was planned.
func show(p Planned) string {
	var b strings.Builder
	switch p := p.(type) {
	case *Change:
		showChange(&b, p)
	case *Push:
		fmt.Fprintf(&b, "push %s limit %d earliest %t bounded %t: %s\n", p.Query.ID, p.Query.Limit, p.Query.FromEarliest, p.Bounded, showOutputs(p.Outputs))
		b.WriteString(plan.Text(p.Query.Root))
	case *Pull:
		fmt.Fprintf(&b, "pull limit %d: %s\n%s", p.Pull.Limit, showOutputs(p.Outputs), pullText(p.Pull))
		showKeys(&b, p.Pull)
	case *InsertValues:
		fmt.Fprintf(&b, "insert into %s\n", p.Target.Name)
		row := &plan.Project{Input: &plan.Stored{}}
		for i, e := range p.Key {
			row.Key = append(row.Key, plan.Named{Name: p.Target.Schema.Key[i].Name, Expr: e})
		}
		for i, e := range p.Value {
			row.Value = append(row.Value, plan.Named{Name: p.Target.Schema.Value[i].Name, Expr: e})
		}
		if p.Time != nil {
			row.Value = append(row.Value, plan.Named{Name: "ROWTIME", Expr: p.Time})
		}
		text, _, _ := strings.Cut(plan.Text(row), "\n")
		b.WriteString("  " + text + "\n")
	case *ExpectedRow:
		fmt.Fprintf(&b, "expect in %s, tombstone %t\n", p.Source.Name, p.Tombstone)
		row := &plan.Project{Input: &plan.Stored{}}
		for i, c := range p.Columns {
			row.Value = append(row.Value, plan.Named{Name: c.Name, Expr: p.Values[i]})
		}
		text, _, _ := strings.Cut(plan.Text(row), "\n")
		b.WriteString("  " + text + "\n")
	case *ExpectedSource:
		fmt.Fprintf(&b, "expect %s %s (%s) topic %s, keys %s, values %s\n", p.Want.Relation, p.Want.Name, p.Want.Schema.String(), p.Want.Topic, p.Want.KeyFormat, p.Want.ValueFormat)
	case *Explain:
		fmt.Fprintf(&b, "explain: %s\n%s", showOutputs(p.Outputs), p.Text)
	case *Describe:
		fmt.Fprintf(&b, "describe %s\n", p.Source.Name)
	case *DescribeFunction:
		fmt.Fprintf(&b, "describe function %s\n", p.Function.Info().Name)
	case *Print:
		fmt.Fprintf(&b, "print %+v\n", *p)
	case *Plain:
		fmt.Fprintf(&b, "%s\n", parser.Print(p.Statement))
	}
	return b.String()
}

func showChange(b *strings.Builder, c *Change) {
	fmt.Fprintf(b, "%s: %s\n", c.CommandID, c.Message)
	if c.Topic != nil {
		fmt.Fprintf(b, "  create topic %+v\n", *c.Topic)
	}
	for _, list := range []struct {
		word string
		ids  []string
	}{{"stop", c.Stop}, {"pause", c.Pause}, {"resume", c.Resume}, {"delete topics", c.DeleteTopics}} {
		if len(list.ids) > 0 {
			fmt.Fprintf(b, "  %s %s\n", list.word, strings.Join(list.ids, ", "))
		}
	}
	if c.Command == nil {
		return
	}
	if s := c.Command.Source; s != nil {
		fmt.Fprintf(b, "  %s %s (%s) topic %s, keys %s, values %s\n", s.Relation, s.Name, s.Schema.String(), s.Topic, s.KeyFormat, s.ValueFormat)
		if s.Timestamp != nil {
			fmt.Fprintf(b, "  timestamp %+v\n", *s.Timestamp)
		}
		if s.Window != nil {
			fmt.Fprintf(b, "  window %+v\n", *s.Window)
		}
	}
	if c.Start != nil {
		fmt.Fprintf(b, "%s earliest %t\n%s", c.Start.ID, c.Start.Plan.FromEarliest, plan.Text(c.Start.Plan.Root))
	}
}

func showOutputs(outputs []Output) string {
	var parts []string
	for _, o := range outputs {
		text := fmt.Sprintf("%s %s @%d", o.Name, o.Type, o.Column)
		if o.Key {
			text += " KEY"
		}
		if o.Header != "" {
			text += " " + o.Header
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// showKeys prints the keys that a pull query looks up.
func showKeys(b *strings.Builder, p *plan.Pull) {
	line := func(named []plan.Named) string {
		text, _, _ := strings.Cut(plan.Text(&plan.Project{Input: &plan.Stored{}, Key: named}), " -> ")
		return strings.TrimPrefix(text, "project ")
	}
	for _, k := range p.Keys {
		fmt.Fprintf(b, "  key %s\n", line(k))
	}
	if r := p.Range; r != nil {
		if r.Low != nil {
			fmt.Fprintf(b, "  from %s inclusive %t\n", line([]plan.Named{*r.Low}), r.LowInclusive)
		}
		if r.High != nil {
			fmt.Fprintf(b, "  to %s inclusive %t\n", line([]plan.Named{*r.High}), r.HighInclusive)
		}
	}
}
