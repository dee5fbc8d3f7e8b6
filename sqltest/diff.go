package sqltest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Diff is how what a test got differs from what it expects, row by row. As an
// error it is one line; Text shows the rows.
type Diff struct {
	What string   // Where the difference is and the first of it, in one line.
	Head []string // Titles of the cells; nil when a row is one line of text.
	Want []DiffRow
	Got  []DiffRow
	// Same tells whether row g of Got is what row w of Want asks for.
	Same func(w, g int) bool
}

// DiffRow is the cells of a row, as they are shown.
type DiffRow []string

func (d *Diff) Error() string { return d.What }

// What Text shows around differences, and at most.
const (
	diffContext = 2
	diffChanges = 20
	// diffCells bounds the table of the alignment; longer lists are compared
	// position by position.
	diffCells = 1 << 20
)

// Text shows the rows: "-" marks expected ones that are missing, "+" those that
// came instead, and a caret the first character that differs. Long stretches
// of equal rows are left out.
func (d *Diff) Text() string {
	lines := d.align()
	keep, more := visible(lines)
	t := diffTable{d: d, lines: lines, width: d.widths(lines, keep)}
	t.head()
	for i := range lines {
		switch {
		case keep[i]:
			t.row(i)
		case i == 0 || keep[i-1]:
			t.elided(i, keep)
		}
	}
	if more > 0 {
		fmt.Fprintf(&t.out, "  ... and %d more rows that differ\n", more)
	}
	return t.out.String()
}

// diffLine is a row of the diff: an equal pair, or one row of either side.
type diffLine struct{ w, g int } // -1: not there.

func (l diffLine) equal() bool { return l.w >= 0 && l.g >= 0 }

// align pairs rows that are the same, in order, as many as there are. What is
// between two pairs is put so that an expected row stands above the one that
// came at its place.
func (d *Diff) align() []diffLine {
	var out []diffLine
	w, g := 0, 0
	between := func(toW, toG int) {
		for w < toW || g < toG {
			if w < toW {
				out = append(out, diffLine{w, -1})
				w++
			}
			if g < toG {
				out = append(out, diffLine{-1, g})
				g++
			}
		}
	}
	for _, p := range d.pairs() {
		between(p.w, p.g)
		out = append(out, p)
		w, g = p.w+1, p.g+1
	}
	between(len(d.Want), len(d.Got))
	return out
}

// pairs is a longest common subsequence of the two lists.
func (d *Diff) pairs() []diffLine {
	n, m := len(d.Want), len(d.Got)
	var out []diffLine
	if n*m > diffCells {
		for i := range min(n, m) {
			if d.Same(i, i) {
				out = append(out, diffLine{i, i})
			}
		}
		return out
	}
	same := make([]bool, n*m)
	length := make([]int32, (n+1)*(m+1)) // Of the best for the suffixes from w and g on.
	at := func(w, g int) *int32 { return &length[w*(m+1)+g] }
	for w := n - 1; w >= 0; w-- {
		for g := m - 1; g >= 0; g-- {
			if same[w*m+g] = d.Same(w, g); same[w*m+g] {
				*at(w, g) = *at(w+1, g+1) + 1
			} else {
				*at(w, g) = max(*at(w+1, g), *at(w, g+1))
			}
		}
	}
	for w, g := 0, 0; w < n && g < m; {
		switch {
		case same[w*m+g] && *at(w, g) == *at(w+1, g+1)+1:
			out = append(out, diffLine{w, g})
			w, g = w+1, g+1
		case *at(w+1, g) >= *at(w, g+1):
			w++
		default:
			g++
		}
	}
	return out
}

// visible marks the lines to show, and counts the differing ones left out.
func visible(lines []diffLine) (keep []bool, more int) {
	keep = make([]bool, len(lines))
	shown := 0
	for i, l := range lines {
		if l.equal() {
			continue
		}
		if shown++; shown > diffChanges {
			more++
			continue
		}
		for k := max(0, i-diffContext); k <= min(len(lines)-1, i+diffContext); k++ {
			keep[k] = keep[k] || k <= i || lines[k].equal()
		}
	}
	return keep, more
}

