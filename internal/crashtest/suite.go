package crashtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Suite is a run of the crash tests. Records, Kills and Child are needed.
type Suite struct {
	Kills   int
	Records int
	Seed    uint64
	// Child makes the command that calls [RunChild] with the argument. It must end
	// the process when ctx ends.
	Child func(ctx context.Context, arg string) *exec.Cmd
	// Dir takes the data directories; empty means a temporary one, which is removed
	// unless something is wrong.
	Dir string
	// Out gets a line per step; Progress, if not nil, gets the present state often.
	Out      io.Writer
	Progress func(format string, args ...any)
}

// Summary is what a run has found.
type Summary struct {
	Kills   int
	Records int64 // Of the input, each of which was compared.
	Outputs int64 // Of the queries, likewise.

	Lost       int64 // Records that are missing, acknowledged inputs among them.
	Duplicated int64 // Records that are there more often than they should be.
	Different  int64 // Records that should not be there at all, or not at that place.
}

// Failed tells whether anything was wrong.
func (s *Summary) Failed() bool { return s.Lost+s.Duplicated+s.Different > 0 }

func (s *Summary) String() string {
	return fmt.Sprintf("crash: %d kills, %d records, %d outputs: %d lost, %d duplicated, %d different",
		s.Kills, s.Records, s.Outputs, s.Lost, s.Duplicated, s.Different)
}

func (s *Summary) add(d difference) {
	s.Lost += d.lost
	s.Duplicated += d.duplicated
	s.Different += d.different
}

// Run runs the suite: the uninterrupted run, the one with kills, the comparison,
// and the restart with many keys. An error means that it could not be carried
// out, which includes a database that does not open any more.
func (s Suite) Run(ctx context.Context) (sum Summary, err error) {
	dir := s.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "leat-crash-"); err != nil {
			return sum, err
		}
		defer func() {
			if ctx.Err() != nil || err == nil && !sum.Failed() {
				err = errors.Join(err, os.RemoveAll(dir))
				return
			}
			fmt.Fprintf(s.Out, "the data is kept in %s\n", dir)
		}()
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) > 0 {
		return sum, errors.Join(fmt.Errorf("the directory %s is not empty, and the suite begins with none of its data", dir), err)
	}
	fmt.Fprintf(s.Out, "seed %d; the same kills again: leat test --crash --kills %d --records %d --seed %d\n", s.Seed, s.Kills, s.Records, s.Seed)
	r := newRun(&s, dir)
	steps := []func(context.Context) error{r.uninterrupted, r.interrupted, r.compare, r.manyKeys}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return r.sum, err
		}
	}
	return r.sum, nil
}

// run is a suite at work.
type run struct {
	*Suite
	work         Workload
	groups       []group
	ends         []ends // After every number of groups.
	whole, crash string // Data directories.
	keys         string
	rng          *rand.Rand
	acked        int // Groups that were acknowledged.
	longest      time.Duration
	sum          Summary
}

func newRun(s *Suite, dir string) *run {
	w := Workload{Seed: s.Seed, Records: s.Records, Phases: 50, Group: max(min(s.Records/(20*max(s.Kills, 1)), 1000), 5)}
	groups := w.outline()
	return &run{
		Suite: s, work: w, groups: groups, ends: w.allEnds(groups),
		whole: filepath.Join(dir, "uninterrupted"), crash: filepath.Join(dir, "killed"), keys: filepath.Join(dir, "keys"),
		rng: rand.New(rand.NewPCG(s.Seed, 0)),
	}
}

func (r *run) progress(format string, args ...any) {
	if r.Progress != nil {
		r.Progress(format, args...)
	}
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Out, format+"\n", args...) }

// uninterrupted makes the results that are right.
func (r *run) uninterrupted(ctx context.Context) error {
	took, err := r.finish(ctx, r.whole, "uninterrupted run")
	if err != nil {
		return fmt.Errorf("uninterrupted run: %w", err)
	}
	r.say("uninterrupted run: %d records in %.1fs", r.Records, took.Seconds())
	return nil
}

// finish lets one child bring in what is missing, and close.
func (r *run) finish(ctx context.Context, dir, what string) (time.Duration, error) {
	l, err := r.start(ctx, order{Dir: dir, Task: finishTask, Work: r.work})
	if err != nil {
		return 0, err
	}
	took, err := l.until(ctx, saysClosed, func(w []string) {
		switch w[0] {
		case saysAt:
			r.checkStart(dir, w[1:])
		case saysAck:
			r.acknowledged(dir, w[1])
			r.progress("%s: %d of %d groups", what, number(w[1]), len(r.groups))
		}
	})
	if err != nil {
		return took, err
	}
	return took, l.wait(false)
}

// interrupted does the same, with kills on the way.
func (r *run) interrupted(ctx context.Context) error {
	started := time.Now()
	for r.sum.Kills < r.Kills {
		if err := r.oneLife(ctx); err != nil {
			return fmt.Errorf("after %d kills: %w", r.sum.Kills, err)
		}
	}
	if _, err := r.finish(ctx, r.crash, "last run"); err != nil {
		return fmt.Errorf("after %d kills, the last run: %w", r.sum.Kills, err)
	}
	r.say("run with %d kills: %.1fs; longest time from start to the first statement %.2fs", r.sum.Kills, time.Since(started).Seconds(), r.longest.Seconds())
	return nil
}

// manyKeys measures how soon a killed database with many keys answers.
func (r *run) manyKeys(ctx context.Context) error {
	l, err := r.start(ctx, order{Dir: r.keys, Task: keysTask, Work: r.work})
	if err != nil {
		return err
	}
	_, err = l.until(ctx, saysSettled, func(w []string) {
		if w[0] == saysAck {
			r.progress("filling a table: %d of %d keys", number(w[1]), r.work.Records)
		}
	})
	if err != nil {
		return fmt.Errorf("filling a table with %d keys: %w", r.work.Records, err)
	}
	if err := l.stop(); err != nil {
		return err
	}
	const tries = 3
	var slowest, cpu time.Duration
	for range tries {
		if l, err = r.start(ctx, order{Dir: r.keys, Task: answerTask, Work: r.work}); err != nil {
			return err
		}
		took, err := l.until(ctx, saysRow, nil)
		if err != nil {
			return fmt.Errorf("restart with %d keys: %w", r.work.Records, err)
		}
		slowest = max(slowest, took)
		if err := l.stop(); err != nil {
			return err
		}
		cpu = max(cpu, l.cmd.ProcessState.UserTime()+l.cmd.ProcessState.SystemTime())
	}
	r.say("restart after a kill with %d keys of state: first answer in %.2fs (slowest of %d, target 2s), %.2fs of CPU", r.work.Records,
		slowest.Seconds(), tries, cpu.Seconds())
	return nil
}
