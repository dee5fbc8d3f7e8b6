package shell

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// shellCommand is a command of the shell itself; it needs no `;`.
type shellCommand struct {
	name, args, help string
	run              func(p *session, args string) error
}

// shellCommands is a function because help lists the commands it is one of.
func shellCommands() []shellCommand {
	return []shellCommand{
		{"help", "[WORDS]", "this list, or about a statement, a clause or a function: help create stream", (*session).help},
		{"exit", "", "leave (so does Ctrl-D)", (*session).exit},
		{"quit", "", "leave", (*session).exit},
		{"output", "[TABULAR|JSON|CSV]", "show or choose how results are written", (*session).output},
		{"timing", "[ON|OFF]", "show or choose whether statements tell how long they took", (*session).timing},
		{"run script", "'FILE'", "run the statements of a file", (*session).script},
		{"history", "", "statements entered before", (*session).showHistory},
		{"clear", "", "clear the screen", (*session).clear},
	}
}

// command runs line when it is a command of the shell.
func (p *session) command(line string) (known bool, err error) {
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), ";"))
	lower := strings.ToLower(text)
	for _, c := range shellCommands() {
		if lower == c.name || strings.HasPrefix(lower, c.name+" ") {
			return true, c.run(p, strings.TrimSpace(text[len(c.name):]))
		}
	}
	return false, nil
}

func (p *session) exit(string) error {
	p.leaving = true
	return nil
}

func (p *session) output(args string) error {
	if args == "" {
		fmt.Fprintf(p.shell.Err, "Results are written as %s.\n", p.shell.Format)
		return nil
	}
	f, err := ParseFormat(args)
	if err != nil {
		return err
	}
	p.shell.Format = f
	return nil
}

func (p *session) timing(args string) error {
	switch strings.ToUpper(args) {
	case "ON":
		p.shell.Timing = true
	case "OFF":
		p.shell.Timing = false
	case "":
		fmt.Fprintf(p.shell.Err, "Timing is %s.\n", map[bool]string{true: "ON", false: "OFF"}[p.shell.Timing])
	default:
		return fmt.Errorf("timing is ON or OFF, not %q", args)
	}
	return nil
}

func (p *session) script(args string) error {
	path := strings.Trim(args, "'\"")
	if path == "" {
		return fmt.Errorf("run script needs a file: run script 'queries.sql'")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := p.shell.Run(p.ctx, string(text)); err != nil && !IsReported(err) {
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
