package exec

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/planner/plan"
)

// streamModel is the algorithm of Kafka Streams, record by record, over plain
// lists: first is what it calls the left side, which in a RIGHT join is the
// right one.
type streamModel struct {
	typ      plan.JoinType
	within   plan.Within
	grace    int64
	st       int64
	buffers  [2][]joinRow
	observed [2]int64
	pending  []joinRow
	got      []string
}

func (m *streamModel) first() joinSide {
	if m.typ == plan.RightJoin {
		return rightSide
	}
	return leftSide
}

func (m *streamModel) outer(s joinSide) bool {
	return m.typ == plan.FullJoin || m.typ != plan.InnerJoin && s == m.first()
}

// around is how far before and after a row of the side its partners may be.
func (m *streamModel) around(s joinSide) (before, after int64) {
	if s == m.first() {
		return m.within.BeforeMillis, m.within.AfterMillis
	}
	return m.within.AfterMillis, m.within.BeforeMillis
}

func (m *streamModel) emit(time int64, key string, s joinSide, mine, theirs string) {
	if s == rightSide {
		mine, theirs = theirs, mine
	}
	m.got = append(m.got, fmt.Sprint(time, " ", key, " ", mine, " ", theirs))
}

func (m *streamModel) take(r joinRow) {
	before, after := m.around(r.side)
	m.st = max(m.st, r.time)
	if r.value == "-" {
		return
	}
	if r.key == "-" {
		if m.outer(r.side) {
			m.emit(r.time, r.key, r.side, r.value, "-")
		}
		return
	}
	if r.time == m.st {
		m.sweep()
	}
	retention := m.within.BeforeMillis + m.within.AfterMillis + m.grace
	other := 1 - r.side
	matched := false
	for _, o := range m.buffers[other] {
		if o.key != r.key || o.time < r.time-before || o.time > r.time+after || o.time < m.observed[other]-retention {
			continue
		}
		matched = true
		m.pending = slices.DeleteFunc(m.pending, func(p joinRow) bool { return p == o })
		m.emit(max(r.time, o.time), r.key, r.side, r.value, o.value)
	}
	if !matched && m.outer(r.side) {
		if !m.within.HasGrace || r.time+after < m.st {
			m.emit(r.time, r.key, r.side, r.value, "-")
		} else {
			m.pending = append(m.pending, r)
		}
	}
	m.observed[r.side] = max(m.observed[r.side], r.time)
	if r.time >= m.observed[r.side]-retention {
		b := append(m.buffers[r.side], r)
		slices.SortStableFunc(b, func(x, y joinRow) int { return cmp.Compare(x.time, y.time) })
		m.buffers[r.side] = b
	}
}

// sweep goes through what waits in the order of time, side (right first) and
// key.
func (m *streamModel) sweep() {
	slices.SortStableFunc(m.pending, func(a, b joinRow) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(b.side, a.side), strings.Compare(a.key, b.key))
	})
	var kept []joinRow
	for _, p := range m.pending {
		if _, after := m.around(p.side); p.time+after+m.grace < m.st {
			m.emit(p.time, p.key, p.side, p.value, "-")
		} else {
			kept = append(kept, p)
		}
	}
	m.pending = kept
}

// TestStreamJoinAgainstModel holds the join against the model on drawn
// histories, cut into rounds with restarts between them at random.
func TestStreamJoinAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		small := rapid.Int64Range(0, 8)
		w := plan.Within{BeforeMillis: small.Draw(rt, "before"), AfterMillis: small.Draw(rt, "after"), HasGrace: rapid.IntRange(0, 3).Draw(rt, "grace?") > 0}
		m := &streamModel{within: w, grace: legacyGrace}
		if w.HasGrace {
			w.GraceMillis = small.Draw(rt, "grace")
			m.within, m.grace = w, w.GraceMillis
		}
		m.typ = rapid.SampledFrom([]plan.JoinType{plan.InnerJoin, plan.LeftJoin, plan.RightJoin, plan.FullJoin}).Draw(rt, "type")
		rows := drawHistory(rt)
		for _, r := range rows {
			m.take(r)
		}
		got := playOnce(t, streamJoinOf(m.typ, w), false, rows, rapid.Uint64().Draw(rt, "cuts"))
		if !slices.Equal(got, m.got) {
			rt.Fatalf("%s WITHIN %+v of\n%v\ngives\n%s\nthe model\n%s", m.typ, w, rows, strings.Join(got, "\n"), strings.Join(m.got, "\n"))
		}
	})
}

