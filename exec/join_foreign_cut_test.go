package exec

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
)

// The topics of a foreign-key join in two stages, with their partitions.
var cutTopics = map[string]int{"left": 2, "right": 3, "out": 2}

func cutQuery(typ plan.JoinType) *plan.Query {
	left := relation("left", plan.Table, "K STRING", "A BIGINT, REF STRING")
	right := relation("right", plan.Table, "K STRING", "B BIGINT")
	j := &plan.Join{Left: left, Right: right, Type: typ, Key: cols("K STRING"), Store: "join", ForeignKey: col(left, "REF")}
	return sinkTo("out", j)
}

func newCutWorld(t *testing.T, fs *vfs.Mem) *world {
	w := &world{t: t, fs: fs, o: Options{CommitInterval: 1}}
	w.open()
	t.Cleanup(w.close)
	for topic, n := range cutTopics {
		w.topic(topic, n)
	}
	return w
}

// put appends a record to the partition of its key.
func (w *world) put(topic string, r rec) {
	w.t.Helper()
	w.produce(topic, log.MurmurPartition([]byte(r.key), int32(cutTopics[topic])), r)
}

// all returns the records of a key, in order.
func (w *world) all(topic, key string) (lines []string) {
	for p := range cutTopics[topic] {
		for _, r := range w.read(topic, int32(p)) {
			if r.key == key {
				lines = append(lines, r.String())
			}
		}
	}
	return lines
}

// TestForeignJoinCutInOrder holds that the two stages give what one gives, per
// key, when each change is processed before the next one.
func TestForeignJoinCutInOrder(t *testing.T) {
	for typ, oneStage := range map[plan.JoinType]string{plan.InnerJoin: `
		10 a l1 x 1; 15 a l1 x 2; 16 c l3 x 2; 17 a; 17 c; 19 a; 20 c; 21 b l2 y 3; 21 c l4 y 3; 21 c; 24 d l7 y 3; 25 b; 26 d l9 y 3;
		26 d l9 y 4; 27 b; 29 d`, plan.LeftJoin: `
		10 a l1 x 1; 13 b l2 y -; 15 a l1 x 2; 16 c l3 x 2; 17 a l1 x -; 17 c l3 x -; 19 a; 20 c l4 y -; 21 b l2 y 3; 21 c l4 y 3;
		12 c l5 - -; 23 d l6 - -; 24 d l7 y 3; 25 b l8 x -; 26 d l9 y 3; 26 d l9 y 4; 27 b; 29 d`} {
		want := map[string][]string{}
		for _, row := range strings.Split(oneStage, ";") {
			f := strings.Fields(row)
			value := "null"
			if len(f) > 2 {
				value = strings.ReplaceAll(strings.TrimPrefix(f[2], "l")+","+f[3]+","+f[4], "-", "")
			}
			want[f[1]] = append(want[f[1]], fmt.Sprintf("%s %s=%s", f[0], f[1], value))
		}
		w := newCutWorld(t, vfs.NewMem())
		q := w.start(cutQuery(typ))
		if len(q.stages) != 2 {
			t.Fatalf("the query has %d stages", len(q.stages))
		}
		for _, row := range history(t, foreignHistory) {
			r, topic := rec{row.time, row.key, "null"}, "right"
			if row.side == rightSide && row.value != "-" {
				r.value = fmt.Sprintf(`{"B":%s}`, row.value[1:])
			}
			if row.side == leftSide {
				topic = "left"
				if value, ref, ok := strings.Cut(row.value, ","); ok {
					r.value = fmt.Sprintf(`{"A":%s,"REF":"%s"}`, value[1:], ref)
					r.value = strings.Replace(r.value, `"-"`, "null", 1)
				}
			}
			w.put(topic, r)
			w.quiesce()
		}
		for _, key := range []string{"a", "b", "c", "d", "e"} {
			if got := w.all("out", key); !slices.Equal(got, want[key]) {
				t.Errorf("%s: key %s has %v, expected %v", typ, key, got, want[key])
			}
		}
		if err := q.Stop(ctx, true); err != nil {
			t.Fatal(err)
		}
		if topics := w.l.Topics(); len(topics) != len(cutTopics) {
			t.Errorf("dropped, the query leaves topics behind: %v", topics)
		}
		w.close()
	}
}

// TestForeignJoinCutDroppedAnswer: the answer that the right row is gone comes
// too late for the left row, which has changed, and must come again.
func TestForeignJoinCutDroppedAnswer(t *testing.T) {
	w := newCutWorld(t, vfs.NewMem())
	p := cutQuery(plan.InnerJoin)
	w.start(p)
	w.put("right", rec{1, "x", `{"B":1}`})
	w.put("left", rec{2, "a", `{"A":1,"REF":"x"}`})
	w.quiesce()
	const answers = "_confluent-ksql-default_query_Q_out-join-foreign-answers"
	partition := log.MurmurPartition([]byte("a"), 2)
	end, err := w.l.EndOffset(answers, partition)
	if err != nil {
		t.Fatal(err)
	}
	w.rt.InputLimit(p.ID, answers, partition, end)
	w.put("right", rec{3, "x", "null"})
	w.quiesce()
	w.put("left", rec{4, "a", `{"A":2,"REF":"x"}`})
	w.quiesce()
	w.rt.InputLimit(p.ID, answers, partition, -1)
	w.quiesce()
	if got, want := w.all("out", "a"), []string{"2 a=1,x,1", "4 a=null"}; !slices.Equal(got, want) {
		t.Errorf("got %v, expected %v", got, want)
	}
}

