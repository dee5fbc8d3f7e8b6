package crashtest

import (
	"bytes"
	"testing"
)

// TestOutline checks that the groups hold all records, the turns alternate, and
// the counts of a group do not depend on what was built before.
func TestOutline(t *testing.T) {
	w := Workload{Seed: 9, Records: 30_000, Phases: 50, Group: 77}
	groups := w.outline()
	total, phases := 0, 0
	for i, g := range groups {
		total += g.records
		if g.first && g.turn == quietTurn {
			phases++
		}
		if i > 0 && g.first == (g.turn == groups[i-1].turn) {
			t.Fatalf("group %d is the first of its turn: %v, after a group of turn %d", i, g.first, groups[i-1].turn)
		}
	}
	if total != w.Records || phases != w.Phases {
		t.Errorf("%d records in %d phases, expected %d in %d", total, phases, w.Records, w.Phases)
	}
	all := w.allEnds(groups)
	sum := int64(0)
	for t := range all[len(groups)] {
		for p := range all[len(groups)][t] {
			sum += all[len(groups)][t][p]
		}
	}
	if sum != int64(w.Records) {
		t.Errorf("%d records are built, expected %d", sum, w.Records)
	}
}

// TestGroupsAreRepeatable builds a group alone and after others.
func TestGroupsAreRepeatable(t *testing.T) {
	w := Workload{Seed: 9, Records: 3_000, Phases: 5, Group: 50}
	groups := w.outline()
	var one batches
	for i := range groups {
		var fresh batches
		a, b := one.build(w, groups, i), fresh.build(w, groups, i)
		if len(a) != len(b) {
			t.Fatalf("group %d: %d and %d writes", i, len(a), len(b))
		}
		for k := range a {
			if a[k].Topic != b[k].Topic || a[k].Partition != b[k].Partition || !bytes.Equal(a[k].Batch, b[k].Batch) {
				t.Fatalf("group %d, write %d differs", i, k)
			}
		}
	}
}

// TestDiff checks the counts by which the suite judges.
func TestDiff(t *testing.T) {
	prints := func(s string) (out []fingerprint) {
		for i := range s {
			out = append(out, fingerprint{sum: sum(0, nil, []byte{s[i]}), offset: int64(i)})
		}
		return out
	}
	for _, c := range []struct {
		want, got string
		d         difference
	}{
		{"abc", "abc", difference{}},
		{"abc", "ab", difference{lost: 1}},
		{"abc", "abcc", difference{duplicated: 1}},
		{"abc", "aabc", difference{duplicated: 1}},
		{"abc", "abx", difference{lost: 1, different: 1}},
		{"abc", "acb", difference{different: 2}},
		{"", "a", difference{different: 1}},
	} {
		if d, _ := diff(prints(c.want), prints(c.got)); d != c.d {
			t.Errorf("%q against %q: %+v, expected %+v", c.got, c.want, d, c.d)
		}
	}
}

// TestChecksCoverInput makes sure that what is produced is compared.
func TestChecksCoverInput(t *testing.T) {
	have := map[string]bool{}
	for _, c := range checks {
		have[c.topic] = c.input
	}
	for _, topic := range inputTopics {
		if !have[topic] {
			t.Errorf("the input topic %s is not compared", topic)
		}
	}
}