// cells are what a line shows: of an equal pair what was expected.
func (d *Diff) cells(l diffLine) DiffRow {
	if l.w >= 0 {
		return d.Want[l.w]
	}
	return d.Got[l.g]
}

func (d *Diff) widths(lines []diffLine, keep []bool) []int {
	var out []int
	fit := func(cells []string) {
		for i, c := range cells {
			if i == len(out) {
				out = append(out, 0)
			}
			out[i] = max(out[i], utf8.RuneCountInString(c))
		}
	}
	fit(d.Head)
	for i, l := range lines {
		if keep[i] {
			fit(d.cells(l))
		}
	}
	return out
}

// diffTable is a diff being written.
type diffTable struct {
	d      *Diff
	lines  []diffLine
	width  []int
	out    strings.Builder
	caret  bool    // It has been written.
	before DiffRow // The "-" line just above.
}

func (t *diffTable) head() {
	if t.d.Head != nil {
		t.write(' ', t.text(t.d.Head))
	}
}

func (t *diffTable) row(i int) {
	l := t.lines[i]
	cells := t.d.cells(l)
	switch {
	case l.equal():
		t.write(' ', t.text(cells))
		t.before = nil
	case l.w >= 0:
		t.write('-', t.text(cells))
		t.before = cells
		if alone := i+1 == len(t.lines) || t.lines[i+1].w >= 0; alone {
			t.pointAt(0, "expected, and did not come")
			t.before = nil
		}
	default:
		t.write('+', t.text(cells))
		if t.before == nil {
			t.pointAt(0, "not expected")
		} else {
			t.pointAt(t.firstDifference(t.before, cells), "first difference")
		}
		t.before = nil
	}
}

// firstDifference is the column of the first character that differs between an
// expected row and the one that came, in a cell that is compared.
func (t *diffTable) firstDifference(want, got DiffRow) int {
	at := 0
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] && want[i] != "" && want[i] != anyTime {
			return at + commonPrefix(want[i], got[i])
		}
		at += t.width[i] + 2
	}
	return commonPrefix(t.text(want), t.text(got))
}

// pointAt writes the caret below the first difference, once.
func (t *diffTable) pointAt(column int, what string) {
	if t.caret {
		return
	}
	t.caret = true
	fmt.Fprintf(&t.out, "  %s^ %s\n", strings.Repeat(" ", column), what)
}

func (t *diffTable) elided(from int, keep []bool) {
	n, different := 0, false
	for i := from; i < len(keep) && !keep[i]; i++ {
		different = different || !t.lines[i].equal()
		n++
	}
	if !different { // What differs is counted at the end.
		fmt.Fprintf(&t.out, "  ... %d equal\n", n)
	}
}

func (t *diffTable) write(mark rune, text string) {
	t.out.WriteString(strings.TrimRight(string(mark)+" "+text, " ") + "\n")
}

// text joins cells into columns.
func (t *diffTable) text(cells []string) string {
	var b strings.Builder
	for i, c := range cells {
		b.WriteString(c)
		if i < len(cells)-1 {
			b.WriteString(strings.Repeat(" ", t.width[i]-utf8.RuneCountInString(c)+2))
		}
	}
	return b.String()
}

// commonPrefix counts the characters that two texts begin with.
func commonPrefix(a, b string) int {
	x, y := []rune(a), []rune(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n
}

// linesDiff compares two texts line by line.
func linesDiff(what, want, got string) *Diff {
	rows := func(text string) (out []DiffRow) {
		for _, l := range strings.SplitAfter(text, "\n") {
			if l != "" {
				out = append(out, DiffRow{strings.TrimSuffix(l, "\n")})
			}
		}
		return out
	}
	d := &Diff{What: what, Want: rows(want), Got: rows(got)}
	d.Same = func(w, g int) bool { return slices.Equal(d.Want[w], d.Got[g]) }
	return d
}
