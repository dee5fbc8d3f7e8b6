package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/types"
)

// properties is a table of the properties of WITH.
func properties() string {
	var rows [][]string
	for _, p := range planner.WithProperties() {
		var in []string
		for _, s := range []struct {
			in   bool
			name string
		}{{p.Create, "CREATE"}, {p.CreateAs, "AS SELECT"}, {p.Insert, "INSERT INTO"}, {p.AssertTopic, "ASSERT TOPIC"}} {
			if s.in {
				in = append(in, s.name)
			}
		}
		rows = append(rows, []string{"`" + p.Name + "`", p.Summary, p.Value, p.Unset, strings.Join(in, ", ")})
	}
	return grid([]string{"property", "is", "value", "when not given", "in"}, rows)
}

// settings is a table of what SET changes.
func settings() (string, error) {
	ctx := context.Background()
	e, err := newExamples(ctx)
	if err != nil {
		return "", err
	}
	defer e.db.Close()
	results, err := e.db.NewSession().Exec(ctx, "SHOW PROPERTIES;")
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, p := range results[0].Properties {
		rows = append(rows, []string{"`" + p.Name + "`", p.Summary, p.Allowed, code(p.Value)})
	}
	return grid([]string{"setting", "is", "values", "default"}, rows), nil
}

func code(text string) string {
	if text == "" {
		return "empty"
	}
	return "`" + text + "`"
}

// formats is a table of what formats can.
func formats() string {
	var rows [][]string
	for _, name := range format.Names() {
		c, _ := format.Lookup(name)
		single := "bare"
		switch {
		case c.Wrap && c.Unwrap:
			single = "in a record; bare with WRAP_SINGLE_VALUE=FALSE"
		case c.Wrap:
			single = "in a record"
		}
		if !c.SupportsType(types.StringType, false) {
			single = ""
		}
		rows = append(rows, []string{name, yes(c.MultiColumn), single, string(c.Registry)})
	}
	return grid([]string{"format", "several columns", "a value of one column is", "schemas in the registry"}, rows)
}

// sampleTypes stand for the kinds of types.
var sampleTypes = []*types.Type{
	types.BooleanType, types.IntegerType, types.BigIntType, types.DoubleType, types.DecimalOf(10, 2), types.StringType, types.BytesType,
	types.DateType, types.TimeType, types.TimestampType, types.ArrayOf(types.IntegerType), types.MapOf(types.StringType, types.IntegerType),
	types.StructOf(types.Field{Name: "A", Type: types.IntegerType}),
}

// formatTypes is a table of the types that formats carry in keys and values.
func formatTypes() string {
	head := append([]string{"type"}, format.Names()...)
	var rows [][]string
	for _, t := range sampleTypes {
		row := []string{t.Kind.String()}
		for _, name := range format.Names() {
			c, _ := format.Lookup(name)
			row = append(row, map[[2]bool]string{
				{true, true}: "key, value", {true, false}: "key", {false, true}: "value",
			}[[2]bool{c.SupportsType(t, true), c.SupportsType(t, false)}])
		}
		rows = append(rows, row)
	}
	return grid(head, rows)
}

// casts is a table of what CAST makes of each type.
func casts() string {
	var rows [][]string
	for _, from := range sampleTypes {
		var to []string
		for _, t := range sampleTypes {
			if t.Kind != from.Kind && planner.Castable(from, t) {
				to = append(to, t.Kind.String())
			}
		}
		if len(to) == 0 {
			to = []string{"nothing else"}
		}
		rows = append(rows, []string{from.Kind.String(), strings.Join(to, ", ")})
	}
	return grid([]string{"from", "to"}, rows)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// anchor is the fragment by which a heading is linked to.
func anchor(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func link(text, heading string) string { return fmt.Sprintf("[%s](#%s)", text, anchor(heading)) }
