package parser

import (
	"math"

	"pgregory.net/rapid"
)

// measured is a notation that knows how many terms inside each other the
// shortest derivation of each form needs.
type measured struct {
	*notation
	least map[*form]int
}

func newMeasured() *measured {
	n := &measured{notation: newNotation(), least: map[*form]int{}}
	for changed := true; changed; {
		changed = false
		for _, f := range n.terms {
			changed = n.measure(f) || changed
		}
	}
	return n
}

// measure brings the number of f and its parts up to date; math.MaxInt32 is not yet known.
func (n *measured) measure(f *form) (changed bool) {
	least := 0
	if f.kind == choiceForm {
		least = math.MaxInt32
	}
	for _, k := range f.kids {
		changed = n.measure(k) || changed
		if f.kind == choiceForm {
			least = min(least, n.least[k])
		} else {
			least = max(least, n.least[k])
		}
	}
	switch f.kind {
	case optionalForm:
		least = 0
	case termForm:
		if t, ok := n.terms[f.text]; ok {
			least = min(n.least[t]+1, math.MaxInt32)
		}
	}
	if least != n.least[f] {
		n.least[f], changed = least, true
	}
	return changed
}

// derive draws tokens of the form; depth bounds how many terms stand in each other.
func (n *measured) derive(t *rapid.T, f *form, depth int, out *[]string) {
	draw := func(max int) int { return rapid.IntRange(0, max).Draw(t, "choice") }
	switch f.kind {
	case wordForm:
		*out = append(*out, f.text)
	case termForm:
		if samples, ok := termSamples[f.text]; ok {
			*out = append(*out, samples[draw(len(samples)-1)])
			return
		}
		n.derive(t, n.terms[f.text], depth-1, out)
	case sequenceForm:
		for _, k := range f.kids {
			n.derive(t, k, depth, out)
		}
	case choiceForm:
		var fit []*form
		for _, k := range f.kids {
			if n.least[k] <= max(depth, n.least[f]) {
				fit = append(fit, k)
			}
		}
		n.derive(t, fit[draw(len(fit)-1)], depth, out)
	case optionalForm:
		if n.least[f.kids[0]] <= depth && draw(1) == 1 {
			n.derive(t, f.kids[0], depth, out)
		}
	case repeatForm, listForm:
		for i := 0; i == 0 || i < 3 && n.least[f] <= depth && draw(2) == 2; i++ {
			if i > 0 && f.kind == listForm {
				*out = append(*out, ",")
			}
			n.derive(t, f.kids[0], depth, out)
		}
	}
}

// termSamples are texts of the terms that are made of characters.
var termSamples = map[string][]string{
	"name":          {"a", "_b1", `"C"`, "`d`", "timeout", "1e"},
	"variable-name": {"x", "select"},
	"variable":      {"${v}"},
	"string":        {"'x'", "''", "'it''s'"},
	"number":        {"1", "1.5", ".5", "1e3", "5000000000"},
	"integer":       {"0", "7"},
}
