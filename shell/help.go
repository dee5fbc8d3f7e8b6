package shell

import (
	"fmt"
	"sort"
	"strings"

	prompt "github.com/c-bata/go-prompt"
)

// statementHelp maps the first words of statements to their form.
var statementHelp = map[string]string{
	"create stream": `CREATE [OR REPLACE] STREAM [IF NOT EXISTS] name (column type [KEY], ...) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON' [, PARTITIONS=n]);
CREATE STREAM name [WITH (...)] AS SELECT ... FROM ... [WHERE ...] [PARTITION BY ...] EMIT CHANGES;`,
	"create table": `CREATE TABLE [IF NOT EXISTS] name (column type PRIMARY KEY, column type, ...) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON' [, PARTITIONS=n]);
CREATE TABLE name [WITH (...)] AS SELECT ..., COUNT(*) FROM ... [WINDOW ...] GROUP BY ... [HAVING ...] EMIT CHANGES;`,
	"select": `SELECT item [AS alias], ... FROM source [alias] [JOIN other [WITHIN n UNIT] ON a = b]
  [WINDOW TUMBLING (SIZE n UNIT) | HOPPING (SIZE n UNIT, ADVANCE BY n UNIT) | SESSION (n UNIT)]
  [WHERE ...] [GROUP BY ...] [HAVING ...] [EMIT CHANGES | EMIT FINAL] [LIMIT n];
With EMIT the query keeps running and shows every change; Ctrl-C stops it. Without EMIT it shows the state now.`,
	"insert":    "INSERT INTO name [(column, ...)] VALUES (expression, ...);\nINSERT INTO name SELECT ... FROM ...;",
	"show":      "SHOW STREAMS | TABLES | QUERIES | TOPICS | FUNCTIONS | PROPERTIES | TYPES | VARIABLES [EXTENDED];",
	"describe":  "DESCRIBE name [EXTENDED];   DESCRIBE FUNCTION name;",
	"explain":   "EXPLAIN query_id;   EXPLAIN SELECT ...;",
	"print":     "PRINT topic [FROM BEGINNING] [INTERVAL n] [LIMIT n];",
	"drop":      "DROP STREAM|TABLE [IF EXISTS] name [DELETE TOPIC];",
	"terminate": "TERMINATE query_id | ALL;",
	"pause":     "PAUSE query_id | ALL;",
	"resume":    "RESUME query_id | ALL;",
	"set":       "SET 'property'='value';   UNSET 'property';   SHOW PROPERTIES lists them.",
	"define":    "DEFINE name = 'value';   UNDEFINE name;   ${name} in later statements is replaced.",
}

func (p *session) help(args string) error {
	if args == "" {
		p.overview()
		return nil
	}
	text := strings.ToLower(strings.Join(strings.Fields(args), " "))
	if form, ok := statementHelp[text]; ok {
		fmt.Fprintln(p.shell.Out, form)
		return nil
	}
	var near []string
	for name := range statementHelp {
		if strings.HasPrefix(name, text) || strings.HasPrefix(text, name) {
			near = append(near, name)
		}
	}
	sort.Strings(near)
	for _, name := range near {
		fmt.Fprintln(p.shell.Out, statementHelp[name])
	}
	if len(near) > 0 {
		return nil
	}
	return p.shell.Run(p.ctx, "DESCRIBE FUNCTION "+args+";")
}

func (p *session) overview() {
	fmt.Fprintln(p.shell.Out, "Statements end with a semicolon. Tab completes, F1 explains the word at the cursor, Ctrl-C stops a running query.")
	for _, c := range shellCommands() {
		fmt.Fprintf(p.shell.Out, "  %-30s %s\n", c.name+" "+c.args, c.help)
	}
	var names []string
	for name := range statementHelp {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(p.shell.Out, "Statements with help of their own: "+strings.Join(names, ", ")+".")
}

// helpAtCursor explains the word before the cursor: a statement or a function.
func (p *session) helpAtCursor(b *prompt.Buffer) {
	word := strings.ToLower(strings.TrimRight(b.Document().GetWordBeforeCursorUntilSeparator(" ,()"), "("))
	fmt.Fprint(p.shell.Out, "\r\n")
	if word == "" {
		p.overview()
		return
	}
	// A word that is neither is told so by the statement itself.
	_ = p.help(word)
}
