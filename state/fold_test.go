package state

import (
	"fmt"
	"testing"
)

// foldDeltas makes commits of n keys each; with step 0 always the same ones.
func foldDeltas(commits, n, step int) [][]byte {
	var deltas [][]byte
	for c := range commits {
		d := header{kind: kindTable, layout: testLayout}.append(nil)
		for k := range n {
			d = appendPut(d, fmt.Appendf(nil, "key-%06d", c*step+k), []byte("0123456789"))
		}
		deltas = append(deltas, d)
	}
	return deltas
}

// Only deltas that repeat their keys are worth a fold.
func TestRepetitive(t *testing.T) {
	for _, c := range []struct {
		step int
		want bool
	}{{0, true}, {100, true}, {500, true}, {950, false}, {1000, false}} {
		if got := repetitive(foldDeltas(10, 1000, c.step)); got != c.want {
			t.Errorf("1000 keys a commit, %d of them new: %v, expected %v", c.step, got, c.want)
		}
	}
}

// The memory of a sum is measured before it is written.
func TestSumIsWrittenAtOnce(t *testing.T) {
	m, err := mergeDeltas(foldDeltas(10, 1000, 500))
	if err != nil {
		t.Fatal(err)
	}
	want := m.deltaLen()
	if sum := m.appendDelta(nil); len(sum) > want || len(sum) < want-128 {
		t.Errorf("%d bytes were measured as %d", len(sum), want)
	}
}
