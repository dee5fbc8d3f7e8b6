package planner

import (
	"strings"

	"github.com/leatdb/leat/internal/javatime"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// bindTimestamp resolves WITH (TIMESTAMP=..., TIMESTAMP_FORMAT=...).
func bindTimestamp(w with, columns []types.Column) (*plan.Timestamp, error) {
	v, ok := w["TIMESTAMP"]
	if !ok {
		if f, ok := w["TIMESTAMP_FORMAT"]; ok {
			return nil, errorf(f.at, "TIMESTAMP_FORMAT is given without TIMESTAMP").hint("name the column that holds the time with TIMESTAMP")
		}
		return nil, nil
	}
	name := identifier(v.text)
	var names []string
	for _, c := range columns {
		if c.Name == name {
			return timestampOf(w, c)
		}
		names = append(names, c.Name)
	}
	return nil, errorf(v.at, "the TIMESTAMP column %s does not exist", quote(name)).
		hint("%s", didYouMean(name, names, "the columns are "+list(names, "and")))
}

func timestampOf(w with, c types.Column) (*plan.Timestamp, error) {
	f, hasFormat := w["TIMESTAMP_FORMAT"]
	switch c.Type.Kind {
	case types.String:
		if !hasFormat {
			return nil, errorf(w.at("TIMESTAMP"), "the TIMESTAMP column %s is a STRING, and its format is not given", quote(c.Name)).
				hint("add TIMESTAMP_FORMAT, e.g. TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss'")
		}
		if _, err := javatime.Compile(f.text); err != nil {
			return nil, errorf(f.at, "TIMESTAMP_FORMAT '%s' is no pattern of a time: %s", f.text, err).
				hint("yyyy is the year, MM the month, dd the day, HH the hour, mm the minute, ss the second, SSS their fraction; text stands in single quotes")
		}
	case types.BigInt, types.Timestamp:
		if hasFormat {
			return nil, errorf(f.at, "TIMESTAMP_FORMAT is for STRING columns, and %s is %s", quote(c.Name), c.Type).hint("leave it out")
		}
	default:
		return nil, errorf(w.at("TIMESTAMP"), "the TIMESTAMP column %s is %s; expected BIGINT, TIMESTAMP or STRING", quote(c.Name), c.Type).
			hint("name another column, or declare this one as one of them")
	}
	return &plan.Timestamp{Column: c.Name, Format: f.text}, nil
}

// identifier reads a name inside a string by the rules of SQL: upper-cased
// unless quoted.
func identifier(text string) string {
	text = strings.TrimSpace(text)
	if n := len(text); n >= 2 && (text[0] == '`' || text[0] == '"') && text[n-1] == text[0] {
		q := text[:1]
		return strings.ReplaceAll(text[1:n-1], q+q, q)
	}
	return strings.ToUpper(text)
}
