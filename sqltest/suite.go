package sqltest

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"
)

// Suite runs files of cases and reports one line per case that fails.
type Suite struct {
	Out      io.Writer
	Run      *regexp.Regexp // Only cases whose name matches; nil for all.
	List     bool           // Name the cases, do not run them.
	Progress func(done, all int)
}

// Summary counts what a suite did.
type Summary struct{ Passed, Failed int }

func (s Summary) String() string { return fmt.Sprintf("%d passed, %d failed", s.Passed, s.Failed) }

// Files runs the cases of files and of all .json files below directories.
func (s *Suite) Files(ctx context.Context, paths ...string) (Summary, error) {
	var sum Summary
	cases, err := s.load(paths)
	if err != nil {
		return sum, err
	}
	if s.List {
		for _, c := range cases {
			fmt.Fprintln(s.Out, c.Name)
		}
		return sum, nil
	}
	failures := s.runAll(ctx, cases)
	for i, c := range cases {
		if failures[i] == nil {
			sum.Passed++
			continue
		}
		sum.Failed++
		fmt.Fprintf(s.Out, "FAIL %s: %s\n", c.Name, strings.ReplaceAll(failures[i].Error(), "\n", " | "))
	}
	return sum, ctx.Err()
}

// runAll runs the cases on as many goroutines as there are processors; each
// case has an engine of its own.
func (s *Suite) runAll(ctx context.Context, cases []*Case) []error {
	failures := make([]error, len(cases))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				failures[i] = runGuarded(ctx, cases[i])
			}
		})
	}
	for i := range cases {
		if ctx.Err() != nil {
			failures[i] = ctx.Err()
			continue
		}
		next <- i
		if s.Progress != nil {
			s.Progress(i+1, len(cases))
		}
	}
	close(next)
	workers.Wait()
	return failures
}

// runGuarded turns a panic into a failure, so that one case cannot hide the
// results of the others.
func runGuarded(ctx context.Context, c *Case) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return RunCase(ctx, c)
}

func (s *Suite) load(paths []string) ([]*Case, error) {
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, p)
			continue
		}
		err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(name, ".json") {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	sort.Strings(files)
	var out []*Case
	for _, f := range files {
		cases, err := LoadCases(f)
		if err != nil {
			return nil, err
		}
		for _, c := range cases {
			if s.Run == nil || s.Run.MatchString(c.Name) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}
