package shell

import (
	"strings"

	prompt "github.com/c-bata/go-prompt"
)

// What may begin a statement, and the words that may follow others. A word not
// listed is followed by names and functions.
var (
	firstWords = []string{"SELECT", "CREATE STREAM", "CREATE TABLE", "INSERT INTO", "SHOW", "DESCRIBE", "EXPLAIN", "PRINT",
		"DROP STREAM", "DROP TABLE", "TERMINATE", "PAUSE", "RESUME", "SET", "UNSET", "DEFINE", "UNDEFINE", "ALTER STREAM", "ALTER TABLE", "ASSERT"}
	showWords   = []string{"STREAMS", "TABLES", "QUERIES", "TOPICS", "FUNCTIONS", "PROPERTIES", "TYPES", "VARIABLES"}
	clauseWords = []string{"FROM", "WHERE", "GROUP BY", "PARTITION BY", "HAVING", "WINDOW TUMBLING (SIZE", "WINDOW HOPPING (SIZE", "WINDOW SESSION (",
		"EMIT CHANGES", "EMIT FINAL", "LIMIT", "AS", "JOIN", "LEFT JOIN", "WITHIN", "ON", "WITH (", "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN",
		"IS NULL", "IS NOT NULL", "CASE WHEN", "VALUES ("}
	withWords = []string{"KAFKA_TOPIC=", "VALUE_FORMAT=", "KEY_FORMAT=", "PARTITIONS=", "TIMESTAMP=", "TIMESTAMP_FORMAT=", "RETENTION_MS=", "WRAP_SINGLE_VALUE="}
)

// complete suggests what may come next at the cursor.
func (p *session) complete(d prompt.Document) []prompt.Suggest {
	word := d.GetWordBeforeCursorUntilSeparator(" ,()=<>\t")
	before := p.pending.String() + d.TextBeforeCursor()
	before = strings.TrimSpace(strings.TrimSuffix(before, word))
	if word == "" {
		return nil // Do not cover the screen before a letter is typed.
	}
	return prompt.FilterHasPrefix(p.candidates(before), word, true)
}

func (p *session) candidates(before string) []prompt.Suggest {
	words := strings.Fields(strings.ToUpper(before))
	if len(words) == 0 {
		out := suggest(firstWords, "")
		for _, c := range shellCommands() {
			out = append(out, prompt.Suggest{Text: c.name, Description: c.help})
		}
		return out
	}
	switch last := words[len(words)-1]; last {
	case "SHOW", "LIST":
		return suggest(showWords, "")
	case "FROM", "JOIN", "INTO", "DESCRIBE", "STREAM", "TABLE":
		return p.names()
	case "TERMINATE", "PAUSE", "RESUME", "EXPLAIN":
		return p.queries()
	case "PRINT":
		return p.topics()
	}
	if i := strings.LastIndex(strings.ToUpper(before), "WITH ("); i >= 0 && !strings.Contains(before[i:], ")") {
		return suggest(withWords, "property")
	}
	out := p.columns(before)
	out = append(out, suggest(clauseWords, "")...)
	out = append(out, p.names()...)
	return append(out, p.functions()...)
}

func suggest(words []string, what string) []prompt.Suggest {
	out := make([]prompt.Suggest, len(words))
	for i, w := range words {
		out[i] = prompt.Suggest{Text: w, Description: what}
	}
	return out
}

func (p *session) names() []prompt.Suggest {
	var out []prompt.Suggest
	for _, s := range p.shell.Session.Sources() {
		out = append(out, prompt.Suggest{Text: s.Name, Description: strings.ToLower(s.Relation) + " on " + s.Topic})
	}
	return out
}

// columns suggests the columns of every source that the text names.
func (p *session) columns(before string) []prompt.Suggest {
	var out []prompt.Suggest
	upper := strings.ToUpper(before)
	seen := map[string]bool{}
	for _, s := range p.shell.Session.Sources() {
		if !strings.Contains(upper, strings.ToUpper(s.Name)) && strings.Contains(upper, "FROM") {
			continue
		}
		for _, f := range s.Fields {
			if !seen[f.Name] {
				seen[f.Name] = true
				out = append(out, prompt.Suggest{Text: f.Name, Description: f.Type + " of " + s.Name})
			}
		}
	}
	return out
}

func (p *session) functions() []prompt.Suggest {
	var out []prompt.Suggest
	for _, f := range p.shell.Session.Functions() {
		out = append(out, prompt.Suggest{Text: f.Name + "(", Description: strings.ToLower(f.Kind) + ", " + strings.ToLower(f.Category)})
	}
	return out
}

func (p *session) queries() []prompt.Suggest {
	var out []prompt.Suggest
	for _, q := range p.shell.Session.Queries() {
		out = append(out, prompt.Suggest{Text: q.ID, Description: q.State})
	}
	return out
}

func (p *session) topics() []prompt.Suggest {
	var out []prompt.Suggest
	for _, t := range p.shell.Session.Topics() {
		out = append(out, prompt.Suggest{Text: t.Name})
	}
	return out
}
