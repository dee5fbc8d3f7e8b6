package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestTestingPage runs what docs/testing.md shows: the code block behind "File
// `name`:" is that file, and in console blocks every command must print exactly
// the lines below it.
func TestTestingPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.txtar"), []byte(pageScript(t, string(text))), 0o666); err != nil {
		t.Fatal(err)
	}
	params := scriptParams(dir)
	params.UpdateScripts = false
	testscript.Run(t, params)
}

var (
	pageFile    = regexp.MustCompile("File `([^`]+)`:\\s*$")
	pageFailure = regexp.MustCompile(`, [1-9]\d* failed`)
)

// pageScript makes a script of a page.
func pageScript(t *testing.T, text string) string {
	var commands, files strings.Builder
	outputs := 0
	run := func(command, want string) {
		code := 0
		if pageFailure.MatchString(want) {
			code = 1
		}
		outputs++
		fmt.Fprintf(&commands, "exits %d %s\ncmp stdout want-%d\n", code, command, outputs)
		fmt.Fprintf(&files, "-- want-%d --\n%s", outputs, want)
	}
	rest := text
	for {
		before, block, ok := strings.Cut(rest, "\n```")
		if !ok {
			break
		}
		body, after, ok := strings.Cut(block, "\n```")
		if !ok {
			t.Fatal("a code block is not closed")
		}
		kind, body, _ := strings.Cut(body, "\n")
		if m := pageFile.FindStringSubmatch(before); m != nil {
			fmt.Fprintf(&files, "-- %s --\n%s\n", m[1], body)
		} else if kind == "console" {
			for _, step := range strings.Split("\n"+body, "\n$ ")[1:] {
				command, want, _ := strings.Cut(step+"\n", "\n")
				run(command, want)
			}
		}
		rest = after
	}
	if outputs == 0 {
		t.Fatal("the page shows no commands")
	}
	return commands.String() + files.String()
}
