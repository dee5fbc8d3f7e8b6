package exec

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

var ctx = context.Background()

// world is a log, a state and a runtime in memory.
type world struct {
	t  testing.TB
	fs *vfs.Mem
	l  *log.Log
	s  *state.DB
	rt *Runtime
	o  Options
}

type journal struct{ *log.Log }

func (j journal) ReplayDeltas(after uint64, fn func(uint64, string, []byte) error) error {
	return j.Log.ReplayDeltas(log.LSN(after+1), func(lsn log.LSN, store string, data []byte) error {
		return fn(uint64(lsn), store, bytes.Clone(data))
	})
}

func (j journal) ReleaseDeltas(upTo uint64) error {
	j.Log.ReleaseDeltas(log.LSN(upTo))
	return nil
}

func newWorld(t testing.TB, o Options) *world {
	w := &world{t: t, fs: vfs.NewMem(), o: o}
	w.open()
	t.Cleanup(w.close)
	return w
}

// open opens log, state and runtime. The state is in memory, so after the first
// time all of it comes from the log.
func (w *world) open() {
	w.t.Helper()
	var err error
	if w.l, err = log.Open("db", log.Options{FS: w.fs}); err != nil {
		w.t.Fatal(err)
	}
	if w.s, err = state.Open("", journal{w.l}, state.Options{InMemory: true, FlushInterval: -1}); err != nil {
		w.t.Fatal(err)
	}
	o := w.o
	o.Log, o.State, o.Functions = w.l, w.s, function.NewRegistry()
	if w.rt, err = New(o); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) close() {
	if w.rt == nil {
		return
	}
	if err := w.rt.Close(ctx); err != nil {
		w.t.Error(err)
	}
	if err := w.s.Close(); err != nil {
		w.t.Error(err)
	}
	if err := w.l.Close(); err != nil {
		w.t.Error(err)
	}
	w.rt = nil
}

// topic makes a topic.
func (w *world) topic(name string, partitions int) {
	w.t.Helper()
	if err := w.l.CreateTopic(ctx, name, log.TopicConfig{Partitions: partitions}); err != nil {
		w.t.Fatal(err)
	}
}

// rec is a record as text. Empty key or value "null" is null.
type rec struct {
	time       int64
	key, value string
}

func (r rec) String() string { return fmt.Sprintf("%d %s=%s", r.time, r.key, r.value) }

func nullable(s string) []byte {
	if s == "null" {
		return nil
	}
	return []byte(s)
}

func textOf(b []byte) string {
	if b == nil {
		return "null"
	}
	return string(b)
}

// produce appends the records to a partition.
func (w *world) produce(topic string, partition int32, recs ...rec) {
	w.t.Helper()
	var b log.BatchBuilder
	for _, r := range recs {
		b.Append(nullable(r.key), nullable(r.value), nil, r.time)
	}
	if _, err := w.l.Produce(ctx, []log.Write{{Topic: topic, Partition: partition, Batch: b.Bytes()}}); err != nil {
		w.t.Fatal(err)
	}
}

// lines appends records given one per line as "time key=value".
func (w *world) lines(topic string, partition int32, text string) {
	w.t.Helper()
	var recs []rec
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var r rec
		at, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
		key, value, ok2 := strings.Cut(rest, "=")
		if _, err := fmt.Sscan(at, &r.time); err != nil || !ok || !ok2 {
			w.t.Fatalf("bad record %q", line)
		}
		r.key, r.value = key, value
		recs = append(recs, r)
	}
	w.produce(topic, partition, recs...)
}

// read returns all records of a partition.
func (w *world) read(topic string, partition int32) []rec {
	w.t.Helper()
	var c log.Chunk
	defer c.Release()
	var r log.Records
	offset, err := w.l.StartOffset(topic, partition)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []rec
	for {
		if err := w.l.Read(topic, partition, offset, 1<<20, &c); err != nil {
			w.t.Fatal(err)
		}
		if c.Empty() {
			return all
		}
		for offset < c.Next {
			if offset, err = c.Decode(&r, offset, 1000); err != nil {
				w.t.Fatal(err)
			}
			for i := range r.N {
				all = append(all, rec{r.Time[i], textOf(r.Key(i)), textOf(r.Value(i))})
			}
		}
	}
}

