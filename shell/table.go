package shell

import (
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// Table draws rows as they come: it keeps back the first few to choose the
// column widths, then writes line by line. Cells that do not fit are cut, so
// that one row is one line.
type Table struct {
	w       io.Writer
	columns []string
	right   []bool // Right-align (numbers).
	width   int    // Of the terminal.
	widths  []int  // Set when the head has been drawn.
	pending [][]string
	rows    int
}

const (
	// sampleRows is how many rows may be kept back to choose widths.
	sampleRows = 50
	minWidth   = 6
)

// NewTable returns a table of the named columns for a terminal of the given
// width; 0 means no terminal: columns are as wide as the sample asks.
func NewTable(w io.Writer, columns []string, numeric []bool, width int) *Table {
	return &Table{w: w, columns: columns, right: numeric, width: width}
}

// Append adds a row of formatted values.
func (t *Table) Append(cells []string) error {
	t.rows++
	if t.widths == nil {
		t.pending = append(t.pending, cells)
		if len(t.pending) < sampleRows {
			return nil
		}
		return t.Flush()
	}
	return t.line(cells)
}

// Resize makes the table fit a terminal of another width: rows from here on go
// below a head of their own.
func (t *Table) Resize(width int) error {
	if width == t.width || t.widths == nil {
		t.width = width
		return nil
	}
	_, err := io.WriteString(t.w, t.rule("└", "┴", "┘"))
	t.width, t.widths = width, nil
	return err
}

// Flush draws what was kept back. A streaming result calls it whenever it has
// to wait, so that rows are never held from the reader.
func (t *Table) Flush() error {
	if t.widths == nil {
		if len(t.pending) == 0 {
			return nil
		}
		if err := t.head(); err != nil {
			return err
		}
	}
	for _, cells := range t.pending {
		if err := t.line(cells); err != nil {
			return err
		}
	}
	t.pending = t.pending[:0]
	return nil
}

// Close draws the rest, with the head even when there was no row, and returns
// the number of rows.
func (t *Table) Close() (int, error) {
	if t.widths == nil {
		if err := t.head(); err != nil {
			return t.rows, err
		}
	}
	if err := t.Flush(); err != nil {
		return t.rows, err
	}
	_, err := io.WriteString(t.w, t.rule("└", "┴", "┘"))
	return t.rows, err
}

func (t *Table) head() error {
	t.choose()
	_, err := io.WriteString(t.w, t.rule("┌", "┬", "┐"))
	if err == nil {
		err = t.line(t.columns)
	}
	if err == nil {
		_, err = io.WriteString(t.w, t.rule("├", "┼", "┤"))
	}
	return err
}

// choose sets the widths from the names and the sample, then narrows the widest
// columns until the table fits the terminal.
func (t *Table) choose() {
	t.widths = make([]int, len(t.columns))
	for i, c := range t.columns {
		t.widths[i] = max(uniseg.StringWidth(c), 3)
	}
	for _, row := range t.pending {
		for i, cell := range row {
			t.widths[i] = max(t.widths[i], uniseg.StringWidth(cell))
		}
	}
	if t.width <= 0 {
		return
	}
	for {
		total, widest := 1, 0
		for i, w := range t.widths {
			total += w + 3
			if w > t.widths[widest] {
				widest = i
			}
		}
		if total <= t.width || len(t.widths) == 0 || t.widths[widest] <= minWidth {
			return
		}
		t.widths[widest] = max(minWidth, t.widths[widest]-(total-t.width+1)/2)
	}
}

func (t *Table) line(cells []string) error {
	var b strings.Builder
	for i, cell := range cells {
		b.WriteString("│ ")
		b.WriteString(Fit(cell, t.widths[i], t.right != nil && t.right[i]))
		b.WriteByte(' ')
	}
	b.WriteString("│\n")
	_, err := io.WriteString(t.w, b.String())
	return err
}

func (t *Table) rule(left, middle, right string) string {
	var b strings.Builder
	b.WriteString(left)
	for i, w := range t.widths {
		if i > 0 {
			b.WriteString(middle)
		}
		b.WriteString(strings.Repeat("─", w+2))
	}
	b.WriteString(right + "\n")
	return b.String()
}
