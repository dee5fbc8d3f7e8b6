package state

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestGroups compares groups with a map, and what arrives of a part with what
// was sent, over several batches in the same memory.
func TestGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layout := Layout{Words: rapid.IntRange(1, 3).Draw(t, "words"), Blobs: rapid.IntRange(0, 2).Draw(t, "blobs")}
		g, arrived := NewGroups(layout), NewGroups(layout)
		for range 5 {
			g.Reset()
			arrived.Reset()
			n := rapid.IntRange(0, 200).Draw(t, "rows")
			var keys Keys
			var ints []int64
			for range n {
				k := rapid.IntRange(0, 60).Draw(t, "key")
				text := fmt.Append(nil, "key ", k)
				keys.Pos, keys.Len = append(keys.Pos, uint32(len(keys.Data))), append(keys.Len, int32(len(text)))
				keys.Data = append(keys.Data, text...)
				ints = append(ints, int64(k))
			}
			groups := make([]uint32, n)
			if rapid.Bool().Draw(t, "integers") {
				g.GroupInts(ints, groups)
			} else {
				g.Group(&keys, groups)
			}
			checkGroups(t, g, ints, groups)
			for k, group := range groups {
				g.Words()[int(group)*layout.Words+layout.Words-1] -= uint64(k)
				for b := range layout.Blobs {
					g.SetBlob(group, b, append(g.Blob(group, b), byte(k)))
				}
			}
			for group := range uint32(g.Len()) {
				if err := arrived.Load(g.AppendPart(nil, group, 1), 1); err != nil {
					t.Fatal(err)
				}
				for i := 1; i < layout.Words; i++ {
					if a, b := g.Words()[int(group)*layout.Words+i], arrived.Words()[int(group)*layout.Words+i]; a != b {
						t.Fatalf("word %d of group %d was %d and arrived as %d", i, group, a, b)
					}
				}
				for b := range layout.Blobs {
					if string(g.Blob(group, b)) != string(arrived.Blob(group, b)) {
						t.Fatalf("blob %d of group %d was %q and arrived as %q", b, group, g.Blob(group, b), arrived.Blob(group, b))
					}
				}
			}
		}
	})
}

// checkGroups checks that groups are numbered by their first keys, and new.
func checkGroups(t *rapid.T, g *Groups, keys []int64, groups []uint32) {
	first := map[int64]uint32{}
	for k, key := range keys {
		want, ok := first[key]
		if !ok {
			want = uint32(len(first))
			first[key] = want
			if g.Keys()[want] != uint32(k) {
				t.Fatalf("group %d has the key of row %d, expected %d", want, g.Keys()[want], k)
			}
		}
		if groups[k] != want {
			t.Fatalf("row %d is in group %d, expected %d", k, groups[k], want)
		}
	}
	if g.Len() != len(first) {
		t.Fatalf("%d groups of %d keys", g.Len(), len(first))
	}
	for _, w := range g.Words() {
		if w != 0 {
			t.Fatal("a new group has words that are not zero")
		}
	}
	for group := range uint32(g.Len()) {
		for b := range g.layout.Blobs {
			if len(g.Blob(group, b)) > 0 {
				t.Fatal("a new group has a blob")
			}
		}
	}
}

// A part that was cut, or has something behind it, is refused.
func TestGroupsRefuseDamage(t *testing.T) {
	g := NewGroups(Layout{Words: 3, Blobs: 2})
	g.Each(make([]uint32, 1))
	g.Words()[1] = 1 << 40
	g.SetBlob(0, 0, []byte("blob"))
	part := g.AppendPart(nil, 0, 1)
	for n := range part {
		if err := g.Load(part[:n], 1); !errors.Is(err, ErrLayout) {
			t.Errorf("%d of %d bytes: %v", n, len(part), err)
		}
	}
	if err := g.Load(append(part, 0), 1); !errors.Is(err, ErrLayout) {
		t.Errorf("a byte too many: %v", err)
	}
}
