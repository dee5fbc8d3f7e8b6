package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// joinRow is a row of a history: "L 10 k v" or "R 10 k v", side, time, key and
// value. "-" is NULL as a key and no value as a value. A key k@5-9 has the
// window from 5 to 9.
type joinRow struct {
	side       joinSide
	time       int64
	key, value string
}

func history(t testing.TB, text string) []joinRow {
	t.Helper()
	var rows []joinRow
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		time, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil || len(f) != 4 || f[0] != "L" && f[0] != "R" {
			t.Fatalf("bad row %q", line)
		}
		r := joinRow{time: time, key: f[2], value: f[3]}
		if f[0] == "R" {
			r.side = rightSide
		}
		rows = append(rows, r)
	}
	return rows
}

// joinPlay runs a join outside of a task.
type joinPlay struct {
	t       testing.TB
	next    operator // Where the join hands its rows on.
	db      *state.DB
	lsn     uint64
	node    *plan.Join
	wantOld bool
	chain   *chain
	op      operator
	sides   *sides
	got     []string
}

func newJoinPlay(t testing.TB, node *plan.Join, wantOld bool) *joinPlay {
	t.Helper()
	db, err := state.Open("", nil, state.Options{InMemory: true, FlushInterval: -1})
	if err != nil {
		t.Fatal(err)
	}
	p := &joinPlay{t: t, db: db, node: node, wantOld: wantOld}
	p.next = p
	p.open()
	return p
}

// into makes the join anew with another receiver of its rows.
func (p *joinPlay) into(next operator) {
	p.next = next
	p.restart()
}

func (p *joinPlay) close() {
	p.chain.close()
	if err := p.db.Close(); err != nil {
		p.t.Error(err)
	}
}

// open makes the join anew, with the state that was committed.
func (p *joinPlay) open() {
	p.t.Helper()
	rt := &Runtime{opts: Options{State: p.db, Functions: function.NewRegistry()}}
	tk := &task{rt: rt, query: &Query{rt: rt, plan: &plan.Query{ID: "Q"}}}
	p.chain = &chain{}
	tk.chain = p.chain
	p.chain.env = env{rt: rt, task: tk, query: tk.query.plan}
	e := &p.chain.env
	switch left, right := p.node.Left.Out().Relation, p.node.Right.Out().Relation; {
	case p.node.ForeignKey != nil:
		j, err := newForeignJoin(e, p.node, p.wantOld, p.next)
		if err != nil {
			p.t.Fatal(err)
		}
		p.op, p.sides = j, &j.sides
	case left == plan.Table:
		j := newTableJoin(e, p.node, p.wantOld, p.next)
		p.op, p.sides = j, &j.sides
	case right == plan.Table:
		j := newLookupJoin(e, p.node, p.next)
		p.op, p.sides = j, &j.sides
	default:
		j := newStreamJoin(e, p.node, p.next)
		p.op, p.sides = j, &j.sides
	}
	p.chain.add(p.op)
	if _, numbers := p.op.(*streamJoin); numbers {
		meta, err := p.db.Meta("meta")
		if err != nil {
			p.t.Fatal(err)
		}
		e.meta, e.stores = meta, append(e.stores, meta)
	}
	if err := p.op.(stateful).open(e); err != nil {
		p.t.Fatal(err)
	}
}

// commit makes everything so far durable.
func (p *joinPlay) commit() {
	p.t.Helper()
	if p.chain.err != nil {
		p.t.Fatal(p.chain.err)
	}
	p.op.(stateful).save(p.chain.env.meta)
	p.lsn++
	for _, s := range p.chain.env.stores {
		data, err := s.AppendDelta(nil)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(data) > 0 {
			p.db.Committed(p.lsn, s.Name(), data)
		}
	}
}

func (p *joinPlay) restart() {
	p.t.Helper()
	p.commit()
	p.chain.close()
	p.open()
}

// round processes rows as one round, the left ones in pieces of the given size.
func (p *joinPlay) round(rows []joinRow, piece int, r *rand.Rand) {
	var left, right []int
	for i, row := range rows {
		if row.side == leftSide {
			left = append(left, i)
		} else {
			right = append(right, i)
		}
	}
	if len(right) > 0 {
		rightInput{p.sides}.push(p.batch(rows, right, p.node.Right, r))
	}
	for len(left) > 0 {
		n := min(piece, len(left))
		p.op.push(p.batch(rows, left[:n], p.node.Left, r))
		left = left[n:]
	}
	p.op.(merger).endRound()
	if r.IntN(4) == 0 {
		p.op.release()
	}
}

