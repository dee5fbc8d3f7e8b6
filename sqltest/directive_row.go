package sqltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// decode reads a record as a row of its source: columns, ROWTIME and the bounds
// of the window.
func (r *directedRun) decode(rec *record, src *catalog.Source) (map[string]any, error) {
	row := map[string]any{"ROWTIME": rec.time}
	key, window, err := splitWindow(rec.key, src.Window)
	if err != nil {
		return nil, err
	}
	if window != nil {
		row["WINDOWSTART"], row["WINDOWEND"] = window.Start, window.End
	}
	if err := r.decodeInto(row, key, src.KeyFormat, src.Schema.Key, true); err != nil {
		return nil, fmt.Errorf("key %q: %w", key, err)
	}
	if err := r.decodeInto(row, rec.value, src.ValueFormat, src.Schema.Value, false); err != nil {
		return nil, fmt.Errorf("value %q: %w", rec.value, err)
	}
	for _, h := range src.Schema.Headers {
		row[h.Name] = headerValue(rec.headers, h)
	}
	return row, nil
}

func (r *directedRun) decodeInto(row map[string]any, b []byte, f plan.Format, columns []types.Column, isKey bool) error {
	if b == nil || len(columns) == 0 {
		return nil
	}
	cols, err := decodeOne(b, codec{r.db.Schemas()}.specOf(f, columns, isKey))
	if err != nil {
		return err
	}
	for i, c := range columns {
		row[c.Name] = cols[i].Any(0)
	}
	return nil
}

// headerValue is the value of a header column: the whole list, or the last one of
// its key.
func headerValue(headers []log.Header, column types.Header) any {
	list := []any{}
	var last any
	for _, h := range headers {
		var value any
		if h.Value != nil {
			value = h.Value
		}
		list = append(list, types.StructValue{{Name: "KEY", Value: h.Key}, {Name: "VALUE", Value: value}})
		if h.Key == column.HeaderKey {
			last = value
		}
	}
	if column.HeaderKey == "" {
		return list
	}
	return last
}

// sameValue compares two values of one type; doubles may differ by a millionth.
func sameValue(a, b any) bool {
	switch x := a.(type) {
	case float64:
		y, ok := b.(float64)
		return ok && (x == y || math.IsNaN(x) && math.IsNaN(y) || matcher{tolerance: tolerance}.close(x-y, y))
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, sameValue)
	case types.StructValue:
		y, ok := b.(types.StructValue)
		return ok && slices.EqualFunc(x, y, func(f, g types.StructField) bool { return f.Name == g.Name && sameValue(f.Value, g.Value) })
	case types.MapValue:
		y, ok := b.(types.MapValue)
		if !ok || len(x) != len(y) {
			return false
		}
		for _, e := range x {
			if !slices.ContainsFunc(y, func(o types.MapEntry) bool { return sameValue(e.Key, o.Key) && sameValue(e.Value, o.Value) }) {
				return false
			}
		}
		return true
	}
	return leatText(a) == leatText(b)
}
