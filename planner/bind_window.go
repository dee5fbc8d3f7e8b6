package planner

import (
	"fmt"

	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// dayMillis is what size and grace of a window add up to when no grace is given.
const dayMillis = 24 * 60 * 60 * 1000

// bindWindow resolves the WINDOW clause; nil stays nil. Without a grace period
// windows take late rows until they are a day old, unless their results come out
// when they close (final): then they close at their end. They are kept a day in
// both cases.
func bindWindow(w *parser.Window, final bool) (*plan.Window, error) {
	if w == nil {
		return nil, nil
	}
	out := &plan.Window{Kind: plan.WindowKind(w.Kind.String()), SizeMillis: w.Size.Millis()}
	if out.SizeMillis == 0 {
		return nil, errorf(&w.Size, "the size of a window must be greater than 0").hint("e.g. SIZE 1 MINUTE")
	}
	if w.Advance != nil {
		out.AdvanceMillis = w.Advance.Millis()
		if out.AdvanceMillis == 0 || out.AdvanceMillis > out.SizeMillis {
			return nil, errorf(w.Advance, "a window of %s cannot advance by %s", durationText(&w.Size), durationText(w.Advance)).
				hint("the advance must be greater than 0 and not greater than the size")
		}
	}
	out.GraceMillis = max(dayMillis-out.SizeMillis, 0)
	if w.Grace != nil {
		out.GraceMillis = w.Grace.Millis()
	}
	out.RetentionMillis = out.SizeMillis + out.GraceMillis
	if w.Grace == nil && final {
		out.GraceMillis = 0
	}
	if w.Retention == nil {
		return out, nil
	}
	if open := out.SizeMillis + out.GraceMillis; w.Retention.Millis() < open {
		return nil, errorf(w.Retention, "the retention of %s is shorter than the window with its grace period, %d ms", durationText(w.Retention), open).
			hint("keep windows at least as long as they take rows, or shorten GRACE PERIOD (by default the window and its grace are 24 hours)")
	}
	out.RetentionMillis = w.Retention.Millis()
	return out, nil
}

func durationText(d *parser.Duration) string { return fmt.Sprintf("%d %s", d.Count, d.Unit) }
