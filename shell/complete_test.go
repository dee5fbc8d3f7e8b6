package shell

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	prompt "github.com/c-bata/go-prompt"
)

// completions are what is suggested at the | of a text.
func completions(p *session, text string) []string {
	before, after, _ := strings.Cut(text, "|")
	b := prompt.NewBuffer()
	b.InsertText(before+after, false, true)
	b.CursorLeft(len([]rune(after)))
	var out []string
	for _, s := range p.complete(*b.Document()) {
		out = append(out, s.Text)
	}
	return out
}

func TestCompletionByPlace(t *testing.T) {
	var out bytes.Buffer
	p := helpSession(t, &out)
	err := p.shell.Run(context.Background(), `
		CREATE STREAM orders (id INT KEY, item VARCHAR, "Shop" VARCHAR) WITH (KAFKA_TOPIC='the-orders', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE items (item_id VARCHAR PRIMARY KEY, price DOUBLE) WITH (KAFKA_TOPIC='items', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE sold AS SELECT item, COUNT(*) AS n FROM orders GROUP BY item EMIT CHANGES;
		CREATE TYPE money AS DECIMAL(9, 2); DEFINE place = 'x';`)
	if err != nil {
		t.Fatal(out.String())
	}
	for _, c := range []struct{ text, has, lacks string }{
		{"s|", "SELECT SHOW SET spool", "SOLD SUBSTRING("},
		{"|", "", "SELECT"},
		{"CREATE s|", "STREAM SOURCE", "SELECT"},
		{"SELECT i|", "ID ITEM ITEM_ID IFNULL(", "ITEMS INSERT"},
		{"SELECT i| FROM items", "ITEM_ID", "ITEM ID"},
		{"SELECT i| FROM orders o JOIN items ON o.item = items.item_id", "ID ITEM ITEM_ID ITEMS.", ""},
		{"SELECT o.| FROM orders o", "o.ID o.ITEM o.`Shop` o.ROWTIME", "o.PRICE"},
		{"SELECT `| FROM orders", "`Shop`", "ID"},
		{"SELECT id FROM o|", "ORDERS", "SOLD"},
		{"SELECT id FROM orders w|", "WHERE", "WITH"},
		{"SELECT id FROM orders WHERE id = 1 A|", "AND", "AS"},
		{"SELECT id FROM orders EMIT C|", "CHANGES", "COUNT("},
		{"DROP TABLE |i", "", ""},
		{"DROP TABLE i|", "ITEMS", "ORDERS"},
		{"INSERT INTO orders (it|", "ITEM", "PRICE"},
		{"PRINT '|", "'the-orders' 'items'", ""},
		{"PRINT i|", "items", "the-orders"},
		{"TERMINATE C|", "CTAS_SOLD_", ""},
		{"DESCRIBE FUNCTION sub|", "SUBSTRING", "SUBSTRING("},
		{"SET 'auto|", "'auto.offset.reset'", ""},
		{"SET 'auto.offset.reset' = '|", "'earliest' 'latest'", ""},
		{"CREATE STREAM x (a m|", "MONEY MAP", "MAX("},
		{"CREATE STREAM x (a INT) WITH (K|", "KAFKA_TOPIC= KEY_FORMAT=", "KEY"},
		{"CREATE STREAM x (a INT) WITH (VALUE_FORMAT='A|", "'AVRO'", "'items'"},
		{"CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='|", "'items'", "'AVRO'"},
		{"UNDEFINE p|", "PLACE", ""},
		{"SHOW STREAMS; DESCRIBE o|", "ORDERS", ""},
	} {
		got := completions(p, c.text)
		for _, want := range strings.Fields(c.has) {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
				t.Errorf("%s: want %s among %q", c.text, want, got)
			}
		}
		for _, not := range strings.Fields(c.lacks) {
			if slices.Contains(got, not) {
				t.Errorf("%s: %s does not belong there: %q", c.text, not, got)
			}
		}
	}
	b := prompt.NewBuffer()
	b.InsertText("SELECT substri", false, true)
	if s := p.complete(*b.Document()); len(s) != 1 || !strings.Contains(s[0].Description, "SUBSTRING(STRING value, INTEGER pos) -> STRING") {
		t.Errorf("no signature: %q", s)
	}
}

func TestCommandsInScripts(t *testing.T) {
	var out bytes.Buffer
	p := helpSession(t, &out)
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{"inner.sql": "SHOW TYPES;", "self.sql": "RUN SCRIPT 'self.sql';", "bad.sql": "SHOW TYPES;\nSHOW TIPES;"} {
		writeFile(t, name, text)
	}
	for _, c := range [][2]string{
		{"OUTPUT JSON; RUN SCRIPT 'inner.sql'; OUTPUT TABULAR;", `"Types": []`},
		{"RUN SCRIPT 'self.sql';", "does one of them run itself?"},
		{"RUN SCRIPT 'bad.sql';", "in bad.sql"},
		{"RUN SCRIPT 'none.sql';", "none.sql"},
		{"OUTPUT xml;", "TABULAR, JSON and CSV"},
		{"TIMING maybe;", "ON or OFF"},
		{"SPOOL OFF;", "SPOOL 'session.log' begins"},
		{"SPOOL 'a.log'; SPOOL 'b.log';", "SPOOL OFF first"},
	} {
		text, want := c[0], c[1]
		out.Reset()
		_ = p.shell.Run(context.Background(), text)
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: want %q in\n%s", text, want, out.String())
		}
	}
	if err := p.shell.Close(); err != nil {
		t.Error(err)
	}
}

func TestEnclosingCall(t *testing.T) {
	for text, want := range map[string]string{"SELECT lcase(a": "lcase", "SELECT f(g(1), ": "f", "SELECT f(1) + ": "", "x": "", "(": ""} {
		if got := enclosingCall(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
