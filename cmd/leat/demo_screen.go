package main

import (
	"context"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/shell"
)

// screen shows the results of the demo's queries: tables by pulling them a few
// times a second, the stream of slow clicks as it is pushed.
type screen struct {
	out      io.Writer
	terminal bool
	slow     []string // The last slow clicks, newest first.
}

func newScreen(out io.Writer) *screen {
	_, _, terminal := screenSize(out)
	return &screen{out: out, terminal: terminal}
}

const slowLines = 6

// run redraws until ctx ends: four times a second on a terminal, every two
// seconds as plain text elsewhere.
func (s *screen) run(ctx context.Context, db *leat.DB, shop *shop) error {
	pushed := make(chan string, 64)
	failed := make(chan error, 1)
	go func() { failed <- followSlow(ctx, db, pushed) }() // Ends with ctx; waited for below.
	every := 2 * time.Second
	if s.terminal {
		every = 250 * time.Millisecond
		fmt.Fprint(s.out, "\x1b[?25l\x1b[2J")
		defer fmt.Fprint(s.out, "\x1b[?25h\n")
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return <-failed
		case err := <-failed:
			return err
		case line := <-pushed:
			s.slow = append([]string{line}, s.slow[:min(len(s.slow), slowLines-1)]...)
		case <-tick.C:
			if err := s.draw(ctx, db, shop, time.Since(began)); err != nil && ctx.Err() == nil {
				cancelled := <-failed
				_ = cancelled // The first error is the one to report.
				return err
			}
		}
	}
}

// followSlow sends a line for every row of the stream SLOW.
func followSlow(ctx context.Context, db *leat.DB, to chan<- string) error {
	rows, err := db.Query(ctx, "SELECT user_id, page, millis FROM slow EMIT CHANGES;")
	if err != nil {
		return err
	}
	for row, err := range rows.All() {
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s waited %v ms for %v", shell.FormatValue(row.Values[0]), row.Values[2], shell.FormatValue(row.Values[1]))
		select {
		case to <- line:
		case <-ctx.Done():
			return ctx.Err()
		default: // The screen shows the last few; it does not hold up the query.
		}
	}
	return ctx.Err()
}

func (s *screen) draw(ctx context.Context, db *leat.DB, shop *shop, age time.Duration) error {
	pages, err := pull(ctx, db, "SELECT page, hits, avg_millis, errors FROM pages;", 1, 9)
	if err != nil {
		return err
	}
	revenue, err := pull(ctx, db, "SELECT country, orders, total FROM revenue;", 2, 9)
	if err != nil {
		return err
	}
	now := time.Now().UnixMilli()
	second, err := pull(ctx, db, fmt.Sprintf("SELECT status, hits FROM per_second WHERE windowstart >= %d AND windowend <= %d;", now/1000*1000-1000, now/1000*1000), 1, 5)
	if err != nil {
		return err
	}
	visits, err := pull(ctx, db, fmt.Sprintf("SELECT user_id, clicks FROM visits WHERE windowend >= %d;", now-5000), 1, 6)
	if err != nil {
		return err
	}
	left := append(box("TABLE pages: hits per page", []string{"page", "hits", "avg ms", "errors"}, pages, 44),
		box("TABLE per_second: the last second by status", []string{"status", "hits"}, second, 44)...)
	right := append(box("TABLE revenue: orders joined with users", []string{"country", "orders", "total"}, revenue, 44),
		box("TABLE visits: sessions going on, longest first", []string{"user", "clicks"}, visits, 44)...)
	head := fmt.Sprintf("leat demo   %s   %d clicks, %d orders   exactly once, every result on disk before it is shown   Ctrl-C ends",
		age.Round(time.Second), shop.clicks.Load(), shop.orders.Load())
	lines := append([]string{head, ""}, beside(left, right)...)
	lines = append(lines, "STREAM slow: clicks that took more than 1500 ms (pushed as they happen)")
	for i := range slowLines {
		if i < len(s.slow) {
			lines = append(lines, "  "+s.slow[i])
		} else {
			lines = append(lines, "")
		}
	}
	s.show(lines)
	return nil
}

// show writes the screen in place, cut to the terminal.
func (s *screen) show(lines []string) {
	var b strings.Builder
	if !s.terminal {
		b.WriteString(strings.Join(lines, "\n") + "\n\n")
		fmt.Fprint(s.out, b.String())
		return
	}
	width, height, _ := screenSize(s.out)
	b.WriteString("\x1b[H")
	for i, line := range lines {
		if i >= height-1 {
			break
		}
		b.WriteString(shell.Cut(line, width) + "\x1b[K\r\n")
	}
	b.WriteString("\x1b[J")
	fmt.Fprint(s.out, b.String())
}

// pull returns the n rows with the largest values in column by.
func pull(ctx context.Context, db *leat.DB, sql string, by, n int) ([][]string, error) {
	rows, err := db.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	var all []leat.Row
	for row, err := range rows.All() {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	sort.SliceStable(all, func(i, j int) bool { return number(all[i].Values[by]) > number(all[j].Values[by]) })
	var out [][]string
	for _, row := range all[:min(n, len(all))] {
		cells := make([]string, len(row.Values))
		for i, v := range row.Values {
			cells[i] = shell.FormatValue(v)
			if f, ok := v.(float64); ok {
				cells[i] = fmt.Sprintf("%.2f", f)
			}
		}
		out = append(out, cells)
	}
	return out, nil
}

func number(v any) float64 {
	switch n := v.(type) {
	case int32:
		return float64(n)
	case int64:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

// box draws a small table with a title, width columns wide.
func box(title string, head []string, rows [][]string, width int) []string {
	out := []string{title}
	cell := width / len(head)
	line := func(cells []string) string {
		var b strings.Builder
		for i, c := range cells {
			b.WriteString(shell.Fit(c, cell-1, i > 0) + " ")
		}
		return b.String()
	}
	out = append(out, line(head), strings.Repeat("─", width-2))
	for _, r := range rows {
		out = append(out, line(r))
	}
	return append(out, "")
}

// beside puts two columns of lines next to each other.
func beside(left, right []string) []string {
	var out []string
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		pad := max(0, 48-uniseg.StringWidth(l))
		out = append(out, l+strings.Repeat(" ", pad)+r)
	}
	return out
}
