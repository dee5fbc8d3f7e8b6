package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/parser"
)

// Shell runs text against an engine and writes what comes of it. It is used by
// the interactive prompt, by scripts and by `leat run -e`.
type Shell struct {
	Session Engine
	Out     io.Writer // Results.
	Err     io.Writer // Errors and remarks.
	Format  Format
	Timing  bool // Say how long each statement took.

	spool   *spool // Where everything is written to as well; nil for nowhere.
	scripts int    // How many scripts are running inside each other.
}

// Run executes every complete statement of text, in order, and stops at the
// first that fails, or when ctx ends. Commands of the shell (RUN SCRIPT, SPOOL,
// OUTPUT, TIMING) may stand between statements. Errors are reported on Err with
// the line at fault; the returned error only tells that there was one.
func (s *Shell) Run(ctx context.Context, text string) error {
	for _, piece := range parser.Split(text) {
		if err := s.runPiece(ctx, text, piece); err != nil {
			if !IsReported(err) {
				s.report(text, err)
			}
			return errReported
		}
	}
	return nil
}

// errReported is the error of a run whose failure has been shown to the user.
var errReported = errors.New("a statement failed")

// IsReported tells whether the user has already been told about err.
func IsReported(err error) bool { return errors.Is(err, errReported) }

// Close ends a SPOOL that is still on.
func (s *Shell) Close() error { return s.spoolOff() }

func (s *Shell) runPiece(ctx context.Context, text string, piece parser.Piece) error {
	if known, err := s.command(ctx, piece.Text); known {
		return err
	}
	began := time.Now()
	// Ctrl-C ends the statement and not the shell.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	results, err := s.Session.ExecAt(ctx, text, piece.At.Start, piece.At.End)
	for i := range results {
		r := &results[i]
		if r.Rows == nil {
			s.draw(r)
			continue
		}
		if err := s.stream(ctx, r.Rows); err != nil {
			return err
		}
	}
	if err != nil && ctx.Err() != nil {
		return errors.New("stopped")
	}
	if err == nil && s.Timing {
		fmt.Fprintf(s.Err, "(%s)\n", time.Since(began).Round(10*time.Microsecond))
	}
	return err
}

// stream writes rows until the result ends or ctx does, with Ctrl-C.
func (s *Shell) stream(ctx context.Context, rows *leat.Rows) error {
	defer rows.Close()
	stopped := context.AfterFunc(ctx, rows.Close)
	defer stopped()
	w := s.rowWriter(rows)
	for {
		batch, err := rows.Next()
		if err != nil && ctx.Err() == nil {
			return errors.Join(w.close(), err)
		}
		if len(batch) == 0 || err != nil {
			break
		}
		for _, row := range batch {
			if err := w.row(row); err != nil {
				return err
			}
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	if err := w.close(); err != nil {
		return err
	}
	if ctx.Err() != nil && !rows.Pull {
		fmt.Fprintln(s.Err, "Query stopped.")
	}
	return nil
}

// report shows an error with the line it is in and a caret under the place.
func (s *Shell) report(text string, err error) {
	var se *leat.StatementError
	if !errors.As(err, &se) || se.Line == 0 {
		fmt.Fprintln(s.Err, "Error: "+err.Error())
		return
	}
	lines := strings.Split(text, "\n")
	if se.Line <= len(lines) {
		line := strings.ReplaceAll(strings.TrimRight(lines[se.Line-1], "\r"), "\t", " ")
		before := []rune(line)
		before = before[:min(max(0, se.Col-1), len(before))]
		fmt.Fprintf(s.Err, "%s\n%s^\n", escapeControl(line), strings.Repeat(" ", uniseg.StringWidth(escapeControl(string(before)))))
	}
	fmt.Fprintln(s.Err, "Error: "+err.Error())
}

// terminalWidth returns the width of w when it is a terminal, or 0.
func terminalWidth(w io.Writer) int {
	if t, ok := w.(tee); ok {
		w = t.Writer
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
