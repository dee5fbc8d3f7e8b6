package planner

import (
	"strconv"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/planner/plan"
)

// setPolicy derives from the kind of source what happens to old records.
func setPolicy(t *NewTopic, src *catalog.Source) {
	t.Compact = src.Relation == plan.Table
	t.Delete = src.Relation == plan.Stream || src.Window != nil
}

// apply takes over what WITH says about the topic.
func (t *NewTopic) apply(w with, src *catalog.Source) error {
	if v, ok := w["PARTITIONS"]; ok {
		t.Partitions = int(v.number)
	}
	if v, ok := w["REPLICAS"]; ok {
		t.Replicas = int(v.number)
	}
	v, ok := w["RETENTION_MS"]
	if !ok {
		return nil
	}
	if !t.Delete {
		return errorf(v.at, "RETENTION_MS does not apply to table %s: it keeps the last row of every key", quote(src.Name)).hint("leave it out")
	}
	if v.number < -1 || v.number == 0 {
		return errorf(v.at, "RETENTION_MS is %d; expected a number of milliseconds, or -1 for ever", v.number)
	}
	t.RetentionMillis = v.number
	return nil
}

// mustMatch holds that an existing topic is as WITH wants it.
func (t *NewTopic) mustMatch(w with, have Topic) error {
	for _, p := range []struct {
		name       string
		want, have int64
	}{
		{"PARTITIONS", int64(t.Partitions), int64(have.Partitions)},
		{"REPLICAS", int64(t.Replicas), int64(have.Replicas)},
		{"RETENTION_MS", t.RetentionMillis, have.RetentionMillis},
	} {
		if p.want != 0 && p.have != 0 && p.want != p.have {
			return errorf(w.at(p.name), "topic %s exists with %s %d, not %d", t.Name, p.name, p.have, p.want).
				hint("leave %s out, or use another topic", p.name)
		}
	}
	return nil
}

// bindKeyWindow resolves WITH (WINDOW_TYPE=..., WINDOW_SIZE=...): the window
// that the keys of a topic carry.
func bindKeyWindow(w with) (*plan.KeyWindow, error) {
	v, ok := w["WINDOW_TYPE"]
	size, hasSize := w["WINDOW_SIZE"]
	if !ok {
		if hasSize {
			return nil, errorf(size.at, "WINDOW_SIZE is given without WINDOW_TYPE").hint("add WINDOW_TYPE='TUMBLING' or 'HOPPING'")
		}
		return nil, nil
	}
	kind := plan.WindowKind(strings.ToUpper(v.text))
	switch kind {
	case plan.Session:
		if hasSize {
			return nil, errorf(size.at, "WINDOW_SIZE does not apply to SESSION windows: each has its own size").hint("leave it out")
		}
		return &plan.KeyWindow{Kind: kind}, nil
	case plan.Tumbling, plan.Hopping:
		if !hasSize {
			return nil, errorf(v.at, "WINDOW_SIZE is missing: %s windows have a size", kind).hint("add it, e.g. WINDOW_SIZE='10 SECONDS'")
		}
		millis, ok := parseDuration(size.text)
		if !ok {
			return nil, errorf(size.at, "WINDOW_SIZE is '%s'; expected a number and a unit, e.g. '10 SECONDS'", size.text).
				hint("units are MILLISECONDS, SECONDS, MINUTES, HOURS and DAYS")
		}
		return &plan.KeyWindow{Kind: kind, SizeMillis: millis}, nil
	}
	return nil, errorf(v.at, "WINDOW_TYPE is '%s'; expected SESSION, HOPPING or TUMBLING", v.text)
}

// unitNanos are the units of WINDOW_SIZE, singular.
var unitNanos = map[string]int64{
	"NANOSECOND": 1, "MICROSECOND": 1e3, "MILLISECOND": 1e6, "SECOND": 1e9, "MINUTE": 60e9, "HOUR": 3600e9, "DAY": 86400e9,
}

// parseDuration reads `10 SECONDS` as milliseconds, at least one.
func parseDuration(text string) (millis int64, ok bool) {
	fields := strings.Fields(strings.ToUpper(text))
	if len(fields) != 2 {
		return 0, false
	}
	n, err := strconv.ParseInt(fields[0], 10, 64)
	nanos, known := unitNanos[strings.TrimSuffix(fields[1], "S")]
	if err != nil || !known || n < 1 {
		return 0, false
	}
	if nanos < 1e6 {
		millis = n / (1e6 / nanos)
	} else {
		scale := nanos / 1e6
		if millis = n * scale; millis/scale != n {
			return 0, false
		}
	}
	return millis, millis > 0
}
