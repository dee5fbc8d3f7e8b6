package leat

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/types"
)

// insertValues does INSERT INTO ... VALUES: one record, durable on return.
func (db *DB) insertValues(ctx context.Context, p *planner.InsertValues) error {
	w, err := newRowWriter(ctx, db.registry, p.Target)
	if err != nil {
		return err
	}
	functions := db.functions.With(p.Properties)
	for i, e := range append(append([]*expr.Expr{}, p.Key...), p.Value...) {
		v, err := expr.Constant(e, functions)
		if err != nil {
			return insertError(p, w.columns[i].Name, err)
		}
		w.cols[i].AppendFrom(v, 0)
	}
	at := db.opts.now().UnixMilli()
	if p.Time != nil {
		v, err := expr.Constant(p.Time, functions)
		if err != nil {
			return insertError(p, "ROWTIME", err)
		}
		if !v.IsNull(0) {
			at = v.I64[0]
		}
	}
	w.times = append(w.times, at)
	return w.write(ctx, db)
}

// insertError says that the value of a column cannot be computed, and where it is
// written.
func insertError(p *planner.InsertValues, column string, err error) error {
	msg, hint, _ := strings.Cut(err.Error(), "; ")
	return planner.NewError(p.At[column], fmt.Sprintf("cannot insert into %s: column %s: %s", p.Target.Name, column, msg), hint)
}

// Insert appends rows to a stream or upserts them into a table, in order and
// durable on return. A row is a map[string]any from column names (any case) to Go
// values, or a struct, or a pointer to one, whose fields stand for columns as
// [Values] says. Columns that are missing, and nil, are NULL. ROWTIME sets the
// row's time (a time.Time or milliseconds); without it, and with the zero
// time.Time, that is the time of the call. Either all rows are inserted or, when one does not fit, none.
func (db *DB) Insert(ctx context.Context, target string, rows ...any) error {
	if db.closed.Load() {
		return ErrClosed
	}
	src, err := db.insertTarget(target)
	if err != nil {
		return err
	}
	w, err := newRowWriter(ctx, db.registry, src)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if err := w.add(row, db.opts.now().UnixMilli()); err != nil {
			return fmt.Errorf("leat: insert into %s: row %d: %w", src.Name, i+1, err)
		}
	}
	return w.write(ctx, db)
}

func (db *DB) insertTarget(name string) (*catalog.Source, error) {
	cat := db.catalog.Load()
	src := cat.Source(name)
	if src == nil {
		src = cat.Source(strings.ToUpper(name))
	}
	switch {
	case src == nil:
		return nil, fmt.Errorf("leat: there is no stream or table %q; there are %s", name, strings.Join(cat.SourceNames(), ", "))
	case src.ReadOnly:
		return nil, fmt.Errorf("leat: %s was made by CREATE SOURCE and is read-only", src.Name)
	case src.Window != nil:
		return nil, fmt.Errorf("leat: %s is windowed; rows cannot be inserted into it", src.Name)
	case len(src.Schema.Headers) > 0:
		return nil, fmt.Errorf("leat: %s has header columns, which cannot be written", src.Name)
	}
	return src, nil
}

// rowWriter gathers rows of one source as columns and writes them to its topic.
type rowWriter struct {
	src      *catalog.Source
	columns  []types.Column // Key columns, then value columns.
	cols     []*types.Vector
	times    []int64
	key, val format.Encoder
}

func newRowWriter(ctx context.Context, reg registry.Registry, src *catalog.Source) (*rowWriter, error) {
	w := &rowWriter{src: src, columns: append(append([]types.Column{}, src.Schema.Key...), src.Schema.Value...)}
	for _, c := range w.columns {
		w.cols = append(w.cols, types.NewVector(c.Type))
	}
	var err error
	if w.key, err = encoderFor(ctx, reg, src, true); err != nil {
		return nil, err
	}
	w.val, err = encoderFor(ctx, reg, src, false)
	return w, err
}

func encoderFor(ctx context.Context, reg registry.Registry, src *catalog.Source, key bool) (format.Encoder, error) {
	f, columns, subject := src.ValueFormat, src.Schema.Value, registry.ValueSubject(src.Topic)
	if key {
		f, columns, subject = src.KeyFormat, src.Schema.Key, registry.KeySubject(src.Topic)
	}
	spec, err := format.Pinned(format.Spec{Name: f.Name, Properties: f.Properties, WrapSingle: f.WrapSingle, IsKey: key, Columns: columns,
		Registry: reg, Subject: subject, Context: ctx}, false)
	if err != nil {
		return nil, err
	}
	return format.NewEncoder(spec)
}

// add appends a row: a map or a struct.
func (w *rowWriter) add(row any, now int64) error {
	given, err := w.given(row)
	if err != nil {
		return err
	}
	at, err := rowTime(given, now)
	if err != nil {
		return err
	}
	for i, c := range w.columns {
		v, err := coerce(given[c.Name], c.Type)
		if err == nil {
			err = w.cols[i].AppendAny(v)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
		delete(given, c.Name)
	}
	if len(given) > 0 {
		return fmt.Errorf("there is no column %s; the columns are %s", firstKey(given), w.src.Schema.String())
	}
	w.times = append(w.times, at)
	return nil
}

// given returns the values of a row by column name.
func (w *rowWriter) given(row any) (map[string]any, error) {
	if m, ok := row.(map[string]any); ok {
		given := make(map[string]any, len(m))
		for name, v := range m {
			given[w.columnName(name)] = v
		}
		return given, nil
	}
	v := reflect.Indirect(reflect.ValueOf(row))
	if !v.IsValid() || !isRecord(v.Type()) {
		return nil, fmt.Errorf("a row is a map[string]any or a struct, not a %T", row)
	}
	fields, given, names := structFields(v.Type()), map[string]any{}, []string{"ROWTIME"}
	for _, c := range w.columns {
		names = append(names, c.Name)
	}
	if name := fields.unknown(v.Type(), names); name != "" {
		return nil, fmt.Errorf("the field %s of %s stands for no column; the columns are %s; tag fields that are not columns with `leat:\"-\"`", name, v.Type(), w.src.Schema.String())
	}
	for _, name := range names {
		if i := fields.find(name); i != nil {
			given[name] = v.FieldByIndex(i).Interface()
		}
	}
	return given, nil
}

// columnName finds the column a caller means by a name: itself, or in upper case.
func (w *rowWriter) columnName(name string) string {
	for _, c := range w.columns {
		if c.Name == name {
			return name
		}
	}
	return strings.ToUpper(name)
}

func rowTime(given map[string]any, now int64) (int64, error) {
	v, ok := given["ROWTIME"]
	if !ok {
		return now, nil
	}
	delete(given, "ROWTIME")
	if p, isPointer := v.(*time.Time); isPointer {
		v = time.Time{}
		if p != nil {
			v = *p
		}
	}
	if t, isTime := v.(time.Time); v == nil || isTime && t.IsZero() {
		return now, nil
	}
	if n, isNumber := coerceNumber(v, types.BigIntType); isNumber {
		return n.(int64), nil
	}
	t, isTime := coerceTime(v, types.TimestampType)
	if !isTime {
		return 0, fmt.Errorf("ROWTIME is a %T, not a time or milliseconds since 1970", v)
	}
	return int64(t.(types.TimestampValue)), nil
}

// firstKey returns the least key, or "" of none.
func firstKey[V any](m map[string]V) string {
	keys := slices.Sorted(maps.Keys(m))
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}