// TestForeignJoinCutRaces lets every input of both stages advance bit by bit in
// a drawn order, so that requests and answers overtake each other, and cuts the
// power now and then. In the end the result is that of the tables.
func TestForeignJoinCutRaces(t *testing.T) {
	for seed := range uint64(16) {
		rng := random(seed)
		typ := []plan.JoinType{plan.InnerJoin, plan.LeftJoin}[seed%2]
		w := newCutWorld(t, vfs.NewCrashMem())
		want := w.cutHistory(rng, typ)
		crashes := w.trickle(rng, cutQuery(typ))
		got := map[string]string{}
		for p := range cutTopics["out"] {
			for _, r := range w.read("out", int32(p)) {
				got[r.key] = r.value
			}
		}
		maps.DeleteFunc(got, func(_, value string) bool { return value == "null" })
		if !maps.Equal(got, want) {
			t.Errorf("seed %d, %s, %d crashes: the result is\n%v\nexpected\n%v", seed, typ, crashes, got, want)
		}
		w.close()
	}
}

// cutHistory writes drawn changes of few keys and returns the join of the tables
// they make.
func (w *world) cutHistory(rng *rand.Rand, typ plan.JoinType) map[string]string {
	type row struct {
		a   int
		ref string
	}
	left, right := map[string]row{}, map[string]int{}
	for i := range 60 {
		if rng.IntN(3) == 0 {
			key := string(rune('x' + rng.IntN(3)))
			r := rec{int64(i), key, fmt.Sprintf(`{"B":%d}`, i)}
			if right[key] = i; rng.IntN(3) == 0 {
				r.value = "null"
				delete(right, key)
			}
			w.put("right", r)
			continue
		}
		key := string(rune('a' + rng.IntN(4)))
		to := row{i, []string{"x", "y", "z", ""}[rng.IntN(4)]}
		r := rec{int64(i), key, fmt.Sprintf(`{"A":%d,"REF":"%s"}`, i, to.ref)}
		r.value = strings.Replace(r.value, `""`, "null", 1)
		if left[key] = to; rng.IntN(5) == 0 {
			r.value = "null"
			delete(left, key)
		}
		w.put("left", r)
	}
	want := map[string]string{}
	for key, l := range left {
		if b, ok := right[l.ref]; ok {
			want[key] = fmt.Sprintf("%d,%s,%d", l.a, l.ref, b)
		} else if typ == plan.LeftJoin {
			want[key] = fmt.Sprintf("%d,%s,", l.a, l.ref)
		}
	}
	return want
}

// trickle runs the query to its end and returns how often power was lost.
func (w *world) trickle(rng *rand.Rand, p *plan.Query) (crashes int) {
	w.t.Helper()
	type place struct {
		topic     string
		partition int32
	}
	released := map[place]int64{}
	for {
		for at, end := range released {
			w.rt.InputLimit(p.ID, at.topic, at.partition, end)
		}
		q := w.prepareHeld(p, func(topic string, partition int32) {
			at := place{topic, partition}
			w.rt.InputLimit(p.ID, topic, partition, released[at])
		})
		for range 1 + rng.IntN(60) {
			var behind []place
			q.eachTask(func(t *task) {
				for _, in := range t.inputs {
					at := place{in.topic, in.partition}
					if end, err := w.l.EndOffset(at.topic, at.partition); err != nil {
						w.t.Fatal(err)
					} else if released[at] < end {
						behind = append(behind, at)
					}
				}
			})
			if len(behind) == 0 {
				w.quiesce()
				return crashes
			}
			at := behind[rng.IntN(len(behind))]
			released[at] += 1 + rng.Int64N(2)
			w.rt.InputLimit(p.ID, at.topic, at.partition, released[at])
			if rng.IntN(4) > 0 {
				w.quiesce()
			}
		}
		crashes++
		cut := w.fs.Crash(rng)
		w.close()
		w.fs = cut
		w.open()
	}
}

// prepareHeld starts a query whose inputs were all held back before.
func (w *world) prepareHeld(p *plan.Query, hold func(topic string, partition int32)) *Query {
	w.t.Helper()
	group := "_confluent-ksql-default_query_" + p.ID
	for topic, n := range map[string]int{"left": 2, "right": 3, group + "-join-foreign-requests": 3, group + "-join-foreign-answers": 2} {
		for part := range n {
			hold(topic, int32(part))
		}
	}
	return w.start(p)
}
