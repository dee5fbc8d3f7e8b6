package sqltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/types"
)

// anyTime stands for a timestamp that is not compared.
const anyTime = "any"

// diffRecords shows how the records of a topic differ from the expected ones.
func (r *caseRun) diffRecords(what string, got []record, want []*CaseRecord, f topicFormat) *Diff {
	d := &Diff{What: what, Same: func(w, g int) bool { return r.checkRecord(&got[g], want[w], f) == nil }}
	for _, rec := range want {
		d.Want = append(d.Want, r.wantRow(rec, f))
	}
	for i := range got {
		d.Got = append(d.Got, r.gotRow(&got[i], f))
	}
	d.Head = []string{"timestamp", "key", "window", "value", "headers"}
	d.dropEmpty("window", "headers")
	return d
}

// wantRow shows an expected record.
func (r *caseRun) wantRow(rec *CaseRecord, f topicFormat) DiffRow {
	row := DiffRow{anyTime, rawCell(rec.Key, f.keyCols), windowCell(rec.Window), rawCell(rec.Value, f.cols), ""}
	if rec.Timestamp != nil && r.comparesTime(*rec.Timestamp) {
		row[0] = strconv.FormatInt(*rec.Timestamp, 10)
	}
	var headers []string
	for _, h := range rec.Headers {
		if header, err := h.header(); err == nil {
			headers = append(headers, headerCell(header.Key, header.Value))
		}
	}
	row[4] = strings.Join(headers, " ")
	return row
}

// gotRow shows a record that was read.
func (r *caseRun) gotRow(rec *record, f topicFormat) DiffRow {
	row := DiffRow{strconv.FormatInt(rec.time, 10), "", "", r.codec().cell(rec.value, f, false), ""}
	key, window, err := splitWindow(rec.key, f.window)
	if err != nil {
		key = rec.key
	}
	row[1], row[2] = r.codec().cell(key, f, true), windowCell(window)
	var headers []string
	for _, h := range rec.headers {
		headers = append(headers, headerCell(h.Key, h.Value))
	}
	row[4] = strings.Join(headers, " ")
	return row
}

// dropEmpty leaves out those of the named columns that no row fills.
func (d *Diff) dropEmpty(names ...string) {
	for _, name := range names {
		i := slices.Index(d.Head, name)
		filled := func(row DiffRow) bool { return row[i] != "" }
		if slices.ContainsFunc(d.Want, filled) || slices.ContainsFunc(d.Got, filled) {
			continue
		}
		d.Head = slices.Delete(d.Head, i, i+1)
		for _, rows := range [][]DiffRow{d.Want, d.Got} {
			for k := range rows {
				rows[k] = slices.Delete(rows[k], i, i+1)
			}
		}
	}
}

func windowCell(w *CaseWindow) string {
	if w == nil {
		return ""
	}
	return fmt.Sprintf("%d-%d", w.Start, w.End)
}

func headerCell(key string, value []byte) string {
	if value == nil {
		return key + "=null"
	}
	return key + "=" + strconv.Quote(string(value))
}

// cell shows the key or value of a record.
func (d codec) cell(b []byte, f topicFormat, isKey bool) string {
	part, columns := f.value, f.cols
	if isKey {
		part, columns = f.key, f.keyCols
	}
	v, err := d.decodePart(b, part, columns, isKey)
	if err != nil {
		return fmt.Sprintf("%q (%v)", b, err)
	}
	return valueCell(v, columns)
}

// rawCell shows a key or value as a test file has it.
func rawCell(raw json.RawMessage, columns []types.Column) string {
	v, err := parseJSON(raw)
	if err != nil {
		return string(raw)
	}
	return valueCell(v, columns)
}

// valueCell shows a value as JSON in one line. The members of an object are
// called and ordered as the columns are, so that two rows stand one below the
// other.
func valueCell(v any, columns []types.Column) string {
	fields, ok := objectFields(v)
	if !ok {
		return string(appendCell(nil, v))
	}
	members := make(map[string]any, len(fields))
	names := make([]string, 0, len(fields))
	for name, x := range fields {
		if upper := strings.ToUpper(name); columnAt(columns, name) < 0 && columnAt(columns, upper) >= 0 {
			name = upper
		}
		if _, twice := members[name]; !twice {
			names = append(names, name)
		}
		members[name] = x
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := columnAt(columns, a), columnAt(columns, b)
		if x < 0 {
			x = len(columns)
		}
		if y < 0 {
			y = len(columns)
		}
		if x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	return string(appendObject(nil, members, names))
}

func columnAt(columns []types.Column, name string) int {
	return slices.IndexFunc(columns, func(c types.Column) bool { return c.Name == name })
}

func appendObject(dst []byte, members map[string]any, names []string) []byte {
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendCell(append(leat.AppendJSON(dst, name), ": "...), members[name])
	}
	return append(dst, '}')
}

// appendCell is leat.AppendJSON for values of test files, too: JSON numbers as
// they are written, and the members of objects sorted.
func appendCell(dst []byte, v any) []byte {
	switch x := v.(type) {
	case json.Number:
		return append(dst, x...)
	case float64:
		return bytes.TrimSuffix(leat.AppendJSON(dst, v), []byte(".0"))
	case []any:
		dst = append(dst, '[')
		for i, e := range x {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendCell(dst, e)
		}
		return append(dst, ']')
	}
	if fields, ok := objectFields(v); ok {
		return appendObject(dst, fields, slices.Sorted(maps.Keys(fields)))
	}
	return leat.AppendJSON(dst, v)
}
