package sqltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// checkAnswers compares what the server said with what the case expects, in
// order; answers to statements for which nothing is expected are not looked at.
func (r *restRun) checkAnswers() error {
	for i, want := range r.c.Responses {
		if i >= len(r.answers) {
			return fmt.Errorf("response %d: there are only %d", i+1, len(r.answers))
		}
		got := &r.answers[i]
		var err error
		switch {
		case want.Admin != nil:
			err = checkAdmin(got, want.Admin)
		case want.Query != nil && !got.proto:
			err = checkRows(got, want.Query)
		case want.QueryProto != nil && got.proto:
			err = checkProtoRows(got, want.QueryProto)
		default:
			err = fmt.Errorf("another kind of answer: %s", got)
		}
		if err != nil {
			return fmt.Errorf("response %d, to %s: %w", i+1, got.statement, err)
		}
	}
	return nil
}

func (a *answer) String() string {
	if a.admin != nil {
		return string(a.admin)
	}
	return fmt.Sprintf("%d rows", len(a.query))
}

// checkAdmin compares the result of a statement that is no query.
func checkAdmin(got *answer, want json.RawMessage) error {
	w, err := parseJSON(want)
	if err != nil {
		return err
	}
	g, err := parseJSON(got.admin)
	if err != nil {
		return err
	}
	return subset(g, w, got.statement)
}

// checkRows compares the elements of a stream. Rows may come in any order.
func checkRows(got *answer, want []json.RawMessage) error {
	g, err := parseAll(got.query)
	if err != nil {
		return err
	}
	w, err := parseAll(want)
	if err != nil {
		return err
	}
	return checkElements(g, w, func(g, w any) error { return subset(g, w, got.statement) })
}

// checkElements pairs what is expected with what came.
func checkElements(got, want []any, match func(got, want any) error) error {
	got = inOrderOf(got, want, match)
	d := &Diff{Same: func(w, g int) bool { return match(got[g], want[w]) == nil }}
	for _, e := range want {
		d.Want = append(d.Want, DiffRow{string(appendCell(nil, e))})
	}
	for _, e := range got {
		d.Got = append(d.Got, DiffRow{string(appendCell(nil, e))})
	}
	for i := range min(len(got), len(want)) {
		if err := match(got[i], want[i]); err != nil {
			d.What = fmt.Sprintf("element %d: %v", i+1, err)
			return d
		}
	}
	if len(got) != len(want) {
		d.What = fmt.Sprintf("want %d elements, got %d", len(want), len(got))
		return d
	}
	return nil
}

// inOrderOf moves rows to where they are expected.
func inOrderOf(got, want []any, match func(got, want any) error) []any {
	out := slices.Clone(got)
	for i := 0; i < min(len(out), len(want)); i++ {
		for k := i; k < len(out); k++ {
			if k == i || isRow(out[k]) && isRow(want[i]) {
				if match(out[k], want[i]) == nil {
					row := out[k]
					out = slices.Insert(slices.Delete(out, k, k+1), i, row)
					break
				}
			}
		}
	}
	return out
}

func isRow(element any) bool {
	object, ok := element.(map[string]any)
	return ok && object["row"] != nil
}

func parseAll(raw []json.RawMessage) ([]any, error) {
	out := make([]any, len(raw))
	for i, e := range raw {
		var err error
		if out[i], err = parseJSON(bytes.TrimSpace(e)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// subset tells whether got has at least the members of want, with equal values.
// A name may end in an operator, as in `queryId|starts_with`; {STATEMENT} stands
// for the text of the statement.
func subset(got, want any, statement string) error {
	w, ok := want.(map[string]any)
	if !ok {
		return sameJSON(got, want, statement)
	}
	g, ok := got.(map[string]any)
	if !ok {
		return fmt.Errorf("want an object, got %s", appendCell(nil, got))
	}
	for key, value := range w {
		name, operator, _ := strings.Cut(key, "|")
		have, ok := g[name]
		if !ok {
			return fmt.Errorf("%s is missing in %s", name, appendCell(nil, got))
		}
		if operator == "starts_with" {
			if !strings.HasPrefix(fmt.Sprint(have), fmt.Sprint(value)) {
				return fmt.Errorf("%s: want a text that begins with %v, got %s", name, value, appendCell(nil, have))
			}
			continue
		}
		match := subset
		if name == "columns" {
			match = sameColumns
		}
		if err := match(have, value, statement); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// sameColumns compares the values of a row in whatever order: the suites that
// the cases come from do not tell the order of columns for every row. That of the
// header is compared.
func sameColumns(got, want any, statement string) error {
	err := sameJSON(got, want, statement)
	g, isList := got.([]any)
	w, ok := want.([]any)
	if err == nil || !isList || !ok || len(g) != len(w) {
		return err
	}
	sorted := func(list []any) []string {
		out := make([]string, len(list))
		for i, v := range list {
			out[i] = string(appendCell(nil, v))
		}
		slices.Sort(out)
		return out
	}
	if slices.Equal(sorted(g), sorted(w)) {
		return nil
	}
	return err
}

// sameJSON compares values exactly; numbers are the same when they are written
// the same.
func sameJSON(got, want any, statement string) error {
	if text, ok := want.(string); ok {
		want = strings.ReplaceAll(text, "{STATEMENT}", statement)
	}
	if w, ok := want.([]any); ok {
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Errorf("want %s, got %s", appendCell(nil, want), appendCell(nil, got))
		}
		for i := range w {
			if err := sameJSON(g[i], w[i], statement); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return nil
	}
	if g, w := appendCell(nil, got), appendCell(nil, want); !bytes.Equal(g, w) {
		return fmt.Errorf("want %s, got %s", w, g)
	}
	return nil
}
