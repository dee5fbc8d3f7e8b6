package main

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/function"
)

// families returns the names of all functions by category, as SHOW FUNCTIONS lists
// them.
func families(r *function.Registry) map[string][]string {
	out := map[string][]string{}
	for _, name := range r.Names() {
		out[familyOf(r, name)] = append(out[familyOf(r, name)], name)
	}
	return out
}

func familyOf(r *function.Registry, name string) string {
	f, _ := r.Lookup(name)
	return f.Info().Category
}

// functionList names the functions of each family, with links.
func functionList() string {
	r := function.NewRegistry()
	var b strings.Builder
	byFamily := families(r)
	for _, family := range sortedKeys(byFamily) {
		var names []string
		for _, name := range byFamily[family] {
			names = append(names, link(name, name))
		}
		fmt.Fprintf(&b, "- **%s**: %s\n", link(family, family), strings.Join(names, " "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// functions is the description of every function, family by family.
func functions() string {
	r := function.NewRegistry()
	var b strings.Builder
	byFamily := families(r)
	for _, family := range sortedKeys(byFamily) {
		fmt.Fprintf(&b, "## %s\n\n", family)
		for _, name := range byFamily[family] {
			f, _ := r.Lookup(name)
			describe(&b, f)
		}
	}
	return strings.TrimSuffix(b.String(), "\n\n")
}

func describe(b *strings.Builder, f function.Function) {
	info := f.Info()
	fmt.Fprintf(b, "### %s\n\n%s%s\n\n```text\n", info.Name, info.Summary, remark(f))
	for _, s := range f.Signatures() {
		fmt.Fprintf(b, "%s -> %s\n", s.Text(info.Name), s.Result)
	}
	b.WriteString("```\n\n")
	told := map[string]bool{}
	for _, s := range f.Signatures() {
		for _, p := range s.Params {
			if !told[p.Name] && p.Summary != "" {
				told[p.Name] = true
				fmt.Fprintf(b, "- `%s`: %s\n", p.Name, p.Summary)
			}
		}
	}
	if len(told) > 0 {
		b.WriteString("\n")
	}
	describeExamples(b, info)
}

// remark tells what the signatures do not show.
func remark(f function.Function) string {
	switch f.Kind() {
	case function.AggregateKind:
		for _, o := range f.Aggregate.Overloads {
			if !o.TableOK {
				return " An aggregate over streams only."
			}
		}
		return " An aggregate over streams and tables."
	case function.TableKind:
		return " A table function: it makes rows."
	}
	for _, o := range f.Scalar.Overloads {
		if o.Volatile {
			return " Every call may give another value."
		}
	}
	return ""
}

func describeExamples(b *strings.Builder, info *function.Info) {
	list := info.Examples
	if len(list) == 0 {
		return
	}
	if info.Sample.Columns != "" {
		fmt.Fprintf(b, "Over the rows `%s`:\n\n", info.Sample)
	}
	width := 0
	for _, e := range list {
		width = max(width, len([]rune(e.SQL)))
	}
	b.WriteString("```text\n")
	for _, e := range list {
		fmt.Fprintf(b, "%-*s  →  %s\n", width, e.SQL, e.Result)
	}
	b.WriteString("```\n\n")
}
