package leat

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/leatdb/leat/types"
)

// Inserter writes rows that come as JSON objects into one stream or table, as
// /inserts-stream does. It is for one goroutine and holds nothing to be freed.
type Inserter struct {
	db *DB
	w  *rowWriter
}

// Inserter begins to insert into a stream or table, whose name may be in
// back-quotes. It refuses targets that take no rows.
func (s *Session) Inserter(ctx context.Context, target string) (*Inserter, error) {
	if s.db.closed.Load() {
		return nil, ErrClosed
	}
	if err := s.refusesInserts(); err != nil {
		return nil, err
	}
	if s.Get(propInsertValues) == "false" {
		return nil, fmt.Errorf("inserting rows is disabled; SET '%s'='true' allows it", propInsertValues)
	}
	name, err := columnOf(target)
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", target, err)
	}
	src, err := s.db.insertTarget(name)
	if err != nil {
		return nil, err
	}
	w, err := newRowWriter(ctx, s.db.registry, src)
	if err != nil {
		return nil, err
	}
	return &Inserter{s.db, w}, nil
}

// propInsertValues allows or forbids inserting rows one by one.
const propInsertValues = "ksql.insert.into.values.enabled"

// AddJSON takes a row, an object of column names (in any case, or in back-quotes)
// and values. All columns of the key must be there; others that are missing are
// NULL. Numbers widen, DECIMAL is rounded, times and DECIMAL come as text, too,
// BYTES as base64. After an error Flush writes the rows before, and no more rows can be added.
func (i *Inserter) AddJSON(row []byte) error {
	d := json.NewDecoder(bytes.NewReader(row))
	d.UseNumber()
	var given map[string]any
	if err := d.Decode(&given); err != nil {
		return fmt.Errorf("a row is a JSON object of columns and values: %w", err)
	}
	if _, err := d.Token(); given == nil || !errors.Is(err, io.EOF) {
		return errors.New("a row is one JSON object of columns and values, on a line of its own")
	}
	values := make(map[string]any, len(given))
	for name, v := range given {
		column, err := columnOf(name)
		if err == nil && column != "ROWTIME" && !i.w.has(column) {
			err = fmt.Errorf("%s has no such column; the columns are %s", i.w.src.Name, i.w.src.Schema.String())
		}
		if err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
		values[column] = v
	}
	for k, c := range i.w.columns {
		v, ok := values[c.Name]
		if !ok && k < len(i.w.src.Schema.Key) {
			return fmt.Errorf("the key column %s is missing", c.Name)
		}
		var err error
		if values[c.Name], err = fromJSON(v, c.Type); err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	return i.w.add(values, i.db.opts.now().UnixMilli())
}

// Flush makes the rows that were added durable.
func (i *Inserter) Flush(ctx context.Context) error {
	err := i.w.write(ctx, i.db)
	i.w.reset()
	return err
}

// columnOf reads an identifier: in upper case, unless it is in back-quotes.
func columnOf(name string) (string, error) {
	inner, quoted := strings.CutPrefix(name, "`")
	if !quoted {
		return strings.ToUpper(name), nil
	}
	inner, closed := strings.CutSuffix(inner, "`")
	if !closed || strings.Contains(strings.ReplaceAll(inner, "``", ""), "`") {
		return "", errors.New("a name in back-quotes ends with one, and one in it is written twice")
	}
	return strings.ReplaceAll(inner, "``", "`"), nil
}

// fromJSON checks that a JSON value has the form of a type, and returns what coerce
// takes.
func fromJSON(x any, t *types.Type) (any, error) {
	wrong := fmt.Errorf("a JSON %s cannot become a %s", jsonKind(x), t)
	switch v := x.(type) {
	case nil:
		return nil, nil
	case bool:
		if t.Kind == types.Boolean {
			return v, nil
		}
	case json.Number:
		switch t.Kind {
		case types.Integer, types.BigInt, types.Double:
			if _, err := coerce(v, t); err != nil {
				return nil, fmt.Errorf("the number %s cannot become a %s", v, t)
			}
			return v, nil
		case types.Decimal:
			return roundDecimal(string(v), t)
		}
	case string:
		return textFromJSON(v, t)
	case []any:
		if t.Kind != types.Array {
			return nil, wrong
		}
		for i := range v {
			var err error
			if v[i], err = fromJSON(v[i], t.Elem); err != nil {
				return nil, fmt.Errorf("element %d: %w", i+1, err)
			}
		}
		return v, nil
	case map[string]any:
		return objectFromJSON(v, t)
	}
	return nil, wrong
}

func textFromJSON(v string, t *types.Type) (any, error) {
	switch t.Kind {
	case types.String, types.Date, types.Time, types.Timestamp:
		return v, nil
	case types.Decimal:
		return roundDecimal(v, t)
	case types.Bytes:
		b, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return nil, fmt.Errorf("BYTES must be base64: %w", err)
		}
		return b, nil
	}
	return nil, fmt.Errorf("a JSON string cannot become a %s", t)
}

func objectFromJSON(v map[string]any, t *types.Type) (any, error) {
	out := make(map[string]any, len(v))
	for name, x := range v {
		to := t.Elem
		switch t.Kind {
		case types.Map:
		case types.Struct:
			field, err := columnOf(name)
			if err != nil {
				return nil, fmt.Errorf("field %q: %w", name, err)
			}
			i := t.Field(field)
			if i < 0 {
				return nil, fmt.Errorf("%s has no field %s", t, name)
			}
			name, to = field, t.Fields[i].Type
		default:
			return nil, fmt.Errorf("a JSON object cannot become a %s", t)
		}
		value, err := fromJSON(x, to)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = value
	}
	return out, nil
}

func jsonKind(x any) string {
	switch x.(type) {
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// roundDecimal rounds a number half up, away from zero, to the scale of a DECIMAL.
func roundDecimal(text string, t *types.Type) (any, error) {
	r, ok := new(big.Rat).SetString(strings.TrimSpace(text))
	if !ok || strings.ContainsAny(text, "/xXpP_") {
		return nil, fmt.Errorf("%q is no number, so it cannot become a %s", text, t)
	}
	r.Mul(r, new(big.Rat).SetInt(types.Pow10(t.Scale)))
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r.Add(r, half)
	unscaled := new(big.Int).Quo(r.Num(), r.Denom())
	if unscaled.CmpAbs(types.Pow10(t.Precision)) >= 0 {
		return nil, fmt.Errorf("%s is too large for a %s", text, t)
	}
	return types.DecimalValue{Unscaled: unscaled, Scale: t.Scale}, nil
}
