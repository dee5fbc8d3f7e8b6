package shell

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/types"
)

// Format is how results are written.
type Format string

// The formats.
const (
	Tabular Format = "TABULAR"
	JSON    Format = "JSON" // One object per row.
	CSV     Format = "CSV"
)

// ParseFormat reads the name of a format in any case.
func ParseFormat(name string) (Format, error) {
	switch f := Format(strings.ToUpper(name)); f {
	case Tabular, JSON, CSV:
		return f, nil
	}
	return "", fmt.Errorf("unknown output format %q; there are TABULAR, JSON and CSV", name)
}

// draw writes a result that is not rows.
func (s *Shell) draw(r *leat.Result) {
	if s.Format == JSON {
		enc := json.NewEncoder(s.Out)
		enc.SetIndent("", "  ")
		// A struct of text and numbers always encodes; a broken pipe shows at the
		// next write.
		_ = enc.Encode(r)
		return
	}
	Draw(s.Out, r)
}

// rowWriter writes the rows of one result.
type rowWriter interface {
	row(leat.Row) error
	flush() error
	close() error
}

func (s *Shell) rowWriter(rows *leat.Rows) rowWriter {
	switch {
	case rows.Lines:
		return lineWriter{s.Out}
	case s.Format == JSON:
		return &jsonWriter{w: s.Out, columns: rows.Columns}
	case s.Format == CSV:
		return newCSVWriter(s.Out, rows.Columns)
	}
	names := make([]string, len(rows.Columns))
	numeric := make([]bool, len(rows.Columns))
	for i, c := range rows.Columns {
		names[i] = c.Name
		if t, err := types.ParseType(c.Type); err == nil {
			numeric[i] = t.Kind.Numeric()
		}
	}
	return &tableWriter{t: NewTable(s.Out, names, numeric, terminalWidth(s.Out)), shell: s}
}

// lineWriter writes the lines of PRINT.
type lineWriter struct{ w io.Writer }

func (l lineWriter) row(r leat.Row) error {
	_, err := fmt.Fprintln(l.w, r.Values...)
	return err
}
func (lineWriter) flush() error { return nil }
func (lineWriter) close() error { return nil }

type tableWriter struct {
	t     *Table
	shell *Shell
}

func (w *tableWriter) row(r leat.Row) error {
	cells := make([]string, len(r.Values))
	for i, v := range r.Values {
		cells[i] = FormatValue(v)
		if v == nil && r.Tombstone {
			cells[i] = "<TOMBSTONE>"
		}
	}
	return w.t.Append(cells)
}

func (w *tableWriter) flush() error {
	if err := w.t.Flush(); err != nil {
		return err
	}
	return w.t.Resize(terminalWidth(w.shell.Out))
}

func (w *tableWriter) close() error {
	n, err := w.t.Close()
	if err == nil {
		noun := "rows"
		if n == 1 {
			noun = "row"
		}
		fmt.Fprintf(w.shell.Err, "(%d %s)\n", n, noun)
	}
	return err
}

// jsonWriter writes one JSON object a line.
type jsonWriter struct {
	w       io.Writer
	columns []leat.RowColumn
	buf     []byte
}

func (w *jsonWriter) row(r leat.Row) error {
	w.buf = append(w.buf, '{')
	for i, v := range r.Values {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = leat.AppendJSON(w.buf, w.columns[i].Name)
		w.buf = append(w.buf, ':')
		w.buf = leat.AppendJSON(w.buf, v)
	}
	if r.Tombstone {
		w.buf = append(w.buf, `,"@tombstone":true`...)
	}
	w.buf = append(w.buf, "}\n"...)
	return nil
}

func (w *jsonWriter) flush() error {
	_, err := w.w.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *jsonWriter) close() error { return w.flush() }

type csvWriter struct {
	w     *csv.Writer
	cells []string
}

func newCSVWriter(w io.Writer, columns []leat.RowColumn) *csvWriter {
	c := &csvWriter{w: csv.NewWriter(w)}
	for _, col := range columns {
		c.cells = append(c.cells, col.Name)
	}
	// A failed write is kept by the csv.Writer and reported by flush.
	_ = c.w.Write(c.cells)
	return c
}

func (w *csvWriter) row(r leat.Row) error {
	w.cells = w.cells[:0]
	for _, v := range r.Values {
		text := ""
		if v != nil {
			text = FormatValue(v)
		}
		w.cells = append(w.cells, text)
	}
	return w.w.Write(w.cells)
}

func (w *csvWriter) flush() error {
	w.w.Flush()
	return w.w.Error()
}

func (w *csvWriter) close() error { return w.flush() }
