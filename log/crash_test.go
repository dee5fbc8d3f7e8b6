package log

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

// crashRun drives a log through random steps on a crashable file system.
type crashRun struct {
	t     *testing.T
	rng   *rand.Rand
	fs    *vfs.Mem
	opts  Options
	log   *Log
	model model
	live  *state // after all steps begun
	stays bool   // no step reopens the log
	ids   [modelProducers]ProducerID
}

func newCrashRun(t *testing.T, seed uint64, opts Options) *crashRun {
	r := &crashRun{t: t, rng: rand.New(rand.NewPCG(seed, 1)), fs: vfs.NewCrashMem(), live: newState()}
	opts.FS = r.fs
	start := time.Now()
	opts.Now = func() time.Time { return time.UnixMilli(1_000_000 + time.Since(start).Milliseconds()) }
	r.opts = opts
	for i := range r.ids {
		r.ids[i] = NoProducer
	}
	return r
}

func (r *crashRun) open() {
	r.t.Helper()
	var err error
	if r.log, err = Open("db", r.opts); err != nil {
		r.t.Fatalf("open: %v", err)
	}
}

func (r *crashRun) begin(s step) {
	r.live.apply(s)
	r.model.begin(s)
}

func (r *crashRun) done(_ LSN, err error) {
	if err != nil {
		r.t.Errorf("commit: %v", err)
	}
	r.model.ack()
}

// randomStep does one thing. Commits are not waited for, so that rounds of several groups happen.
func (r *crashRun) randomStep(n int) {
	switch k := r.rng.IntN(100); {
	case k < 45:
		r.commit(n)
	case k < 70:
		r.txnStep(n)
	case k < 75:
		r.deleteRecords()
	case k < 80:
		r.topic(n)
	case k < 83:
		r.release()
	case k < 86:
		if err := r.log.Compact("keyed", int32(r.rng.IntN(modelPartitions))); err != nil {
			r.t.Fatalf("compact: %v", err)
		}
	case k < 94 || r.stays:
		if r.rng.IntN(2) == 0 {
			r.settle()
		}
		if err := r.log.Flush(); err != nil {
			r.t.Fatalf("flush: %v", err)
		}
	default:
		r.settle()
		if err := r.log.Close(); err != nil {
			r.t.Fatalf("close: %v", err)
		}
		r.open()
	}
}

// settle waits until everything begun is acknowledged.
func (r *crashRun) settle() {
	r.begin(step{offset: -1})
	acked := make(chan error, 1)
	r.log.Commit(&Group{}, func(lsn LSN, err error) { r.done(lsn, err); acked <- err })
	<-acked
}

func (r *crashRun) commit(n int) {
	s := step{offset: -1}
	g := &Group{}
	names := sortedKeys(r.live.topics)
	for range r.rng.IntN(4) {
		w := modelWrite{topic: names[r.rng.IntN(len(names))], partition: int32(r.rng.IntN(modelPartitions))}
		var b BatchBuilder
		for i := range 1 + r.rng.IntN(5) {
			v := fmt.Sprint(n, ".", len(g.Writes), ".", i, strings.Repeat("x", r.rng.IntN(100)))
			var key, value []byte
			if w.topic == "keyed" {
				key = fmt.Append(nil, r.rng.IntN(6))
			}
			if value = []byte(v); w.topic == "keyed" && r.rng.IntN(4) == 0 {
				value = nil
			}
			if w.topic == "keyed" {
				v = keyedValue(key, value)
			}
			w.values = append(w.values, v)
			b.Append(key, value, nil, int64(n))
		}
		s.writes = append(s.writes, w)
		g.Writes = append(g.Writes, Write{w.topic, w.partition, b.Bytes()})
	}
	if r.rng.IntN(2) == 0 {
		s.offset = int64(n)
		g.Offsets = []GroupOffset{{Group: "g", Topic: "base", Offset: int64(n), Metadata: "m"}}
	}
	if r.rng.IntN(3) == 0 {
		data := fmt.Sprint(n, strings.Repeat("d", r.rng.IntN(300)))
		s.delta = "s:" + data
		g.Deltas = []Delta{{"s", []byte(data)}}
	}
	s.group = g
	r.begin(s)
	r.log.Commit(g, r.done)
}

// release allows to forget all deltas so far.
func (r *crashRun) release() {
	r.settle()
	r.model.mu.Lock()
	r.model.released = len(r.live.deltas)
	r.model.mu.Unlock()
	r.log.ReleaseDeltas(r.log.DurableLSN())
}

