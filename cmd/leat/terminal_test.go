package main

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

// terminal is a shell in a terminal of tmux, which the test types into and looks
// at.
type terminal struct {
	t      *testing.T
	socket string
}

// newTerminal runs sh in a terminal of 100 columns and 30 rows, in dir.
func newTerminal(t *testing.T, dir string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed; .ci/run installs it")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the interactive shell needs a Unix terminal")
	}
	sockets, err := os.MkdirTemp("", "leat") // Paths of sockets must be short.
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, socket: filepath.Join(sockets, "tmux")}
	term.tmux("-f", os.DevNull, "new-session", "-d", "-x", "100", "-y", "30", "-c", dir,
		"env", "LEAT_HISTORY="+filepath.Join(dir, "history"), "PS1=sh> ", "PATH="+os.Getenv("PATH"), "sh")
	t.Cleanup(func() {
		term.tmux("kill-server")
		if err := os.RemoveAll(sockets); err != nil {
			t.Error(err)
		}
	})
	term.sees("sh>")
	return term
}

func (term *terminal) tmux(args ...string) string {
	term.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// types sends text as if it were typed; keys sends keys by name.
func (term *terminal) types(text string) {
	if rest, ok := strings.CutSuffix(text, ";"); ok {
		text = rest + `\;` // A last ; would end the command of tmux.
	}
	term.tmux("send-keys", "-l", "--", text)
}

func (term *terminal) keys(names ...string) { term.tmux(append([]string{"send-keys"}, names...)...) }

// enters types a line.
func (term *terminal) enters(line string) {
	term.types(line)
	term.keys("Enter")
}

func (term *terminal) pastes(text string) {
	term.tmux("set-buffer", text)
	term.tmux("paste-buffer", "-p") // In brackets, as terminals do.
}

func (term *terminal) screen() string { return term.tmux("capture-pane", "-p", "-S", "-200") }

// sees waits until the screen has all the texts, in this order.
func (term *terminal) sees(texts ...string) {
	term.t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		rest, missing := term.screen(), ""
		for _, text := range texts {
			_, after, ok := strings.Cut(rest, text)
			if !ok {
				missing = text
				break
			}
			rest = after
		}
		if missing == "" {
			return
		}
		select {
		case <-look.C:
		case <-deadline.C:
			term.t.Fatalf("%q does not come to be on the screen:\n%s", missing, term.screen())
		}
	}
}

// clears empties the screen.
func (term *terminal) clears() {
	term.enters("clear")
	term.tmux("clear-history")
}

// TestTerminal is a session at a terminal, over a directory and at a server.
func TestTerminal(t *testing.T) {
	for name, flags := range map[string]func(*testing.T) string{
		"directory": func(*testing.T) string { return "--data db" },
		"server":    func(t *testing.T) string { return "--server " + serveMem(t) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			term := newTerminal(t, dir)
			term.enters("stty -g > before; leat shell " + flags(t) + "; stty -g > after; echo code=$?")
			term.sees("Type help for help", "leat>")
			sessionAtTerminal(term)
			term.keys("C-d")
			term.sees("Bye.", "code=0")
			before, after := readFile(t, dir, "before"), readFile(t, dir, "after")
			if before != after {
				t.Errorf("the terminal was\n%s\nand is\n%s", before, after)
			}
			if past := readFile(t, dir, "history"); !strings.Contains(past, "CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR) WITH (") {
				t.Errorf("history:\n%s", past)
			}
			if spooled := readFile(t, dir, "out.log"); !strings.Contains(spooled, "leat> SHOW STREAMS;") || !strings.Contains(spooled, "CLICKS") {
				t.Errorf("spool:\n%s", spooled)
			}
		})
	}
}

func sessionAtTerminal(term *terminal) {
	// A pasted statement of three lines is one statement.
	term.pastes("CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR)\n\tWITH (KAFKA_TOPIC='clicks',\n  VALUE_FORMAT='JSON', PARTITIONS=1);\n")
	term.sees("STREAM CLICKS created", "leat>")
	term.enters("INSERT INTO clicks VALUES ('ada', '日本/home');")
	term.enters("SET 'auto.offset.reset'='earliest';")
	// Completion by place: columns and functions with signatures, then sources.
	term.types("SELECT us")
	term.sees("USER_ID", "STRING of CLICKS")
	term.keys("Tab")
	term.types(", SUBST")
	term.sees("SUBSTRING(STRING value, INTEGER pos)")
	term.keys("BSpace", "BSpace", "BSpace", "BSpace", "BSpace")
	term.types("page FROM cl")
	term.sees("stream on clicks")
	term.keys("Tab")
	term.enters(" EMIT CHANGES;")
	// A streaming query runs until Ctrl-C and the prompt comes back.
	term.sees("│ USER_ID │ PAGE", "│ ada     │ 日本/home │")
	term.keys("C-c")
	term.sees("Query stopped.", "leat>")
	// Errors show the place; a broken statement is given up with Ctrl-C.
	term.enters("SELECT 日, nope FROM clicks EMIT CHANGES;")
	term.sees("SELECT 日, nope FROM clicks", "^", "Error: line 1:")
	term.clears()
	term.enters("SELECT page")
	term.sees("    >")
	term.keys("BSpace") // Brings the line back.
	term.types(" AS")
	term.sees("leat> SELECT page AS")
	term.keys("C-c")
	// Help: of a statement, and of the function around the cursor.
	term.clears()
	term.enters("help drop type")
	term.sees("DROP TYPE: Removes the name of a type")
	term.types("SELECT LCASE(page")
	term.keys("F1")
	term.sees("LCASE (scalar, STRING)")
	term.keys("C-c")
	term.enters("spool 'out.log'")
	term.sees("until SPOOL OFF")
	// A terminal of another size, from here on.
	term.tmux("resize-window", "-x", "60", "-y", "30")
	term.clears()
	term.enters("SHOW STREAMS;")
	term.sees("│ CLICKS │ clicks")
	term.enters("spool off")
	term.sees("The session is in")
	term.tmux("resize-window", "-x", "100", "-y", "30")
	// Up brings back whole statements.
	term.clears()
	term.keys("Up", "Up", "Up")
	term.sees("leat> SHOW STREAMS;")
	term.keys("C-c")
}

// serveMem serves a database in memory.
func serveMem(t *testing.T) string {
	db, err := leat.OpenMem(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(db, slog.New(slog.DiscardHandler)).Handler())
	t.Cleanup(func() {
		db.CloseQueries()
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return web.URL
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
