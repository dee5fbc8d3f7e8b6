package sqltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/planner/plan"
)

// assertSource compares a source with what it should be, property by property.
func assertSource(at string, p *planner.ExpectedSource) error {
	d := &Diff{What: fmt.Sprintf("%sASSERT %s %s", at, p.Want.Relation, p.Want.Name), Head: []string{"property", "value"}}
	want, have := sourceRows(p.Want), sourceRows(p.Have)
	var differ []string
	for i := range want {
		if want[i][1] != have[i][1] {
			differ = append(differ, want[i][0])
		}
	}
	if len(differ) == 0 {
		return nil
	}
	d.What += ": different " + strings.Join(differ, ", ")
	d.Want, d.Got = want, have
	d.Same = func(w, g int) bool { return slices.Equal(want[w], have[g]) }
	return &unmetError{d}
}

// sourceRows lists what tells one source from another.
func sourceRows(s *catalog.Source) []DiffRow {
	rows := []DiffRow{
		{"kind", string(s.Relation)}, {"schema", s.Schema.String()}, {"topic", s.Topic},
		{"key format", formatText(s.KeyFormat)}, {"value format", formatText(s.ValueFormat)},
		{"window", "none"}, {"timestamp", "ROWTIME"},
	}
	if s.Window != nil {
		rows[5][1] = string(s.Window.Kind)
		if s.Window.SizeMillis > 0 {
			rows[5][1] += fmt.Sprintf(" of %d ms", s.Window.SizeMillis)
		}
	}
	if s.Timestamp != nil {
		rows[6][1] = strings.TrimSpace(s.Timestamp.Column + " " + s.Timestamp.Format)
	}
	return rows
}

func formatText(f plan.Format) string {
	text := f.Name
	if len(f.Properties) > 0 {
		properties, err := json.Marshal(f.Properties)
		if err != nil { // Strings always marshal.
			return text
		}
		text += " " + string(properties)
	}
	if f.WrapSingle != nil {
		text += map[bool]string{true: " wrapped", false: " unwrapped"}[*f.WrapSingle]
	}
	return text
}
