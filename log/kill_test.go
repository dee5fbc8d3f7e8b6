package log

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The kill test runs a child process, the test binary itself, that commits groups as fast as it can and tells the parent what
// is acknowledged; the parent kills it at random moments and looks at what is left. LEAT_KILLS sets the number of kills.

const (
	killDirEnv   = "LEAT_LOG_KILL_DIR"
	killTopics   = 4
	killBatch    = 5
	defaultKills = 6
)

// childMain is the child process; it returns false in the parent.
func childMain() bool {
	dir := os.Getenv(killDirEnv)
	if dir == "" {
		return false
	}
	var err error
	if life := os.Getenv(killTxnEnv); life != "" {
		n, _ := strconv.Atoi(life)
		err = killTxnChild(dir, n)
	} else {
		err = killChild(dir)
	}
	if err != nil {
		fmt.Println("error", err)
	}
	return true
}

func killOptions() Options {
	return Options{WALFileBytes: 256 << 10, SegmentBytes: 128 << 10, CacheBytes: 256 << 10}
}

// killChild commits groups for ever. Group n has killBatch records n in every topic, the offset n, and the delta n.
func killChild(dir string) error {
	l, err := Open(dir, killOptions())
	if err != nil {
		return err
	}
	for i := range killTopics {
		if _, ok := l.Topic(fmt.Sprint("t", i)); !ok {
			if err := l.CreateTopic(ctx, fmt.Sprint("t", i), TopicConfig{}); err != nil {
				return err
			}
		}
	}
	first := int64(0)
	if done, ok := l.FetchOffset("g", "t0", 0); ok {
		first = done + 1
	}
	out := bufio.NewWriter(os.Stdout)
	tokens := make(chan struct{}, 64)
	for n := first; ; n++ {
		tokens <- struct{}{}
		l.Commit(killGroup(n), func(lsn LSN, err error) {
			if err != nil {
				fmt.Fprintln(out, "error", err)
			} else {
				fmt.Fprintln(out, "ack", n)
			}
			out.Flush()
			<-tokens
		})
		if n%50 == 0 {
			l.ReleaseDeltas(l.DurableLSN())
		}
	}
}

func killGroup(n int64) *Group {
	g := &Group{
		Offsets: []GroupOffset{{Group: "g", Topic: "t0", Offset: n}},
		Deltas:  []Delta{{"s", fmt.Append(nil, n)}},
	}
	value := fmt.Appendf(nil, "%d %s", n, strings.Repeat("x", int(n*37%900)))
	for i := range killTopics {
		var b BatchBuilder
		for range killBatch {
			b.Append(nil, value, nil, n)
		}
		g.Writes = append(g.Writes, Write{fmt.Sprint("t", i), 0, b.Bytes()})
	}
	return g
}

func TestKill(t *testing.T) {
	t.Parallel()
	kills := defaultKills
	if n, err := strconv.Atoi(os.Getenv("LEAT_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(7, 7))
	last := int64(-1)
	for k := range kills {
		acked, err := runAndKill(dir, time.Duration(rng.IntN(150))*time.Millisecond)
		if err != nil {
			t.Fatalf("kill %d: %v", k, err)
		}
		last = max(last, acked)
		checkKilled(t, dir, last, rng.IntN(3) == 0)
	}
	t.Logf("%d kills, %d groups acknowledged", kills, last+1)
}

// runAndKill runs the child until a while after its first acknowledgement, kills it, and returns the last acknowledged group.
func runAndKill(dir string, after time.Duration) (int64, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killDirEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	acked := int64(-1)
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		if word != "ack" {
			err = fmt.Errorf("child: %s", lines.Text())
			cmd.Process.Kill()
			break
		}
		if n, perr := strconv.ParseInt(rest, 10, 64); perr == nil { // the last line may be cut
			acked = n
		}
		if timer == nil {
			timer = time.AfterFunc(after, func() { cmd.Process.Kill() })
			defer timer.Stop()
		}
	}
	cmd.Wait() // killed
	return acked, err
}

// checkKilled opens what a killed child has left: all groups up to at least the last acknowledged one, whole, in all topics.
func checkKilled(t *testing.T, dir string, acked int64, flush bool) {
	t.Helper()
	l, err := Open(dir, killOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	last, ok := l.FetchOffset("g", "t0", 0)
	if acked >= 0 && (!ok || last < acked) {
		t.Fatalf("group %d is the last one, %d was acknowledged", last, acked)
	}
	want := fmt.Append(nil, last)
	err = l.ReplayDeltas(l.DurableLSN()-1, func(_ LSN, _ string, data []byte) error {
		want = append(want[:0], data...)
		return nil
	})
	if err != nil || string(want) != fmt.Sprint(last) {
		t.Fatalf("the last delta is %s, the last group %d; %v", want, last, err)
	}
	if flush {
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range killTopics {
		checkKilledTopic(t, l, fmt.Sprint("t", i), last)
	}
}

func checkKilledTopic(t *testing.T, l *Log, topic string, last int64) {
	t.Helper()
	end, err := l.EndOffset(topic, 0)
	if err != nil || end != (last+1)*killBatch {
		t.Fatalf("%s ends at %d, expected %d groups of %d; %v", topic, end, last+1, killBatch, err)
	}
	var c Chunk
	defer c.Release()
	var r Records
	for offset := int64(0); offset < end; {
		if err := l.Read(topic, 0, offset, 1<<20, &c); err != nil {
			t.Fatal(err)
		}
		for offset < c.Next {
			if offset, err = c.Decode(&r, offset, 1000); err != nil {
				t.Fatal(err)
			}
			for i := range r.N {
				n, _, _ := strings.Cut(string(r.Value(i)), " ")
				if n != fmt.Sprint(r.Offset[i]/killBatch) {
					t.Fatalf("%s-0@%d holds group %s", topic, r.Offset[i], n)
				}
			}
		}
	}
}
