package shell

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"github.com/leatdb/leat/parser"
)

// Interactive reads statements from the terminal until Ctrl-D or exit. The
// terminal is given back as it was, however the session ends.
func (s *Shell) Interactive(ctx context.Context) error {
	con, err := newConsole()
	if err != nil {
		return err
	}
	defer con.Close()
	p := &session{shell: s, ctx: ctx, history: loadHistory()}
	prompt.New(p.enter, p.complete,
		prompt.OptionParser(con),
		prompt.OptionPrefix("leat> "),
		prompt.OptionLivePrefix(func() (string, bool) { return "    > ", p.pending.Len() > 0 }),
		prompt.OptionHistory(p.history.lines),
		prompt.OptionTitle("leat"),
		prompt.OptionMaxSuggestion(10),
		prompt.OptionCompletionWordSeparator(" ,()=<>\t"),
		prompt.OptionSetExitCheckerOnInput(func(string, bool) bool { return p.leaving || ctx.Err() != nil }),
		prompt.OptionAddKeyBind(prompt.KeyBind{Key: prompt.ControlC, Fn: func(*prompt.Buffer) { p.pending.Reset() }}),
		prompt.OptionAddKeyBind(prompt.KeyBind{Key: prompt.F1, Fn: p.helpAtCursor}),
	).Run()
	return p.history.save()
}

// session is the state of one interactive conversation.
type session struct {
	shell   *Shell
	ctx     context.Context
	pending strings.Builder // Lines of a statement without its `;` yet.
	history *history
	leaving bool
}

// enter takes a line. Commands of the shell work at the start of a statement;
// SQL runs when a top-level `;` has been typed.
func (p *session) enter(line string) {
	if p.pending.Len() == 0 {
		if strings.TrimSpace(line) == "" {
			return
		}
		if known, err := p.command(line); known {
			if err != nil {
				fmt.Fprintln(p.shell.Err, "Error: "+err.Error())
			}
			return
		}
	}
	p.pending.WriteString(line + "\n")
	text := p.pending.String()
	pieces := parser.Split(text)
	if len(pieces) > 0 && !pieces[len(pieces)-1].Complete {
		return
	}
	p.pending.Reset()
	p.history.add(strings.Join(strings.Fields(text), " "))
	// Run has told the user what went wrong; the prompt goes on.
	_ = p.shell.Run(p.ctx, text)
}

// history keeps whole statements across sessions.
type history struct {
	path  string
	lines []string
	added int
}

const historyLines = 1000

func loadHistory() *history {
	h := &history{}
	home, err := os.UserHomeDir()
	if err != nil {
		return h
	}
	h.path = filepath.Join(home, ".leat_history")
	f, err := os.Open(h.path)
	if err != nil {
		return h // The first session has none.
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		h.lines = append(h.lines, sc.Text())
	}
	return h
}

func (h *history) add(line string) {
	if n := len(h.lines); n > 0 && h.lines[n-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	h.added++
}

// save writes the last lines to the history file.
func (h *history) save() error {
	if h.path == "" || h.added == 0 {
		return nil
	}
	lines := h.lines[max(0, len(h.lines)-historyLines):]
	return os.WriteFile(h.path, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}
