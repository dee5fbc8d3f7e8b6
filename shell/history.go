package shell

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// history keeps whole statements, a line each, across sessions. Every statement
// is appended to the file at once, so that sessions side by side keep theirs and
// a killed one loses nothing.
type history struct {
	path  string
	lines []string
}

// historyLines is how many statements a session begins with; a file with more
// than twice as many is cut to that.
const historyLines = 1000

// historyPath is where the history is: in LEAT_HISTORY, or in the home directory.
func historyPath() string {
	if path, ok := os.LookupEnv("LEAT_HISTORY"); ok {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "" // No home, no history.
	}
	return filepath.Join(home, ".leat_history")
}

func loadHistory(path string) (*history, error) {
	h := &history{path: path}
	f, err := os.Open(path)
	if err != nil {
		return h, nil // The first session has none.
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		h.lines = append(h.lines, sc.Text())
	}
	many := len(h.lines) > 2*historyLines
	h.lines = h.lines[max(0, len(h.lines)-historyLines):]
	if many {
		if err := os.WriteFile(path, []byte(strings.Join(h.lines, "\n")+"\n"), 0o600); err != nil {
			return h, fmt.Errorf("history: %w", err)
		}
	}
	return h, nil
}

// add appends a statement, unless it is the last one again or has no form as one
// line.
func (h *history) add(text string) error {
	line, ok := oneLine(text)
	if n := len(h.lines); !ok || line == "" || n > 0 && h.lines[n-1] == line {
		return nil
	}
	h.lines = append(h.lines, line)
	if h.path == "" {
		return nil
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	_, err = f.WriteString(line + "\n")
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// oneLine writes a statement as one line that means the same: line ends become
// spaces and line comments /* comments */. A text with a line end inside quotes
// has no such form.
func oneLine(text string) (line string, ok bool) {
	var b strings.Builder
	text = strings.TrimSpace(text)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'' || c == '"' || c == '`':
			end := strings.IndexByte(text[i+1:], c)
			if end < 0 || strings.ContainsAny(text[i:i+1+end], "\r\n") {
				return "", false
			}
			b.WriteString(text[i : i+end+2])
			i += end + 1
		case strings.HasPrefix(text[i:], "--"):
			comment, _, _ := strings.Cut(text[i:], "\n")
			b.WriteString("/*" + strings.ReplaceAll(strings.TrimRight(comment[2:], "\r"), "*/", "* /") + " */")
			i += len(comment) - 1
		case c == '\n' || c == '\r' || c == '\t' || c == ' ':
			if s := b.String(); !strings.HasSuffix(s, " ") {
				b.WriteByte(' ')
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}
