package sqltest

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDiffElides(t *testing.T) {
	var want, got strings.Builder
	for i := range 40 {
		fmt.Fprintf(&want, "row %d\n", i)
		if i != 20 {
			fmt.Fprintf(&got, "row %d\n", i)
		}
	}
	text := linesDiff("x", want.String(), got.String()).Text()
	const expected = `  ... 18 equal
  row 18
  row 19
- row 20
  ^ expected, and did not come
  row 21
  row 22
  ... 17 equal
`
	if text != expected {
		t.Errorf("got:\n%s", text)
	}
}

func TestDiffBoundsWhatDiffers(t *testing.T) {
	text := linesDiff("x", strings.Repeat("a\n", 50), strings.Repeat("b\n", 50)).Text()
	if !strings.HasSuffix(text, "... and 80 more rows that differ\n") || strings.Count(text, "\n") != 22 {
		t.Errorf("got:\n%s", text)
	}
}

// TestDiffAlignment draws two lists: the diff holds every row of both in order,
// pairs only rows that are the same, and pairs no fewer than stand at the same
// place.
func TestDiffAlignment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 12)
		want, got := list.Draw(t, "want"), list.Draw(t, "got")
		lines := func(s []string) string { return strings.Join(append(s, ""), "\n") }
		d := linesDiff("x", lines(want), lines(got))
		w, g, pairs := 0, 0, 0
		for _, l := range d.align() {
			if l.equal() && want[l.w] != got[l.g] {
				t.Fatalf("paired %q with %q", want[l.w], got[l.g])
			}
			if l.equal() {
				pairs++
			}
			if l.w >= 0 {
				if l.w != w {
					t.Fatalf("expected row %d stands where %d should", l.w, w)
				}
				w++
			}
			if l.g >= 0 {
				if l.g != g {
					t.Fatalf("row %d stands where %d should", l.g, g)
				}
				g++
			}
		}
		if w != len(want) || g != len(got) {
			t.Fatalf("%d of %d and %d of %d rows", w, len(want), g, len(got))
		}
		same := 0
		for i := range min(len(want), len(got)) {
			if want[i] == got[i] {
				same++
			}
		}
		if pairs < same {
			t.Fatalf("paired %d rows, and %d stand at the same place", pairs, same)
		}
	})
}