func (r *crashRun) deleteRecords() {
	r.settle()
	p := int32(r.rng.IntN(modelPartitions))
	start, end := r.live.starts[fmt.Sprint("base-", p)], int64(len(r.live.topics["base"][p]))
	if start == end {
		return
	}
	before := start + 1 + r.rng.Int64N(end-start)
	r.begin(step{offset: -1, start: &modelStart{p, before}})
	if err := r.log.DeleteRecords(context.Background(), "base", p, before); err != nil {
		r.t.Fatalf("delete records: %v", err)
	}
	r.model.ack()
}

func (r *crashRun) topic(n int) {
	r.settle()
	names := sortedKeys(r.live.topics)
	if len(names) > 4 {
		name := names[2+r.rng.IntN(len(names)-2)]
		r.begin(step{offset: -1, drop: name})
		if err := r.log.DeleteTopic(context.Background(), name); err != nil {
			r.t.Fatalf("delete topic: %v", err)
		}
	} else {
		r.createTopic(fmt.Sprint("topic", n%7))
		return
	}
	r.model.ack()
}

func (r *crashRun) createTopic(name string) {
	if _, ok := r.live.topics[name]; ok {
		return
	}
	partitions := modelPartitions
	if name == "txn" {
		partitions = modelTxnParts
	}
	r.begin(step{offset: -1, create: name})
	if err := r.log.CreateTopic(context.Background(), name, TopicConfig{Partitions: partitions, TombstoneMillis: 1}); err != nil {
		r.t.Fatalf("create topic: %v", err)
	}
	r.model.ack()
}

// image is what a crash has left, and what it may hold: the state after acked to begun steps.
type image struct {
	fs           *vfs.Mem
	acked, begun int
	what         string
}

// check opens an image, compares it with the states it may have, and calls more, if not nil, with the open log and the number
// of steps found. It runs on goroutines of the log too, so it must not end the test.
func (r *crashRun) check(im image, more func(l *Log, k int) error) {
	if err := r.checkImage(im, more); err != nil && !r.t.Failed() {
		r.t.Errorf("%s: %v", im.what, err)
	}
}

func (r *crashRun) checkImage(im image, more func(l *Log, k int) error) error {
	opts := r.opts
	opts.FS = im.fs
	l, err := Open("db", opts)
	if err != nil {
		return err
	}
	got, err := observe(l)
	if err == nil {
		k := r.stepsIn(got, im.acked, im.begun)
		if k < 0 {
			err = fmt.Errorf("the state is none of those after %d to %d steps:\n%s", im.acked, im.begun, r.differences(got, im.acked, im.begun))
		} else if err = r.stateAfter(k).txn.checkRepeats(l); err == nil && more != nil {
			err = more(l, k)
		}
	}
	if cerr := l.Close(); err == nil {
		err = cerr
	}
	return err
}

// durable is how many of the acknowledged steps a power cut must leave.
func (r *crashRun) durable(acked int) int {
	if r.opts.Ack == AckOS {
		return 0
	}
	return acked
}

// stepsIn returns after how many steps the state is as observed, or -1.
func (r *crashRun) stepsIn(got *state, acked, begun int) int {
	r.model.mu.Lock()
	steps, released := r.model.steps[:begun], r.model.released
	r.model.mu.Unlock()
	s := newState()
	for k := 0; ; k++ {
		if k >= acked && s.matches(got, released) {
			return k
		}
		if k == begun {
			return -1
		}
		s.apply(steps[k])
	}
}

// differences compares an observed state with the most similar of those that were expected.
func (r *crashRun) differences(got *state, acked, begun int) string {
	best := ""
	for k := acked; k <= begun; k++ {
		var b strings.Builder
		want := r.stateAfter(k)
		fmt.Fprintf(&b, "after %d steps, the most similar:\n", k)
		missing := max(0, len(want.deltas)-len(got.deltas))
		want.deltas = want.deltas[missing:]
		wantLines, gotLines := want.lines(), got.lines()
		for _, line := range wantLines {
			if !slices.Contains(gotLines, line) {
				fmt.Fprintf(&b, "  want %s\n", line)
			}
		}
		for _, line := range gotLines {
			if !slices.Contains(wantLines, line) {
				fmt.Fprintf(&b, "  got  %s\n", line)
			}
		}
		if fmt.Fprintf(&b, "%d deltas are missing", missing); best == "" || b.Len() < len(best) {
			best = b.String()
		}
	}
	return best
}

