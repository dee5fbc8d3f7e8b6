package shell

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// wordEnds separate the words that completion replaces.
const wordEnds = " ,()=<>\t"

// complete suggests what may come next at the cursor.
func (p *session) complete(d prompt.Document) []prompt.Suggest {
	p.typed = d.Text
	word := d.GetWordBeforeCursorUntilSeparator(wordEnds)
	if word == "" {
		return nil // Do not cover the screen before a letter is typed.
	}
	line := d.TextBeforeCursor()
	before := p.pending.String() + strings.TrimSuffix(line, word)
	found := prompt.FilterHasPrefix(p.candidates(before, d.TextAfterCursor(), word), word, true)
	return p.withSignatures(found)
}

// candidates are all that the grammar allows behind the text, with the words of
// the shell itself at the beginning of a statement.
func (p *session) candidates(before, after, word string) []prompt.Suggest {
	var keywords, out []prompt.Suggest
	if p.pending.Len() == 0 && strings.TrimSpace(before) == "" {
		for _, c := range allCommands() {
			keywords = append(keywords, prompt.Suggest{Text: c.name, Description: c.help})
		}
	}
	c := completer{known: p.memory.know(p.ctx), before: before, word: word, mentions: parser.Mentions(before + word + after)}
	about := map[string]string{}
	for _, s := range parser.StatementSyntax() {
		about[s.Name] = s.Summary
	}
	for _, n := range parser.NextOf(before) {
		switch {
		case offSession[n.Owner]:
		case n.Words != "" && isWord(n.Words):
			keywords = append(keywords, prompt.Suggest{Text: n.Words, Description: about[n.Words]})
		case n.Term != "":
			out = append(out, c.terms(n)...)
		}
	}
	sort.SliceStable(keywords, func(i, j int) bool { return keywords[i].Text < keywords[j].Text })
	return distinct(append(out, keywords...))
}

// offSession are statements that a shell has no use for.
var offSession = map[string]bool{"ASSERT VALUES": true, "ASSERT NULL VALUES": true, "ASSERT STREAM": true, "ASSERT TABLE": true,
	"CREATE CONNECTOR": true, "DROP CONNECTOR": true, "DESCRIBE CONNECTOR": true, "SHOW CONNECTORS": true, "SHOW CONNECTOR PLUGINS": true}

func isWord(text string) bool { return text[0] >= 'A' && text[0] <= 'Z' }

func distinct(all []prompt.Suggest) []prompt.Suggest {
	seen := map[string]bool{}
	var out []prompt.Suggest
	for _, s := range all {
		if key := strings.ToUpper(s.Text); !seen[key] {
			seen[key] = true
			out = append(out, s)
		}
	}
	return out
}

// completer knows what the names at a place in a statement may be.
type completer struct {
	known
	before   string
	word     string
	mentions []parser.Mention
}

// terms are the texts that may stand for a term.
func (c *completer) terms(n parser.Next) []prompt.Suggest {
	switch place := fmt.Sprintf("%s %s %d", n.Owner, n.Term, n.Nth); place {
	case "source name 0", "INSERT INTO VALUES name 0", "INSERT INTO SELECT name 0", "DESCRIBE name 0":
		return c.relations("")
	case "DROP STREAM name 0", "ALTER STREAM name 0":
		return c.relations("STREAM")
	case "DROP TABLE name 0", "ALTER TABLE name 0":
		return c.relations("TABLE")
	case "operand name 0", "INSERT INTO VALUES name 1":
		return c.columns()
	case "call name 0", "call name 1", "DESCRIBE FUNCTION name 0":
		return c.calls(n.Owner == "call")
	case "EXPLAIN name 0", "TERMINATE name 0", "PAUSE name 0", "RESUME name 0":
		return c.ids()
	case "resource name 0", "resource string 0":
		return c.topicNames(n.Term == "string")
	case "property name 0":
		return c.sourceProperties()
	case "constant string 0":
		return c.propertyValues()
	case "SET string 0", "UNSET string 0", "ALTER SYSTEM string 0":
		return c.settings()
	case "SET string 1", "ALTER SYSTEM string 1":
		return c.settingValues()
	case "simple-type name 0":
		return c.typeNames()
	case "DROP TYPE name 0":
		return c.userTypes()
	case "UNDEFINE variable-name 0":
		return c.variableNames()
	}
	return nil
}