// expect compares a partition with records given as in lines.
func (w *world) expect(topic string, partition int32, text string) {
	w.t.Helper()
	var got []string
	for _, r := range w.read(topic, partition) {
		got = append(got, r.String())
	}
	var want []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			want = append(want, line)
		}
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		w.t.Errorf("%s-%d holds\n%s\nexpected\n%s", topic, partition, a, b)
	}
}

// start starts a query and quiesce waits for it.
func (w *world) start(q *plan.Query) *Query {
	w.t.Helper()
	started, err := w.rt.Start(q, StartOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	return started
}

func (w *world) quiesce(ids ...string) {
	w.t.Helper()
	c, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := w.rt.Quiesce(c, ids...); err != nil {
		w.t.Fatal(err)
	}
}

// Plans are built by hand: the planner is tested elsewhere.

func cols(text string) []types.Column {
	var out []types.Column
	for _, part := range strings.Split(text, ", ") {
		name, typ, _ := strings.Cut(part, " ")
		if name != "" {
			out = append(out, types.Column{Name: name, Type: types.MustType(typ)})
		}
	}
	return out
}

var (
	jsonFormat  = plan.Format{Name: "JSON"}
	csvFormat   = plan.Format{Name: "DELIMITED"}
	kafkaFormat = plan.Format{Name: "KAFKA"}
)

// relation reads JSON values with KAFKA keys.
func relation(topic string, r plan.Relation, key, value string) *plan.Source {
	s := &plan.Source{Name: topic, Topic: topic, KeyFormat: kafkaFormat, ValueFormat: jsonFormat}
	s.Schema.Key, s.Schema.Value, s.Schema.Relation = cols(key), cols(value), r
	return s
}

func stream(topic, key, value string) *plan.Source { return relation(topic, plan.Stream, key, value) }

func table(topic, key, value string) *plan.Source {
	s := relation(topic, plan.Table, key, value)
	s.Store = topic
	return s
}

func sinkTo(topic string, in plan.Node) *plan.Query {
	s := &plan.Sink{Input: in, Name: topic, Topic: topic, KeyFormat: kafkaFormat, ValueFormat: csvFormat}
	return &plan.Query{ID: "Q_" + topic, Root: s, FromEarliest: true, Limit: -1}
}

// col is a reference to a column of n.
func col(n plan.Node, name string) *expr.Expr {
	s := n.Out()
	i := s.Find(name)
	if i < 0 {
		panic("no column " + name + " in " + s.String())
	}
	return expr.Column(i, s.Columns()[i].Type)
}

func named(name string, x *expr.Expr) plan.Named { return plan.Named{Name: name, Expr: x} }

func pick(n plan.Node, names ...string) []plan.Named {
	var out []plan.Named
	for _, name := range names {
		out = append(out, named(name, col(n, name)))
	}
	return out
}

func compare(op string, a, b *expr.Expr) *expr.Expr {
	return &expr.Expr{Op: expr.OpCompare, Name: op, Type: types.BooleanType, Args: []*expr.Expr{a, b}}
}

func arith(op string, a, b *expr.Expr) *expr.Expr {
	return &expr.Expr{Op: expr.OpArith, Name: op, Type: a.Type, Args: []*expr.Expr{a, b}}
}

func number(n int) *expr.Expr { return expr.Const(fmt.Sprint(n), types.BigIntType) }

func call(n plan.Node, name, result string, args ...string) plan.AggCall {
	c := plan.AggCall{Name: name, Column: types.Column{Name: name + strings.Join(args, ""), Type: types.MustType(result)}}
	for _, a := range args {
		c.Args = append(c.Args, col(n, a))
	}
	return c
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }
