package state

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// applyDelta does to a map what a delta says.
func applyDelta(t *rapid.T, m map[string]string, delta []byte) {
	for _, drops := range []bool{true, false} {
		r := readDelta(delta)
		for r.next() {
			switch {
			case r.op == opDrop && drops:
				low, high := string(r.key), string(r.val)
				maps.DeleteFunc(m, func(k, _ string) bool { return k >= low && k < high })
			case r.op == opPut && !drops:
				m[string(r.prefix)+string(r.key)] = string(r.val)
			case r.op == opDelete && !drops:
				delete(m, string(r.prefix)+string(r.key))
			}
		}
		if r.err != nil {
			t.Fatal(r.err)
		}
	}
}

func drawDelta(t *rapid.T, low *int) []byte {
	delta := header{kind: kindWindows, layout: testLayout}.append(nil)
	key := func() []byte { return []byte(testKey(rapid.IntRange(0, 9).Draw(t, "key"))) }
	for range rapid.IntRange(0, 12).Draw(t, "operations") {
		switch rapid.IntRange(0, 9).Draw(t, "operation") {
		case 0:
			// What is dropped only grows.
			*low += rapid.IntRange(0, 2).Draw(t, "drop")
			delta = appendDrop(delta, nil, fmt.Appendf(nil, "%d", *low))
		case 1, 2:
			delta = appendPrefix(delta, fmt.Appendf(nil, "%d", rapid.IntRange(0, 9).Draw(t, "prefix")))
		case 3, 4:
			delta = appendDelete(delta, key())
		default:
			delta = appendPut(delta, key(), fmt.Append(nil, rapid.IntRange(0, 1000).Draw(t, "value")))
		}
	}
	return delta
}

// TestMerge checks that the sum of deltas, taken at once or in two steps, does
// what they do one after the other.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 50 {
			low := 0
			want := map[string]string{}
			var deltas [][]byte
			for range rapid.IntRange(1, 8).Draw(t, "deltas") {
				d := drawDelta(t, &low)
				applyDelta(t, want, d)
				deltas = append(deltas, d)
			}
			first := rapid.IntRange(1, len(deltas)).Draw(t, "folded first")
			folded := append([][]byte{sum(t, deltas[:first])}, deltas[first:]...)
			for name, list := range map[string][][]byte{"at once": deltas, "in two steps": folded} {
				got := map[string]string{}
				applyDelta(t, got, sum(t, list))
				if !maps.Equal(got, want) {
					t.Fatalf("%s: %q, not %q", name, got, want)
				}
			}
		}
	})
}

func sum(t *rapid.T, deltas [][]byte) []byte {
	m, err := mergeDeltas(deltas)
	if err != nil {
		t.Fatal(err)
	}
	return m.appendDelta(nil)
}

// FuzzDelta reads what may be no delta: an error is fine, a panic is not.
func FuzzDelta(f *testing.F) {
	good := header{kind: kindTable, layout: testLayout}.append(nil)
	good = appendDrop(appendDelete(appendPut(appendPrefix(good, []byte("p")), []byte("k"), []byte("v")), []byte("d")), nil, []byte("x"))
	for n := range len(good) + 1 {
		f.Add(good[:n])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := mergeDeltas([][]byte{data, good, data})
		if err != nil {
			return
		}
		again, err := mergeDeltas([][]byte{m.appendDelta(nil)})
		if err != nil || len(again.entries) != len(m.entries) {
			t.Fatalf("the sum reads as %d entries, not %d: %v", len(again.entries), len(m.entries), err)
		}
	})
}
