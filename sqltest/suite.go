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

// Summary counts what a suite did. Skipped are the files that hold no cases, and
// the cases that tell what a server answers, which is not checked here.
type Summary struct{ Passed, Failed, Skipped int }

func (s Summary) String() string {
	text := fmt.Sprintf("%d passed, %d failed", s.Passed, s.Failed)
	if s.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", s.Skipped)
	}
	return text
}

// Files runs the cases of files and of all .json files below directories. A file
// below a directory that is not of this form is named and skipped; one that is
// asked for by name is an error.
func (s *Suite) Files(ctx context.Context, paths ...string) (Summary, error) {
	var sum Summary
	cases, skipped, err := s.load(paths)
	if err != nil {
		return sum, err
	}
	sum.Skipped = skipped
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

// load reads the cases that are to run, and counts what it leaves out.
func (s *Suite) load(paths []string) (cases []*Case, skipped int, err error) {
	files, found, err := s.find(paths)
	if err != nil {
		return nil, 0, err
	}
	responses := 0
	for _, f := range files {
		inFile, err := LoadCases(f)
		if err != nil {
			if !found[f] {
				return nil, 0, err
			}
			fmt.Fprintf(s.Out, "SKIP %v\n", err)
			skipped++
			continue
		}
		for _, c := range inFile {
			switch {
			case s.Run != nil && !s.Run.MatchString(c.Name):
			case len(c.Responses) > 0:
				responses++
			default:
				cases = append(cases, c)
			}
		}
	}
	if responses > 0 {
		fmt.Fprintf(s.Out, "SKIP %d cases that tell what a server responds\n", responses)
	}
	return cases, skipped + responses, nil
}

// find lists the files: those named, and in found those below directories.
func (s *Suite) find(paths []string) (files []string, found map[string]bool, err error) {
	found = map[string]bool{}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, nil, err
		}
		if !info.IsDir() {
			files = append(files, p)
			continue
		}
		err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(name, ".json") {
				files, found[name] = append(files, name), true
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	sort.Strings(files)
	return files, found, nil
}
