package sqltest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"sync"
	"time"

	"github.com/leatdb/leat"
)

// Suite runs the tests of files and reports those that fail.
type Suite struct {
	Out      io.Writer
	Run      *regexp.Regexp // Only tests whose path/name matches; nil for all.
	List     bool           // Name the tests, do not run them.
	Verbose  bool           // Name the tests that pass, too.
	FailFast bool           // Start no more tests after one has failed.
	Parallel int            // How many tests run at a time; 0 for the number of processors.
	Timeout  time.Duration  // Of one test; 0 for a minute.
	Progress func(done, all, failed int)

	// Input and Output are the records in and out of a file of statements, which is
	// then the only path; Input may be empty. Without Output they are looked for
	// beside the file.
	Input, Output string
	// Serve makes the HTTP API of a database, for cases that say what a server
	// answers; without it they are skipped.
	Serve func(*leat.DB) http.Handler
	// Mode names the mode in which cases and steps run; empty: cases run straight,
	// and steps in all modes that they allow.
	Mode string
	// AnyMessage accepts every text where a script expects the message of an error.
	AnyMessage bool
}

// Test is one test of a file.
type Test struct {
	File string // Its path.
	Name string // Within the file; empty when the file is one test.
	Line int    // Where it begins, from 1; 0 when that is not known.

	skip string // Why it cannot run; empty when it can.
	run  func(context.Context) error
}

// String is the name that Suite.Run is matched with.
func (t *Test) String() string {
	if t.Name == "" {
		return t.File
	}
	return t.File + "/" + t.Name
}

// Result is the outcome of a test.
type Result struct {
	Test *Test
	// Err is nil when the test passed. A *Diff in it shows what differs.
	Err  error
	Time time.Duration
}

// Report is the outcome of a suite.
type Report struct {
	Results []Result // Of the tests that ran, in the order of their files.
	Skipped []Skip
	// NotRun counts the tests that were left out after a failure or an interrupt.
	NotRun int
	Start  time.Time
	Time   time.Duration
}

// Skip is a file without tests, or a test that cannot run.
type Skip struct {
	File   string // May be several files of a directory.
	Name   string // Of a test in it; empty for the file.
	Reason string
}

func (s Skip) String() string {
	if s.Name == "" {
		return s.File
	}
	return s.File + "/" + s.Name
}

// Failed counts the tests that failed.
func (r *Report) Failed() int {
	n := 0
	for i := range r.Results {
		if r.Results[i].Err != nil {
			n++
		}
	}
	return n
}

func (r *Report) String() string {
	failed := r.Failed()
	text := fmt.Sprintf("%d passed, %d failed", len(r.Results)-failed, failed)
	if n := len(r.Skipped); n > 0 {
		text += fmt.Sprintf(", %d skipped", n)
	}
	if r.NotRun > 0 {
		text += fmt.Sprintf(", %d not run", r.NotRun)
	}
	return text
}

// ErrNoTests is returned when the paths hold no test at all.
var ErrNoTests = errors.New("no tests found")

// Files runs the tests of files, and of the files below directories. A file below
// a directory that holds no tests is named and skipped; one that is asked for by
// name is an error.
func (s *Suite) Files(ctx context.Context, paths ...string) (*Report, error) {
	all, skipped, err := s.load(paths)
	if err != nil {
		return nil, err
	}
	report := &Report{Start: time.Now(), Skipped: skipped}
	for _, skip := range skipped {
		fmt.Fprintf(s.Out, "SKIP %s: %s\n", skip, skip.Reason)
	}
	var tests []*Test
	for _, t := range all {
		switch {
		case s.Run != nil && !s.Run.MatchString(t.String()):
		case t.skip != "" && !s.List:
			report.Skipped = append(report.Skipped, Skip{t.File, t.Name, t.skip})
			fmt.Fprintf(s.Out, "SKIP %s: %s\n", t, t.skip)
		default:
			tests = append(tests, t)
		}
	}
	switch {
	case len(all) == 0:
		return report, ErrNoTests
	case s.List:
		for _, t := range tests {
			fmt.Fprintln(s.Out, t)
		}
		return report, nil
	}
	s.runAll(ctx, tests, report)
	report.Time = time.Since(report.Start)
	return report, ctx.Err()
}

// runAll runs the tests, each on an engine of its own, several at a time, and
// reports them in their order.
func (s *Suite) runAll(ctx context.Context, tests []*Test, report *Report) {
	workers := s.Parallel
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next, done := make(chan int), make(chan int)
	results := make([]*Result, len(tests))
	var running sync.WaitGroup
	for range workers { // They end when next is closed, which the goroutine below does.
		running.Go(func() {
			for i := range next {
				results[i] = s.runOne(ctx, tests[i])
				done <- i
			}
		})
	}
	go func() { // Ends when every test ran, or with ctx; done is closed after the workers.
		defer close(done)
		defer running.Wait()
		defer close(next)
		for i := range tests {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	finished, failed, told := 0, 0, 0
	for i := range done {
		finished++
		if results[i] != nil && results[i].Err != nil {
			failed++
			if s.FailFast {
				stop(errFailFast)
			}
		}
		for ; told < len(tests) && results[told] != nil; told++ {
			s.tell(results[told])
		}
		if s.Progress != nil {
			s.Progress(finished, len(tests), failed)
		}
	}
	for i, r := range results {
		if r == nil {
			report.NotRun++
			continue
		}
		if i >= told { // Behind a test that did not run.
			s.tell(r)
		}
		report.Results = append(report.Results, *r)
	}
}

var errFailFast = errors.New("a test failed")

// defaultTimeout is that of one test.
const defaultTimeout = time.Minute

// runOne runs a test. A panic is a failure, so that one test cannot hide the
// results of the others. The result is nil when ctx ended in the middle.
func (s *Suite) runOne(parent context.Context, t *Test) (result *Result) {
	limit := s.Timeout
	if limit == 0 {
		limit = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	start := time.Now()
	var err error
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		switch {
		case err != nil && parent.Err() != nil:
			return
		case err != nil && ctx.Err() != nil:
			err = fmt.Errorf("it took longer than %s: %w", limit, err)
		}
		result = &Result{t, err, time.Since(start)}
	}()
	err = t.run(ctx)
	return nil
}
