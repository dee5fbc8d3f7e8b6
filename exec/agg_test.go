package exec

import (
	"testing"

	"github.com/leatdb/leat/planner/plan"
)

var rowFormat = plan.Format{Name: "ROW"}

// by moves the rows of n to the tasks of new keys.
func by(n plan.Node, key []plan.Named, value ...string) *plan.Repartition {
	p := &plan.Project{Input: n, Rekey: true, Key: key, Value: pick(n, value...)}
	return &plan.Repartition{Input: p, Name: "groupby-repartition", KeyFormat: kafkaFormat, ValueFormat: rowFormat, DropNullKeys: true}
}

func TestGroupByRepartitioned(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	s := stream("in", "K STRING", "G STRING, A BIGINT")
	r := by(s, pick(s, "G"), "A")
	a := &plan.Aggregate{Input: r, Store: "agg", Calls: []plan.AggCall{call(r, "COUNT", "BIGINT"), call(r, "SUM", "BIGINT", "A")}}
	w.start(sinkTo("out", a))
	w.lines("in", 0, `
		1 a={"G":"x","A":11}
		3 a={"G":"y","A":1}
		5 a={"A":1}
		6 a=null
		7 a={"G":"x","A":2}`)
	w.quiesce()
	w.expect("out", 0, `
		1 x=1,11
		3 y=1,1
		7 x=2,13`)
}

func TestGroupByTable(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	s := table("in", "K STRING", "G STRING, A BIGINT")
	r := by(s, pick(s, "G"), "A")
	a := &plan.Aggregate{Input: r, Store: "agg", Calls: []plan.AggCall{call(r, "COUNT", "BIGINT"), call(r, "SUM", "BIGINT", "A")}}
	w.start(sinkTo("out", a))
	w.lines("in", 0, `
		1 a={"G":"x","A":11}
		2 b={"G":"x","A":1}
		3 a={"G":"y","A":12}
		4 b={"G":"x","A":2}
		5 c=null
		6 a=null
		7 b={"A":2}`)
	w.quiesce()
	w.expect("out", 0, `
		1 x=1,11
		2 x=2,12
		3 x=1,1
		3 y=1,12
		4 x=1,2
		6 y=0,0
		7 x=0,0`)
}
