package exec

import (
	"math/rand/v2"
	"testing"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// joinBench feeds a join rounds of 4096 rows a side, times growing, and commits
// every eighth round.
type joinBench struct {
	*joinPlay
	r     *rand.Rand
	now   int64
	keys  int64
	rows  int
	sides [2]*batch
}

func newJoinBench(b *testing.B, node *plan.Join, keys int64) *joinBench {
	j := &joinBench{joinPlay: newJoinPlay(b, node, false), r: rand.New(rand.NewPCG(1, 1)), keys: keys}
	for s, n := range []plan.Node{node.Left, node.Right} {
		j.sides[s] = &batch{Batch: types.Batch{Cols: newVectors(n.Out().Schema.Columns())}}
	}
	return j
}

// fill makes the rows of a side: those with a place in the round that is even or
// odd.
func (j *joinBench) fill(s joinSide, n int) *batch {
	b := j.sides[s]
	b.N, b.Sel = n, firstRows(n)
	resetVectors(b.Cols, n)
	b.Time, b.Seq = resize(b.Time, n), resize(b.Seq, n)
	for i := range n {
		b.Cols[0].I64[i] = j.r.Int64N(j.keys)
		b.Cols[1].Str[i] = "a value of a row, 32 bytes long.."
		b.Time[i], b.Seq[i] = j.now+int64(i), uint32(2*i+int(s))
	}
	return b
}

func (j *joinBench) play(b *testing.B, right int) {
	b.ReportAllocs()
	rows := 0
	for i := 0; b.Loop(); i++ {
		l, r := j.fill(leftSide, types.BatchRows), j.fill(rightSide, right)
		rightInput{j.joinPlay.sides}.push(r)
		j.op.push(l)
		j.op.(merger).endRound()
		j.now += types.BatchRows
		if rows += types.BatchRows + right; i%8 == 7 {
			j.commit()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
	b.ReportMetric(float64(j.rows)/float64(rows), "out/row")
}

func (j *joinBench) push(b *batch) { j.rows += len(b.Sel) }

func numberKeys(j *plan.Join) *plan.Join {
	key := []types.Column{{Name: "K", Type: types.BigIntType}}
	j.Left.(*plan.Source).Schema.Key, j.Right.(*plan.Source).Schema.Key, j.Key = key, key, key
	return j
}

func BenchmarkStreamJoin(b *testing.B) {
	for _, typ := range []plan.JoinType{plan.InnerJoin, plan.FullJoin} {
		b.Run(string(typ), func(b *testing.B) {
			j := newJoinBench(b, numberKeys(streamJoinOf(typ, withGrace(10_000, 10_000, 10_000))), 100_000)
			defer j.close()
			j.into(j)
			j.play(b, types.BatchRows)
		})
	}
}

func BenchmarkLookupJoin(b *testing.B) {
	for name, right := range map[string]int{"changes": types.BatchRows, "still": 0} {
		b.Run(name, func(b *testing.B) {
			j := newJoinBench(b, numberKeys(lookupJoinOf(plan.InnerJoin)), 100_000)
			defer j.close()
			j.into(j)
			for range 50 {
				rightInput{j.joinPlay.sides}.push(j.fill(rightSide, types.BatchRows))
				j.op.(merger).endRound()
			}
			j.play(b, right)
		})
	}
}

func BenchmarkTableJoin(b *testing.B) {
	j := newJoinBench(b, numberKeys(tableJoinOf(plan.InnerJoin)), 100_000)
	defer j.close()
	j.into(j)
	j.play(b, types.BatchRows)
}
