package parser

import "slices"

// near reports whether word, in any case, looks like a slip of the keyword key.
func near(word, key string) bool {
	w := upper(word)
	if len(w) < 3 || w == key || abs(len(w)-len(key)) > 3 {
		return false
	}
	return distance(w, key) <= slips(len(key)) || sameLetters(w, key)
}

// sameLetters reports whether a and b differ only in the order of their letters.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// isPlural reports whether one of word, in any case, and key is the other and
// an S: the only slip to suspect in a word that is a keyword itself.
func isPlural(word, key string) bool {
	w := upper(word)
	return w+"S" == key || w == key+"S"
}

// slips is how many typing errors a word of length n may hold.
func slips(n int) int {
	switch {
	case n <= 4:
		return 1
	case n <= 8:
		return 2
	}
	return 3
}

// nearest is the key that word most looks like, or "".
func nearest(word string, keys []string) string {
	best, bestDistance := "", 0
	for _, key := range keys {
		if !near(word, key) {
			continue
		}
		if d := distance(upper(word), key); best == "" || d < bestDistance {
			best, bestDistance = key, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to turn a into b (optimal string alignment).
func distance(a, b string) int {
	prev, row := make([]int, len(b)+1), make([]int, len(b)+1)
	var before []int
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, prev, row = prev, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

func abs(n int) int { return max(n, -n) }