// batch makes a batch of the rows at, with rows between them that are not
// selected.
func (p *joinPlay) batch(rows []joinRow, at []int, n plan.Node, r *rand.Rand) *batch {
	var sel []uint32
	count := 0
	for range at {
		count += r.IntN(3) / 2
		sel = append(sel, uint32(count))
		count++
	}
	b := &batch{Batch: types.Batch{N: count, Sel: sel, Cols: newVectors(n.Out().Schema.Columns()), Time: make([]int64, count)}, Seq: make([]uint32, count)}
	resetVectors(b.Cols, count)
	if n.Out().Window != nil {
		b.WindowStart, b.WindowEnd = make([]int64, count), make([]int64, count)
	}
	for k, i := range at {
		row, to := rows[i], int(sel[k])
		b.Time[to], b.Seq[to] = row.time, uint32(i)
		key, bounds, windowed := strings.Cut(row.key, "@")
		if windowed {
			if _, err := fmt.Sscanf(bounds, "%d-%d", &b.WindowStart[to], &b.WindowEnd[to]); err != nil {
				p.t.Fatal(err)
			}
		}
		p.parse(b.Cols[0], to, key)
		if row.value == "-" {
			b.NoValue = b.NoValue.Grow(count)
			b.NoValue.Set(to)
			for _, c := range b.Cols[1:] {
				c.SetNull(to)
			}
			continue
		}
		for c, text := range strings.Split(row.value, ",") {
			p.parse(b.Cols[1+c], to, text)
		}
	}
	return b
}

func (p *joinPlay) parse(v *types.Vector, row int, text string) {
	p.t.Helper()
	if text == "-" || text == "" {
		v.SetNull(row)
	} else if err := types.ParseText(text, v, row); err != nil {
		p.t.Fatal(err)
	}
}

// push is where the join hands its rows on: they become lines "time key values",
// NULL as "-" and a tombstone as "x", then the old side if it is known.
func (p *joinPlay) push(b *batch) {
	for k, r := range b.Sel {
		if k > 0 && b.Seq[r] < b.Seq[b.Sel[k-1]] {
			p.t.Fatalf("rows are not in order: %v", b.Seq)
		}
		line := fmt.Sprint(b.Time[r], " ", show(b.Cols[0], r))
		if b.WindowStart != nil {
			line += fmt.Sprintf("@%d-%d", b.WindowStart[r], b.WindowEnd[r])
		}
		line += side2text(b.Cols[1:], b.NoValue, r)
		if b.Old != nil {
			line += " was" + side2text(b.Old, b.NoOld, r)
		}
		p.got = append(p.got, line)
	}
}

func (p *joinPlay) release() {}

func side2text(cols []*types.Vector, none types.Bitmap, r uint32) string {
	text := " x"
	if !none.Get(int(r)) {
		text = ""
	}
	for _, v := range cols {
		if none.Get(int(r)) {
			if !v.IsNull(int(r)) {
				return " a deleted row has values"
			}
			continue
		}
		text += " " + show(v, r)
	}
	return text
}

func show(v *types.Vector, r uint32) string {
	if v.IsNull(int(r)) {
		return "-"
	}
	return fmt.Sprint(v.Any(int(r)))
}

func (p *joinPlay) take() []string {
	got := p.got
	p.got = nil
	return got
}

// playJoin runs a history in several ways that must not make a difference: row
// by row, in one round, in drawn rounds with restarts and released memory
// between them. It returns the output.
func playJoin(t testing.TB, node *plan.Join, wantOld bool, rows []joinRow) []string {
	t.Helper()
	var first []string
	for way := range 6 {
		r := rand.New(rand.NewPCG(uint64(way), 1))
		p := newJoinPlay(t, node, wantOld)
		for from := 0; from < len(rows); {
			n := 1
			switch {
			case way == 1:
				n = len(rows)
			case way > 1:
				n = 1 + r.IntN(len(rows)-from)
			}
			p.round(rows[from:from+n], 1+r.IntN(3), r)
			from += n
			if way > 2 && r.IntN(2) == 0 {
				p.restart()
			} else if r.IntN(2) == 0 {
				p.commit()
			}
		}
		if p.chain.err != nil {
			t.Fatal(p.chain.err)
		}
		got := p.take()
		p.close()
		if way == 0 {
			first = got
		} else if !slices.Equal(got, first) {
			t.Fatalf("way %d gives\n%s\nrow by row it was\n%s", way, strings.Join(got, "\n"), strings.Join(first, "\n"))
		}
	}
	return first
}

// expectJoin compares the output of a history.
func expectJoin(t testing.TB, node *plan.Join, wantOld bool, rows, want string) {
	t.Helper()
	got := playJoin(t, node, wantOld, history(t, rows))
	var lines []string
	for _, line := range strings.Split(want, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if !slices.Equal(got, lines) {
		t.Errorf("the join gives\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

// joinInput is a source with a STRING key and a STRING value per side.
func joinInput(name string, r plan.Relation, value ...types.Column) *plan.Source {
	s := &plan.Source{Name: name, Topic: name, KeyFormat: plan.Format{Name: "KAFKA"}, ValueFormat: plan.Format{Name: "JSON"}}
	s.Schema.Relation = r
	s.Schema.Key = []types.Column{{Name: "K", Type: types.StringType}}
	s.Schema.Value = value
	if value == nil {
		s.Schema.Value = []types.Column{{Name: name, Type: types.StringType}}
	}
	return s
}

func joinOf(typ plan.JoinType, left, right *plan.Source) *plan.Join {
	return &plan.Join{Left: left, Right: right, Type: typ, Key: left.Schema.Key, Store: "Join"}
}

func foreignJoinOf(typ plan.JoinType) *plan.Join {
	left := joinInput("L", plan.Table, types.Column{Name: "L", Type: types.StringType}, types.Column{Name: "REF", Type: types.StringType})
	j := joinOf(typ, left, joinInput("R", plan.Table))
	j.ForeignKey = expr.Column(2, types.StringType)
	return j
}
