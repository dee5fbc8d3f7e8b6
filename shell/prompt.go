package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"github.com/leatdb/leat/parser"
)

const (
	firstPrefix = "leat> "
	morePrefix  = "    > "
)

// Interactive reads statements from the terminal until Ctrl-D or exit. The
// terminal is given back as it was, however the session ends. place says where
// the data is, for the command server.
func (s *Shell) Interactive(ctx context.Context, place string) error {
	con, err := newConsole()
	if err != nil {
		return err
	}
	defer con.Close()
	past, err := loadHistory(historyPath())
	if err != nil {
		fmt.Fprintln(s.Err, "Warning: "+err.Error())
	}
	p := &session{shell: s, ctx: ctx, place: place, history: past, memory: memory{engine: s.Session}}
	prompt.New(p.enter, p.complete,
		prompt.OptionParser(con),
		prompt.OptionPrefix(firstPrefix),
		prompt.OptionLivePrefix(func() (string, bool) { return morePrefix, p.pending.Len() > 0 }),
		prompt.OptionHistory(p.history.lines),
		prompt.OptionTitle("leat"),
		prompt.OptionMaxSuggestion(min(10, max(2, con.GetWinSize().Row/2))),
		prompt.OptionCompletionWordSeparator(wordEnds),
		prompt.OptionSetExitCheckerOnInput(func(string, bool) bool { return p.leaving || ctx.Err() != nil }),
		prompt.OptionAddKeyBind(
			prompt.KeyBind{Key: prompt.ControlC, Fn: func(*prompt.Buffer) { p.pending.Reset() }},
			prompt.KeyBind{Key: prompt.F1, Fn: p.helpAtCursor},
			prompt.KeyBind{Key: prompt.Backspace, Fn: p.joinLine},
			prompt.KeyBind{Key: prompt.ControlH, Fn: p.joinLine}),
	).Run()
	if !p.leaving {
		fmt.Fprintln(s.Err, "Bye.")
	}
	return errors.Join(s.Close(), con.Close())
}

// session is the state of one interactive conversation.
type session struct {
	shell   *Shell
	ctx     context.Context
	place   string
	memory  memory
	pending strings.Builder // Lines of a statement without its `;` yet.
	typed   string          // The line before the key that is being handled.
	history *history
	leaving bool
}

// enter takes a line. Commands of the shell work at the start of a statement;
// SQL runs when a top-level `;` has been typed.
func (p *session) enter(line string) {
	p.typed = ""
	prefix := firstPrefix
	if p.pending.Len() > 0 {
		prefix = morePrefix
	}
	p.shell.spoolInput(prefix, line)
	if p.pending.Len() == 0 {
		if strings.TrimSpace(line) == "" {
			return
		}
		if known, err := p.command(line); known {
			p.remember(line)
			if err != nil && !IsReported(err) {
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
	p.remember(text)
	// Run has told the user what went wrong; the prompt goes on.
	_ = p.shell.Run(p.ctx, text)
	p.memory.stale()
}

func (p *session) remember(text string) {
	if err := p.history.add(text); err != nil {
		fmt.Fprintln(p.shell.Err, "Warning: "+err.Error())
	}
}

// joinLine lets Backspace at the beginning of a continued statement bring the
// line before it back.
func (p *session) joinLine(b *prompt.Buffer) {
	if p.typed != "" || b.Text() != "" || p.pending.Len() == 0 {
		return
	}
	lines := strings.Split(strings.TrimSuffix(p.pending.String(), "\n"), "\n")
	last := lines[len(lines)-1]
	p.pending.Reset()
	for _, line := range lines[:len(lines)-1] {
		p.pending.WriteString(line + "\n")
	}
	b.InsertText(last, false, true)
}
