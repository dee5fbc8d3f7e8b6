package acls

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// world is a log with an authorizer, as the commands of testdata use it:
//
//	open [super=User:x] [unmatched]   opens the log anew; `clean` begins with an empty one
//	create                            a rule a line: allow|deny principal host operation type pattern name
//	delete, list                      a filter: the same words, - for any; prints rules
//	ask                               principal host role operation type name, a line each; prints yes or no
//	any                               principal host role operation type: on any name
type world struct {
	t   *testing.T
	fs  *vfs.Mem
	log *log.Log
	a   *Authorizer
}

func (w *world) open(d *datadriven.TestData) string {
	if w.log != nil {
		if err := w.log.Close(); err != nil {
			w.t.Fatal(err)
		}
	}
	if w.fs == nil || d.HasArg("clean") {
		w.fs = vfs.NewMem()
	}
	var o Options
	o.AllowUnmatched = d.HasArg("unmatched")
	if d.HasArg("super") {
		var p string
		d.ScanArgs(w.t, "super", &p)
		o.SuperUsers = []string{p}
	}
	var err error
	if w.log, err = log.Open("data", log.Options{FS: w.fs, MaintenanceInterval: -1}); err != nil {
		w.t.Fatal(err)
	}
	if w.a, err = Open(w.log, o); err != nil {
		return err.Error() + "\n"
	}
	return show(w.a.List(&Filter{}))
}

func show(rules []Rule) string {
	var b strings.Builder
	for _, r := range rules {
		fmt.Fprintf(&b, "%s %s %s %s %s %s %s\n", r.Permission, r.Principal, r.Host, r.Operation, r.Type, r.Pattern, r.Name)
	}
	return b.String()
}

func (w *world) operation(s string) Operation {
	op, err := kmsg.ParseACLOperation(s)
	if err != nil {
		w.t.Fatal(err)
	}
	return op
}

func (w *world) resource(s string) Type {
	t, err := kmsg.ParseACLResourceType(s)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

func (w *world) rule(line string) (r Rule) {
	f := strings.Fields(line)
	permission, err := kmsg.ParseACLPermissionType(f[0])
	if err != nil {
		w.t.Fatal(err)
	}
	pattern, err := kmsg.ParseACLResourcePatternType(f[5])
	if err != nil {
		w.t.Fatal(err)
	}
	return Rule{Resource{w.resource(f[4]), pattern, f[6]}, f[1], f[2], w.operation(f[3]), permission}
}

func (w *world) filter(line string) Filter {
	r := w.rule(line)
	f := Filter{Type: r.Type, Pattern: r.Pattern, Operation: r.Operation, Permission: r.Permission}
	for from, to := range map[*string]**string{&r.Name: &f.Name, &r.Principal: &f.Principal, &r.Host: &f.Host} {
		if *from != "-" {
			*to = from
		}
	}
	return f
}

func (w *world) ask(line string, any bool) bool {
	f := strings.Fields(line)
	role, err := auth.ParseRole(f[2])
	if err != nil {
		w.t.Fatal(err)
	}
	s := &Subject{Principal: f[0], Host: f[1], Role: role}
	if any {
		return w.a.AllowsAny(s, w.operation(f[3]), w.resource(f[4]))
	}
	return w.a.Allows(s, w.operation(f[3]), w.resource(f[4]), f[5])
}

func (w *world) run(d *datadriven.TestData) string {
	lines := strings.Split(strings.TrimSpace(d.Input), "\n")
	switch d.Cmd {
	case "open":
		return w.open(d)
	case "create":
		var rules []Rule
		for _, l := range lines {
			rules = append(rules, w.rule(l))
		}
		if err := w.a.Create(w.t.Context(), rules); err != nil {
			if !errors.Is(err, ErrInvalid) {
				w.t.Fatal(err)
			}
			return err.Error() + "\n"
		}
		return "ok\n"
	case "list":
		f := w.filter(lines[0])
		return show(w.a.List(&f))
	case "delete":
		var filters []Filter
		for _, l := range lines {
			filters = append(filters, w.filter(l))
		}
		deleted, err := w.a.Delete(w.t.Context(), filters)
		if err != nil {
			w.t.Fatal(err)
		}
		var b strings.Builder
		for i := range deleted {
			b.WriteString(lines[i] + ":\n" + show(deleted[i]))
		}
		return b.String()
	case "ask", "any":
		var b strings.Builder
		for _, l := range lines {
			answer := "no"
			if w.ask(l, d.Cmd == "any") {
				answer = "yes"
			}
			fmt.Fprintf(&b, "%-3s %s\n", answer, l)
		}
		return b.String()
	}
	w.t.Fatalf("%s: unknown command %s", d.Pos, d.Cmd)
	return ""
}

func TestRules(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		w := &world{t: t}
		datadriven.RunTest(t, path, func(_ *testing.T, d *datadriven.TestData) string { return w.run(d) })
		if err := w.log.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestSuperUsersAreChecked(t *testing.T) {
	if _, err := Open(nil, Options{SuperUsers: []string{"alice"}}); err == nil || err.Error() != `super user "alice": expected User:name` {
		t.Error(err)
	}
}
