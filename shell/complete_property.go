package shell

import (
	"regexp"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/planner"
)

func (c *completer) sourceProperties() (out []prompt.Suggest) {
	for _, p := range planner.WithProperties() {
		out = append(out, prompt.Suggest{Text: p.Name + "=", Description: p.Summary})
	}
	return out
}

// assigned is the name left of the = before the cursor.
var assigned = regexp.MustCompile(`([A-Za-z_]+|'[^']*')\s*=\s*$`)

// propertyValues are the values of the property of a WITH clause before the
// cursor.
func (c *completer) propertyValues() []prompt.Suggest {
	m := assigned.FindStringSubmatch(c.before)
	if m == nil {
		return nil
	}
	switch name := strings.ToUpper(m[1]); name {
	case "KAFKA_TOPIC":
		return c.topicNames(true)
	case "FORMAT", "KEY_FORMAT", "VALUE_FORMAT":
		return quotedValues(strings.Join(format.Names(), ", "))
	case "WINDOW_TYPE":
		return quotedValues("TUMBLING, HOPPING, SESSION")
	case "KEY_DELIMITER", "VALUE_DELIMITER":
		return quotedValues("SPACE, TAB")
	}
	return nil
}

// settings are the names for SET.
func (c *completer) settings() (out []prompt.Suggest) {
	for _, p := range c.properties {
		out = append(out, prompt.Suggest{Text: "'" + p.Name + "'", Description: p.Summary})
	}
	return out
}

// settingValues are the values of the setting before the cursor, where they can
// be counted.
func (c *completer) settingValues() []prompt.Suggest {
	m := assigned.FindStringSubmatch(c.before)
	if m == nil {
		return nil
	}
	for _, p := range c.properties {
		if p.Name == strings.Trim(m[1], "'") && !strings.Contains(strings.ReplaceAll(p.Allowed, ", ", ""), " ") {
			return quotedValues(p.Allowed)
		}
	}
	return nil
}

func quotedValues(values string) (out []prompt.Suggest) {
	if values == "" {
		return nil
	}
	for _, v := range strings.Split(values, ", ") {
		out = append(out, prompt.Suggest{Text: "'" + v + "'"})
	}
	return out
}
