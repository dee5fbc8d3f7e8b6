package leat

import (
	"database/sql"
	"encoding"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"reflect"
	"time"
)

// ErrTombstone: a row was deleted from a table where only rows were asked for.
var ErrTombstone = errors.New("leat: a row was deleted; read this result with Changes")

// Change is a change of a table, or a row of a stream, as Go value.
type Change[T any] struct {
	// Deleted tells that the row with the key columns of Row is no more; the other
	// fields of Row are zero.
	Deleted bool
	Row     T
}

// Values returns the rows of a result as Go values. A T that is a struct takes
// each column into the field of its name, where neither case nor underscores
// count (PageViews takes PAGE_VIEWS), or with the tag `leat:"PAGE_VIEWS"`; fields
// without a column stay zero, a column without a field is an error. Any other T
// takes the only column. Row.Scan says which Go types take which values.
//
// A deleted row of a table ends the values with ErrTombstone; Changes tells about
// these, too. Values closes rows when it ends.
func Values[T any](rows *Rows) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for c, err := range Changes[T](rows) {
			if err == nil && c.Deleted {
				err = ErrTombstone
			}
			if !yield(c.Row, err) || err != nil {
				return
			}
		}
	}
}

// Collect returns all rows of a finite result as Go values; see [Values].
func Collect[T any](rows *Rows) ([]T, error) {
	var out []T
	for v, err := range Values[T](rows) {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Changes is Values with the deletions of a table.
func Changes[T any](rows *Rows) iter.Seq2[Change[T], error] {
	return func(yield func(Change[T], error) bool) {
		fill, err := filler[T](rows.Columns)
		if err != nil {
			rows.Close()
			yield(Change[T]{}, err)
			return
		}
		for row, err := range rows.All() {
			c := Change[T]{Deleted: row.Tombstone}
			if err == nil {
				err = fill(reflect.ValueOf(&c.Row).Elem(), row.Values)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// filler returns how a row of the columns becomes a T.
func filler[T any](columns []RowColumn) (func(dst reflect.Value, values []any) error, error) {
	t := reflect.TypeFor[T]()
	if !isRecord(t) {
		if len(columns) != 1 {
			return nil, fmt.Errorf("leat: a row of %d columns does not fit into a %s: use a struct with a field for each", len(columns), t)
		}
		return func(dst reflect.Value, values []any) error { return assignColumn(dst, columns[0].Name, values[0]) }, nil
	}
	fields, index := structFields(t), make([][]int, len(columns))
	for i, c := range columns {
		if index[i] = fields.find(c.Name); index[i] == nil {
			return nil, fmt.Errorf("leat: the Go type %s has no field for the column %s: add one, tag one with `leat:%q`, or select fewer columns", t, c.Name, c.Name)
		}
	}
	return func(dst reflect.Value, values []any) error {
		for i, v := range values {
			if err := assignColumn(dst.FieldByIndex(index[i]), columns[i].Name, v); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func assignColumn(dst reflect.Value, column string, v any) error {
	if err := assign(dst, v); err != nil {
		return fmt.Errorf("leat: column %s: %w", column, err)
	}
	return nil
}

// isRecord tells whether a type takes a row column by column: a struct that does
// not stand for a single value.
func isRecord(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[big.Rat]() {
		return false
	}
	p := reflect.PointerTo(t)
	return !p.Implements(reflect.TypeFor[sql.Scanner]()) && !p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
