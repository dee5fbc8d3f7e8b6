package sqltest

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// tell writes what became of a test: a line when it failed, with what differs
// below, or when all are to be named.
func (s *Suite) tell(r *Result) {
	if r.Err == nil {
		if s.Verbose {
			fmt.Fprintf(s.Out, "ok   %s (%s)\n", r.Test, seconds(r.Time))
		}
		return
	}
	took := ""
	if s.Verbose {
		took = " (" + seconds(r.Time) + ")"
	}
	fmt.Fprintf(s.Out, "FAIL %s%s: %s", r.Test, took, indent(r.Text()))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2fs", d.Seconds()) }

// Text is what is wrong, in a line, and below it what differs.
func (r *Result) Text() string {
	text := strings.TrimRight(r.Err.Error(), "\n") + "\n"
	var d *Diff
	if errors.As(r.Err, &d) {
		text += d.Text()
	}
	return text
}

// indent moves all lines but the first to the right.
func indent(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = "    " + lines[i]
		}
	}
	return strings.Join(lines, "")
}
