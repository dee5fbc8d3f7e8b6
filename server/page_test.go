package server_test

import (
	"io"
	"iter"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// pageBlocks are the code blocks of a page: what they are, and their text.
func pageBlocks(page []byte) iter.Seq2[string, string] {
	return func(yield func(kind, body string) bool) {
		for i, block := range strings.Split(string(page), "\n```") {
			kind, body, _ := strings.Cut(block, "\n")
			if i%2 == 1 && !yield(kind, body) { // Between them is text.
				return
			}
		}
	}
}

// pageCommands are the commands of a console block, with what the page says they
// answer. A text in quotes may go over several lines.
func pageCommands(body string) iter.Seq2[string, string] {
	return func(yield func(command, want string) bool) {
		for _, step := range strings.Split("\n"+body, "\n$ ")[1:] {
			command, want, _ := strings.Cut(step, "\n")
			for strings.Count(command, "'")%2 == 1 {
				var more string
				more, want, _ = strings.Cut(want, "\n")
				command += "\n" + more
			}
			if !yield(command, want) {
				return
			}
		}
	}
}

// pageServer is the address of the server in commands.
var pageServer = regexp.MustCompile(`^localhost:\d+`)

// curl makes the request of a curl command to the server at base, and returns the
// answer. h2 is for --http2-prior-knowledge.
func curl(t *testing.T, base string, h1, h2 *http.Client, command string) string {
	t.Helper()
	method, body, url, client, header := http.MethodGet, "", "", h1, http.Header{}
	words := shellWords(command)
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "-s":
		case "--http2-prior-knowledge":
			client = h2
		case "-X":
			i++
			method = words[i]
		case "-d":
			i++
			body = words[i]
			if method == http.MethodGet {
				method = http.MethodPost
			}
		case "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		default:
			url = words[i]
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, pageServer.ReplaceAllString(url, base), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// shellWords splits a command at spaces outside of single quotes.
func shellWords(command string) []string {
	var words []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
