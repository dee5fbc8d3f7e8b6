package shell

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/parser"
)

// helpSession is a conversation whose output goes to out.
func helpSession(t *testing.T, out *bytes.Buffer) *session {
	t.Helper()
	db, err := leat.OpenMem(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	engine := db.NewSession()
	return &session{shell: &Shell{Session: engine, Out: out, Err: out, Format: Tabular}, ctx: context.Background(),
		memory: memory{engine: engine}, history: &history{}}
}

func TestHelpShowsFormAndExample(t *testing.T) {
	var out bytes.Buffer
	p := helpSession(t, &out)
	for _, s := range parser.StatementSyntax() {
		out.Reset()
		if err := p.help(strings.ToLower(s.Name)); err != nil {
			t.Errorf("help %s: %v", s.Name, err)
		}
		for _, want := range []string{s.Summary, indent(s.Text()) + ";", indent(s.Example)} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("help %s lacks %q:\n%s", s.Name, want, out.String())
			}
		}
	}
}

func TestHelpText(t *testing.T) {
	var out bytes.Buffer
	p := helpSession(t, &out)
	if err := p.help("create table as select"); err != nil {
		t.Fatal(err)
	}
	const want = `CREATE TABLE AS SELECT: Makes a table of the results of a query, which runs from now on and keeps it up to date.

  CREATE [OR REPLACE] TABLE [IF NOT EXISTS] name [WITH (property, ...)] AS query;

    name         letters, digits, _ and @, read in upper case; or any characters in backquotes or double quotes, read as they are
    property     {name | string} = constant
    query        SELECT item, ... FROM source [join] ...
                   [WINDOW [name] window] [WHERE expression]
                   [GROUP BY list] [PARTITION BY list] [HAVING expression]
                   [EMIT {CHANGES | FINAL}] [LIMIT integer]

For example:

  CREATE TABLE pages AS
    SELECT page, COUNT(*) AS hits FROM clicks GROUP BY page EMIT CHANGES;
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestHelpOfWordsAndOverview(t *testing.T) {
	var out bytes.Buffer
	p := helpSession(t, &out)
	for word, want := range map[string]string{
		"substring": "SUBSTRING(STRING value", "replace": "REPLACE(STRING", "tumbling": "window       {TUMBLING (SIZE duration", "Where": "query        SELECT item",
		"between": "[NOT] BETWEEN value AND value", "nothing": "there is no function named NOTHING; ",
	} {
		out.Reset()
		if err := p.help(word); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("help %s: %s", word, out.String())
		}
	}
	out.Reset()
	p.overview()
	for _, want := range []string{"help [WORDS]", "create stream as select", "terminate"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the overview lacks %q:\n%s", want, out.String())
		}
	}
}