func (c *completer) relations(kind string) (out []prompt.Suggest) {
	for _, s := range c.sources {
		if kind == "" || s.Relation == kind {
			out = append(out, prompt.Suggest{Text: written(s.Name), Description: strings.ToLower(s.Relation) + " on " + s.Topic})
		}
	}
	return out
}

// written is a name as it must be typed.
func written(name string) string {
	if plainName.MatchString(name) && !parser.IsReserved(name) {
		return name
	}
	return types.QuoteName(name)
}

var plainName = regexp.MustCompile(`^[A-Z_@][A-Z0-9_@]*$`)

// columns are those of the sources that the statement names, or of all while it
// names none. A word that begins with an alias and a dot asks for those of one.
func (c *completer) columns() (out []prompt.Suggest) {
	qualifier, _, qualified := strings.Cut(c.word, ".")
	for i := range c.sources {
		s := &c.sources[i]
		alias, mentioned := s.Name, len(c.mentions) == 0
		for _, m := range c.mentions {
			if m.Name == s.Name {
				alias, mentioned = m.Alias, true
			}
		}
		switch {
		case !mentioned:
		case qualified && strings.EqualFold(alias, qualifier):
			out = append(out, c.fieldsOf(s, qualifier+".")...)
		case !qualified:
			out = append(out, c.fieldsOf(s, "")...)
			if len(c.mentions) > 1 {
				out = append(out, prompt.Suggest{Text: written(alias) + ".", Description: "columns of " + s.Name})
			}
		}
	}
	return out
}

func (c *completer) fieldsOf(s *leat.SourceDescription, prefix string) (out []prompt.Suggest) {
	for _, f := range s.Fields {
		out = append(out, prompt.Suggest{Text: prefix + written(f.Name), Description: f.Type + " of " + s.Name})
	}
	for _, pseudo := range []string{"ROWTIME", "ROWPARTITION", "ROWOFFSET"} {
		out = append(out, prompt.Suggest{Text: prefix + pseudo, Description: "of every row of " + s.Name})
	}
	return out
}

func (c *completer) calls(open bool) (out []prompt.Suggest) {
	for _, f := range c.functions {
		text := f.Name
		if open {
			text += "("
		}
		out = append(out, prompt.Suggest{Text: text, Description: strings.ToLower(f.Kind) + ", " + strings.ToLower(f.Category)})
	}
	return out
}

func (c *completer) ids() (out []prompt.Suggest) {
	for _, q := range c.queries {
		out = append(out, prompt.Suggest{Text: q.ID, Description: q.State + " " + q.Sink})
	}
	return out
}

func (c *completer) topicNames(quoted bool) (out []prompt.Suggest) {
	for _, t := range c.topics {
		text := t.Name
		if quoted {
			text = "'" + text + "'"
		} else if !plainTopic.MatchString(text) {
			continue
		}
		out = append(out, prompt.Suggest{Text: text, Description: fmt.Sprintf("%d records", t.Records)})
	}
	return out
}

var plainTopic = regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_@]*$`)

func (c *completer) userTypes() (out []prompt.Suggest) {
	for _, t := range c.types {
		out = append(out, prompt.Suggest{Text: written(t.Name), Description: t.Type})
	}
	return out
}

func (c *completer) typeNames() []prompt.Suggest {
	out := c.userTypes()
	for _, t := range []string{"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "STRING", "VARCHAR", "BYTES", "DATE", "TIME", "TIMESTAMP"} {
		out = append(out, prompt.Suggest{Text: t, Description: "type"})
	}
	return out
}

func (c *completer) variableNames() (out []prompt.Suggest) {
	for _, v := range c.variables {
		out = append(out, prompt.Suggest{Text: v.Name, Description: v.Value})
	}
	return out
}

// signatureLimit is for how many functions at a time a description may be asked.
const signatureLimit = 20

// withSignatures tells of suggested functions how they are called.
func (p *session) withSignatures(found []prompt.Suggest) []prompt.Suggest {
	var names []string
	for _, s := range found {
		if name, ok := strings.CutSuffix(s.Text, "("); ok && !strings.Contains(name, " ") {
			names = append(names, name)
		}
	}
	if len(names) == 0 || len(names) > signatureLimit {
		return found
	}
	signatures := p.memory.signature(p.ctx, names)
	for i := range found {
		if s, ok := signatures[strings.TrimSuffix(found[i].Text, "(")]; ok {
			found[i].Description = s
		}
	}
	return found
}