// stateAfter is the state after k steps.
func (r *crashRun) stateAfter(k int) *state {
	r.model.mu.Lock()
	steps := r.model.steps[:k]
	r.model.mu.Unlock()
	s := newState()
	for _, st := range steps {
		s.apply(st)
	}
	return s
}

// TestPowerCut cuts the power at every write, sync and change of a directory of a small run, and again during the recovery
// from that, behind it, and behind the next commit. LEAT_POWER_CUT_RUNS sets the number of runs.
func TestPowerCut(t *testing.T) {
	seeds := fewer(4, 4)
	if n, err := strconv.Atoi(os.Getenv("LEAT_POWER_CUT_RUNS")); err == nil {
		seeds = n
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			o := Options{WALFileBytes: 16 << 10, SegmentBytes: 2 << 10, CacheBytes: 256 << 10}
			if seed%4 == 3 {
				o.Ack = AckOS // may lose what was acknowledged, but only the last of it, and whole groups
			}
			r := newCrashRun(t, uint64(seed), o)
			cuts := &cutter{run: r, rng: rand.New(rand.NewPCG(uint64(seed), 2))}
			r.open()
			r.createTopic("base")
			r.createTopic("keyed")
			r.createTopic("txn")
			r.fs.SetHook(cuts.hook)
			for n := 0; n < fewer(120, 4) && !t.Failed(); n++ {
				r.randomStep(n)
			}
			r.settle()
			r.fs.SetHook(nil)
			r.log.Close()
			r.check(image{r.fs, len(r.model.steps), len(r.model.steps), "after the run"}, nil)
			t.Logf("%d power cuts, %d of them twice", cuts.cuts, cuts.again)
		})
	}
}

// cutter is a hook that plays a power cut before every change of the file system.
type cutter struct {
	run *crashRun

	mu          sync.Mutex
	rng         *rand.Rand
	cuts, again int
}

func (c *cutter) hook(op vfs.Op) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.run.t.Failed() {
		return nil
	}
	for range 3 {
		im := image{what: fmt.Sprintf("power cut %d, at %v", c.cuts, op)}
		im.acked, _ = c.run.model.bounds()
		killed := c.rng.IntN(5) == 0
		if killed {
			im.fs = c.run.fs.Kill()
		} else {
			im.fs = c.run.fs.Crash(c.rng)
			im.acked = c.run.durable(im.acked)
		}
		_, im.begun = c.run.model.bounds()
		c.cuts++
		switch {
		case killed:
			c.cutAfterKill(im)
		case c.rng.IntN(3) == 0:
			c.cutInRecovery(im)
		default:
			c.cutAfterCommit(im)
		}
	}
	return nil
}

// cutInRecovery cuts the power again at a random change of the recovery.
func (c *cutter) cutInRecovery(im image) {
	c.again++
	at, seen := c.rng.IntN(12), 0
	second := im
	second.fs = nil
	var mu sync.Mutex // The writer and the preparer of the next WAL file change the disk at the same time.
	im.fs.SetHook(func(vfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if seen++; seen == at {
			second.fs = im.fs.Crash(c.rng)
			second.what += ", and again in the recovery"
		}
		return nil
	})
	c.run.check(im, nil)
	if second.fs != nil {
		c.run.check(second, nil)
	}
}

// cutAfterKill cuts the power behind the recovery from a kill: what was read then must still be there.
func (c *cutter) cutAfterKill(im image) {
	c.again++
	second := im
	c.run.check(im, func(_ *Log, k int) error {
		second.fs, second.acked, second.begun = im.fs.Crash(c.rng), k, k
		second.what += " of a killed process, cut behind the recovery"
		return nil
	})
	if second.fs != im.fs {
		c.run.check(second, nil)
	}
}

// cutAfterCommit commits the first lost step again and cuts the power: nothing of the lost steps behind it may come back.
func (c *cutter) cutAfterCommit(im image) {
	second := image{what: im.what + ", and again behind the next commit"}
	c.run.check(im, func(l *Log, k int) error {
		if k == im.begun {
			return nil
		}
		c.run.model.mu.Lock()
		next := c.run.model.steps[k].group
		c.run.model.mu.Unlock()
		if next == nil {
			return nil
		}
		acked := make(chan error, 1)
		l.Commit(next, func(_ LSN, err error) { acked <- err })
		if err := <-acked; err != nil {
			return err
		}
		c.again++
		second.fs, second.acked, second.begun = im.fs.Crash(c.rng), max(k, c.run.durable(k+1)), k+1
		return nil
	})
	if second.fs != nil {
		c.run.check(second, nil)
	}
}
