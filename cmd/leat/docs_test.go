package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/shell"
)

// TestPages runs what the pages for users show, each page in a directory of its
// own and from top to bottom:
//
//   - the block behind "File `name`:" is that file;
//   - in a console block every command, with the lines behind it that begin with
//     "> ", prints exactly the lines below it; `leat serve` runs until the page ends;
//   - an sql block runs in a database in memory, and prints what the text block
//     behind it says;
//   - a go block stands in one of the examples.
//
// With -update the pages get what is printed.
func TestPages(t *testing.T) {
	for _, name := range []string{"testing", "quickstart", "concepts", "from-ksqldb", "operations", "embedding", "troubleshooting"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("..", "..", "docs", name+".md")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p := &page{t: t, dir: t.TempDir()}
			defer p.end()
			made := p.run(string(text))
			switch {
			case p.steps == 0:
				t.Error("the page shows nothing that can be run")
			case *update:
				if err := os.WriteFile(path, []byte(made), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// page is a page that is run.
type page struct {
	t      *testing.T
	dir    string
	steps  int
	db     *leat.DB  // Of sql blocks; nil before the first.
	server *exec.Cmd // nil when there is none.
	addr   string    // Of the server.
}

var (
	pageFile    = regexp.MustCompile("File `([^`]+)`:\\s*$")
	pageFailure = regexp.MustCompile(`, [1-9]\d* failed|(?m)^Error|^leat: `)
)

// run runs the blocks and returns the page with what they have printed.
func (p *page) run(text string) string {
	var made strings.Builder
	printed, ran := "", false // What the sql block before has printed, if there was one just before.
	for i, part := range strings.SplitAfter("\n"+text, "\n```") {
		if i%2 == 0 {
			ran = ran && strings.TrimSpace(strings.TrimSuffix(part, "\n```")) == ""
			made.WriteString(part)
			continue
		}
		before := made.String()
		kind, body, _ := strings.Cut(strings.TrimSuffix(part, "\n```"), "\n")
		file := pageFile.FindStringSubmatch(strings.TrimSuffix(before, "\n```"))
		switch {
		case file != nil:
			p.write(file[1], body+"\n")
		case kind == "console":
			body = p.console(body)
		case kind == "sql":
			printed, ran = strings.TrimRight(p.sql(body), "\n"), true
		case kind == "text" && ran:
			body, ran = p.compare("the sql block", body, printed), false
		case kind == "go":
			p.goBlock(body)
		}
		if kind != "sql" {
			ran = false
		}
		made.WriteString(kind + "\n" + body + "\n```")
	}
	return made.String()[1:]
}

// compare reports a difference, and returns what the page is to have.
func (p *page) compare(what, want, got string) string {
	p.steps++
	if got != want && !*update {
		p.t.Errorf("%s prints\n%s\nthe page has\n%s", what, got, want)
	}
	return got
}

func (p *page) write(name, text string) {
	path := filepath.Join(p.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
		p.t.Fatal(err)
	}
}

// console runs the commands of a block.
func (p *page) console(body string) string {
	var made []string
	for _, step := range strings.Split("\n"+body, "\n$ ")[1:] {
		command, shown := "", "$ "
		lines := strings.Split(step, "\n")
		for k, line := range lines {
			rest, more := strings.CutPrefix(line, "> ")
			if k > 0 && !more {
				lines = lines[k:]
				break
			}
			command += rest + "\n"
			shown += line + "\n"
			if k == len(lines)-1 {
				lines = nil
			}
		}
		got := p.compare(command, strings.Join(lines, "\n"), p.command(strings.TrimSuffix(command, "\n")))
		made = append(made, strings.TrimRight(shown+got, "\n"))
	}
	return strings.Join(made, "\n")
}

// command runs a command and returns what it prints. One that fails must say so.
func (p *page) command(text string) string {
	if rest, ok := strings.CutPrefix(text, "leat serve"); ok {
		return p.serve(strings.Fields(rest))
	}
	if p.addr != "" {
		text = strings.ReplaceAll(text, "localhost:8088", p.addr)
	}
	c := exec.Command("sh", "-c", text)
	c.Dir = p.dir
	out, err := c.CombinedOutput()
	if failed := pageFailure.Match(out); (err != nil) != failed {
		p.t.Errorf("%s\nprints\n%s\nand ends with %v", text, out, err)
	}
	return strings.TrimRight(strings.ReplaceAll(string(out), p.dir, "."), "\n")
}

// serve starts a server, at an address of its own. The page shows that of the
// default.
func (p *page) serve(args []string) string {
	p.end()
	c := exec.Command("leat", append([]string{"serve", "--http", "127.0.0.1:0"}, args...)...)
	c.Dir, c.Stderr = p.dir, p.t.Output()
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.server = c
	var shown []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		shown = append(shown, lines.Text())
		if _, at, ready := strings.Cut(lines.Text(), " at http://"); ready {
			p.addr = at
			break
		}
	}
	return strings.ReplaceAll(strings.Join(shown, "\n"), p.addr, "localhost:8088")
}

// end ends the server and the database.
func (p *page) end() {
	if p.server != nil {
		if err := errors.Join(p.server.Process.Signal(syscall.SIGTERM), p.server.Wait()); err != nil {
			p.t.Error(err)
		}
		p.server = nil
	}
	if p.db != nil {
		if err := p.db.Close(); err != nil {
			p.t.Error(err)
		}
		p.db = nil
	}
}

// pageTime is the time of rows of sql blocks that do not tell theirs.
var pageTime = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// sql runs statements and returns what the shell prints.
func (p *page) sql(text string) string {
	if p.db == nil {
		var err error
		if p.db, err = leat.OpenMem(p.t.Context(), leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProcessingLog(),
			leat.WithClock(func() time.Time { return pageTime })); err != nil {
			p.t.Fatal(err)
		}
	}
	p.steps++
	var out bytes.Buffer
	prompt := &shell.Shell{Session: p.db.NewSession(), Out: &out, Err: &out, Format: shell.Tabular}
	failed := false
	for _, piece := range parser.Split(text) {
		if err := p.db.Settle(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
		failed = prompt.Run(p.t.Context(), piece.Text) != nil || failed
	}
	if failed != strings.Contains(out.String(), "Error: ") {
		p.t.Errorf("%s\nprints\n%s\nand has failed: %t", text, out.String(), failed)
	}
	if failed && !strings.Contains(text, "-- mistake") {
		p.t.Errorf("%s\nprints\n%s", text, out.String())
	}
	return out.String()
}

// goBlock looks for the block in the examples.
func (p *page) goBlock(body string) {
	p.steps++
	files, err := filepath.Glob("../../examples/embedded/*.go")
	if err != nil {
		p.t.Fatal(err)
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, f := range append(files, "../../example_test.go") {
		text, err := os.ReadFile(f)
		if err != nil {
			p.t.Fatal(err)
		}
		if strings.Contains(squeeze(string(text)), squeeze(body)) {
			return
		}
	}
	p.t.Errorf("no example has\n%s", body)
}

// curl stands in for the program of that name, as far as pages use it, so that
// the tests need nothing but Go.
func curl() {
	method, body, url := http.MethodGet, "", ""
	for args := os.Args[1:]; len(args) > 0; args = args[1:] {
		switch args[0] {
		case "-s", "-sf":
		case "-d":
			method, body, args = http.MethodPost, args[1], args[1:]
		default:
			url = args[0]
		}
	}
	err := func() error {
		req, err := http.NewRequest(method, "http://"+strings.TrimPrefix(url, "http://"), strings.NewReader(body))
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(os.Stdout, resp.Body)
		return err
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
