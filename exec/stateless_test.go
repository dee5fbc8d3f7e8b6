package exec

import (
	"testing"

	"github.com/leatdb/leat/planner/plan"
)

func TestFilterProject(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 2)
	w.topic("out", 2)
	s := stream("in", "K STRING", "A BIGINT, B STRING")
	f := &plan.Filter{Input: s, Predicate: compare(">", col(s, "A"), number(10))}
	p := &plan.Project{Input: f, Key: pick(f, "K"), Value: append(pick(f, "B"), named("A2", arith("*", col(f, "A"), number(2))))}
	w.start(sinkTo("out", p))
	w.lines("in", 0, `
		1 a={"A":11,"B":"x"}
		2 a={"A":9,"B":"y"}
		3 a={"A":12}
		4 a=null
		5 null={"A":13,"B":"z"}
		6 a={"A":14,"B":`)
	w.quiesce()
	w.expect("out", 0, `
		1 a=x,22
		3 a=,24
		5 null=z,26`)
}
