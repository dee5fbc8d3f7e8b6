package shell

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// shellCommand is a command of the shell itself; at the prompt it needs no `;`.
// Those with run work in scripts, too, the others at the prompt only.
type shellCommand struct {
	name, args, help string
	run              func(s *Shell, ctx context.Context, args string) error
	prompt           func(p *session, args string) error
}

// allCommands is a function because help lists the commands it is one of.
func allCommands() []shellCommand {
	return []shellCommand{
		{"help", "[WORDS]", "this list, or about a statement, a clause or a function: help create stream", nil, (*session).help},
		{"exit", "", "leave (so does Ctrl-D)", nil, (*session).exit},
		{"quit", "", "leave", nil, (*session).exit},
		{"history", "", "statements entered before", nil, (*session).showHistory},
		{"clear", "", "clear the screen", nil, (*session).clear},
		{"server", "", "where the data is", nil, (*session).where},
		{"output", "[TABULAR|JSON|CSV]", "show or choose how results are written", (*Shell).output, nil},
		{"timing", "[ON|OFF]", "show or choose whether statements tell how long they took", (*Shell).timing, nil},
		{"run script", "'FILE'", "run the statements of a file", (*Shell).script, nil},
		{"spool", "'FILE'|OFF", "write what is typed and answered to a file, too", func(s *Shell, _ context.Context, args string) error { return s.spoolCommand(args) }, nil},
	}
}

// findCommand tells whether line is a command of the shell, and its arguments.
func findCommand(line string) (c shellCommand, args string, ok bool) {
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), ";"))
	for _, c := range allCommands() {
		name := strings.Fields(c.name)
		if len(words) >= len(name) && strings.EqualFold(strings.Join(words[:len(name)], " "), c.name) {
			return c, strings.Join(words[len(name):], " "), true
		}
	}
	return c, "", false
}

// command runs line when it is a command that works in scripts.
func (s *Shell) command(ctx context.Context, line string) (known bool, err error) {
	c, args, ok := findCommand(line)
	if !ok || c.run == nil {
		return false, nil
	}
	return true, c.run(s, ctx, args)
}

// command runs line when it is a command of the shell.
func (p *session) command(line string) (known bool, err error) {
	c, args, ok := findCommand(line)
	switch {
	case !ok:
		return false, nil
	case c.run != nil:
		return true, c.run(p.shell, p.ctx, args)
	}
	return true, c.prompt(p, args)
}

func (p *session) exit(string) error {
	p.leaving = true
	return nil
}

func (p *session) where(string) error {
	fmt.Fprintln(p.shell.Out, p.place)
	return nil
}

func (s *Shell) output(_ context.Context, args string) error {
	if args == "" {
		fmt.Fprintf(s.Err, "Results are written as %s.\n", s.Format)
		return nil
	}
	f, err := ParseFormat(unquote(args))
	if err != nil {
		return err
	}
	s.Format = f
	return nil
}

func (s *Shell) timing(_ context.Context, args string) error {
	switch strings.ToUpper(args) {
	case "ON":
		s.Timing = true
	case "OFF":
		s.Timing = false
	case "":
		fmt.Fprintf(s.Err, "Timing is %s.\n", map[bool]string{true: "ON", false: "OFF"}[s.Timing])
	default:
		return fmt.Errorf("timing is ON or OFF, not %q", args)
	}
	return nil
}

// maxScripts bounds scripts that run scripts.
const maxScripts = 16

func (s *Shell) script(ctx context.Context, args string) error {
	path := unquote(args)
	if path == "" {
		return fmt.Errorf("RUN SCRIPT needs a file: RUN SCRIPT 'queries.sql'")
	}
	if s.scripts == maxScripts {
		return fmt.Errorf("%s: %d scripts run each other; does one of them run itself?", path, maxScripts)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s.scripts++
	defer func() { s.scripts-- }()
	if err := s.Run(ctx, string(text)); err != nil {
		fmt.Fprintf(s.Err, "in %s\n", filepath.ToSlash(path))
		return err
	}
	return nil
}

func (p *session) showHistory(string) error {
	for i, line := range p.history.lines {
		fmt.Fprintf(p.shell.Out, "%4d: %s\n", i+1, escapeControl(line))
	}
	return nil
}

func (p *session) clear(string) error {
	_, err := io.WriteString(p.shell.Out, "\x1b[2J\x1b[H")
	return err
}

func unquote(s string) string { return strings.Trim(s, "'\"") }

func equalWord(s, word string) bool { return strings.EqualFold(strings.TrimSpace(s), word) }