// drawHistory draws rows whose times mostly grow; values are unique, so that
// every row of the output tells where it comes from.
func drawHistory(rt *rapid.T) []joinRow {
	now := int64(0)
	var rows []joinRow
	for i := range rapid.IntRange(1, 60).Draw(rt, "rows") {
		now += rapid.Int64Range(0, 3).Draw(rt, "step")
		r := joinRow{side: joinSide(rapid.IntRange(0, 1).Draw(rt, "side")), time: now, value: fmt.Sprint("v", i)}
		if rapid.IntRange(0, 4).Draw(rt, "late") == 0 {
			r.time = max(0, now-rapid.Int64Range(0, 25).Draw(rt, "lateness"))
		}
		r.key = rapid.SampledFrom([]string{"a", "a", "b", "b", "ab", "-"}).Draw(rt, "key")
		if rapid.IntRange(0, 9).Draw(rt, "null") == 0 {
			r.value = "-"
		}
		rows = append(rows, r)
	}
	return rows
}

// playOnce runs a history in rounds that the seed decides.
func playOnce(t testing.TB, node *plan.Join, wantOld bool, rows []joinRow, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 2))
	p := newJoinPlay(t, node, wantOld)
	defer p.close()
	for from := 0; from < len(rows); {
		n := 1 + r.IntN(min(20, len(rows)-from))
		p.round(rows[from:from+n], 1+r.IntN(5), r)
		from += n
		switch r.IntN(4) {
		case 0:
			p.restart()
		case 1:
			p.commit()
		}
	}
	if p.chain.err != nil {
		t.Fatal(p.chain.err)
	}
	return p.take()
}

// TestJoinsOfTablesAgainstTables draws changes of two tables and holds that the
// changes of their join follow one another, and end with the join of what the
// tables are then.
func TestJoinsOfTablesAgainstTables(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		typ := rapid.SampledFrom([]plan.JoinType{plan.InnerJoin, plan.LeftJoin, plan.RightJoin, plan.FullJoin}).Draw(rt, "type")
		node := tableJoinOf(typ)
		foreign := rapid.Bool().Draw(rt, "foreign")
		if foreign {
			if typ == plan.RightJoin || typ == plan.FullJoin {
				typ = plan.LeftJoin
			}
			node = foreignJoinOf(typ)
		}
		var rows []joinRow
		for i := range rapid.IntRange(1, 60).Draw(rt, "rows") {
			r := joinRow{side: joinSide(rapid.IntRange(0, 1).Draw(rt, "side")), time: rapid.Int64Range(0, 50).Draw(rt, "time")}
			r.key = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "key")
			if r.value = fmt.Sprint("v", i); rapid.IntRange(0, 3).Draw(rt, "null") == 0 {
				r.value = "-"
			} else if foreign && r.side == leftSide {
				r.value += "," + rapid.SampledFrom([]string{"a", "b", "c", "-"}).Draw(rt, "ref")
			}
			rows = append(rows, r)
		}
		got := map[string]string{}
		for _, line := range playOnce(t, node, true, rows, rapid.Uint64().Draw(rt, "cuts")) {
			f := strings.SplitN(line, " ", 3)
			is, was, _ := strings.Cut(f[2], " was ")
			if before, ok := got[f[1]]; ok && before != was || !ok && was != "x" {
				rt.Fatalf("%v\nthe join changes %s from %q, but it is %q", rows, f[1], was, before)
			}
			if got[f[1]] = is; is == "x" {
				if delete(got, f[1]); was == "x" {
					rt.Fatalf("%v\nthe join deletes %s, which is not there", rows, f[1])
				}
			}
		}
		if want := joinedTables(node, rows); !maps.Equal(got, want) {
			rt.Fatalf("%s of %v\nis %v, expected %v", typ, rows, got, want)
		}
	})
}

// joinedTables joins the tables that the changes make.
func joinedTables(node *plan.Join, rows []joinRow) map[string]string {
	var tables [2]map[string]string
	keys := map[string]bool{}
	for _, r := range rows {
		if tables[r.side] == nil {
			tables[r.side] = map[string]string{}
		}
		if tables[r.side][r.key] = r.value; r.value == "-" {
			delete(tables[r.side], r.key)
		}
		keys[r.key] = true
	}
	want := map[string]string{}
	for key := range keys {
		l, isLeft := tables[leftSide][key]
		partner := key
		if node.ForeignKey != nil {
			_, partner, _ = strings.Cut(l, ",")
			l = strings.Replace(l, ",", " ", 1)
		}
		r, isRight := tables[rightSide][partner]
		switch {
		case isLeft && isRight:
			want[key] = l + " " + r
		case isLeft && (node.Type == plan.LeftJoin || node.Type == plan.FullJoin):
			want[key] = l + " -"
		case isRight && node.ForeignKey == nil && (node.Type == plan.RightJoin || node.Type == plan.FullJoin):
			want[key] = "- " + r
		}
	}
	return want
}
