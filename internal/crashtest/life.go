package crashtest

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// life is one child process. The goroutine that reads its output ends with it;
// wait waits for both.
type life struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	stderr  bytes.Buffer
	words   chan []string // Lines of the child; closed at the end of its output.
	started time.Time
}

// killTimeout bounds how long a child may say nothing.
const killTimeout = 2 * time.Minute

// start starts a child.
func (s *Suite) start(ctx context.Context, o order) (*life, error) {
	arg, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	l := &life{cmd: s.Child(ctx, string(arg)), words: make(chan []string, 64)}
	l.cmd.Stderr = &l.stderr
	if l.stdin, err = l.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	l.started = time.Now()
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	go l.read(out)
	return l, nil
}

// read hands on the lines of the child until its output ends.
func (l *life) read(out io.Reader) {
	defer close(l.words)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if w := strings.Fields(lines.Text()); len(w) > 0 {
			l.words <- w
		}
	}
}

// kill ends the child with SIGKILL; it may have ended by itself.
func (l *life) kill() { l.cmd.Process.Kill() }

// wait frees the process, after words was read to its end, and tells what it
// died of. killed says that a kill is no error.
func (l *life) wait(killed bool) error {
	for range l.words {
	}
	l.stdin.Close()
	err := l.cmd.Wait()
	var exit *exec.ExitError
	if killed && errors.As(err, &exit) && !exit.Exited() {
		return nil
	}
	if err == nil && !killed {
		return nil
	}
	return fmt.Errorf("the database process ended by itself (%v): %s", l.cmd.ProcessState, tail(l.stderr.String()))
}

// tail is the end of what a process said, where the reason stands.
func tail(s string) string {
	const limit = 4000
	if len(s) > limit {
		s = "..." + s[len(s)-limit:]
	}
	return strings.TrimSpace(s)
}

// until reads what the child says up to a word, and tells how long after the
// start of the process it came. When the child says nothing for too long, it is
// killed.
func (l *life) until(ctx context.Context, word string, each func([]string)) (time.Duration, error) {
	limit := time.NewTimer(killTimeout)
	defer limit.Stop()
	for {
		select {
		case w, ok := <-l.words:
			if !ok {
				return 0, cmp.Or(l.wait(false), errSilent)
			}
			if w[0] == word {
				return time.Since(l.started), nil
			}
			if each != nil {
				each(w)
			}
			limit.Reset(killTimeout)
		case <-limit.C:
			return 0, errors.Join(fmt.Errorf("the database process did not say %q within %v", word, killTimeout), l.stop())
		case <-ctx.Done():
			return 0, errors.Join(ctx.Err(), l.stop())
		}
	}
}

// errSilent is what a child that ends well too early deserves.
var errSilent = errors.New("the database process ended before it was done")

// stop kills the child and waits for it.
func (l *life) stop() error {
	l.kill()
	return l.wait(true)
}
