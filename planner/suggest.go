package planner

import (
	"fmt"
	"strings"
)

// nearest returns the candidate that is most like name, or "" when none is
// near: one edit is, or one for every three characters, ignoring case.
func nearest(name string, candidates []string) string {
	best, distance := "", min(1+max(1, len(name)/3), len(name))
	for _, c := range candidates {
		if d := editDistance(strings.ToUpper(name), strings.ToUpper(c), distance); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of
// neighbours; it gives up at limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	next := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := row[j]
			if a[i] != b[j] {
				cost = 1 + min(row[j], row[j+1], next[j])
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				cost = min(cost, 1+before[j-1])
			}
			next[j+1] = cost
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

// didYouMean is a hint with the nearest name, or else the fallback.
func didYouMean(name string, candidates []string, fallback string) string {
	if n := nearest(name, candidates); n != "" {
		return fmt.Sprintf("did you mean %s?", quote(n))
	}
	return fallback
}

// list prints names with commas and a word before the last: A, B or C.
func list(names []string, word string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + word + " " + names[len(names)-1]
}
