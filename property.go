package leat

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// property describes one setting that SET changes for a session.
type property struct {
	name, value, summary string
	allowed              allowed
}

// allowed are the values of a property: in words, and as a check, which is nil
// for any text.
type allowed struct {
	values string
	check  func(string) error
}

// properties lists the settings of a session with their defaults. The names are
// ksqlDB's where the meaning is the same, so that scripts run unchanged; a
// leading `ksql.streams.` is accepted and dropped.
var properties = []property{
	{"auto.offset.reset", "latest", "where new queries start to read streams: earliest or latest", oneOf("earliest", "latest")},
	{"cache.max.bytes.buffering", "10485760", "0 emits every change of a table; more emits the last change per key and commit", isCount},
	{"commit.interval.ms", "100", "longest time between two commits of a busy query; an idle one commits at once", isCount},
	{"processing.guarantee", "exactly_once_v2", "always exactly once here; the weaker values are accepted and mean the same", oneOf("exactly_once_v2", "exactly_once", "at_least_once")},
	{"ksql.persistence.default.format.key", "KAFKA", "key format of CREATE statements without KEY_FORMAT", isFormat},
	{"ksql.persistence.default.format.value", "", "value format of CREATE statements without VALUE_FORMAT", isFormat},
	{"ksql.persistence.wrap.single.values", "", "default of WRAP_SINGLE_VALUE: true, false, or empty for the format's own", optional(oneOf("true", "false"))},
	{"ksql.output.topic.name.prefix", "", "put before the names of topics that CREATE ... AS makes", anyText},
	{"ksql.query.pull.table.scan.enabled", "true", "whether pull queries may scan a whole table", oneOf("true", "false")},
	{"ksql.query.pull.range.scan.enabled", "true", "whether pull queries may scan a range of keys", oneOf("true", "false")},
	{"ksql.query.pull.stream.enabled", "true", "whether pull queries may read streams", oneOf("true", "false")},
	{"ksql.query.pull.limit.clause.enabled", "true", "whether pull queries may have LIMIT", oneOf("true", "false")},
	{"ksql.pull.queries.enable", "true", "whether pull queries are answered at all", oneOf("true", "false")},
	{"ksql.insert.into.values.enabled", "true", "whether INSERT VALUES is allowed", oneOf("true", "false")},
	{"ksql.create.or.replace.enabled", "true", "whether CREATE OR REPLACE is allowed", oneOf("true", "false")},
	{"ksql.suppress.enabled", "true", "whether EMIT FINAL is allowed", oneOf("true", "false")},
	{"ksql.query.retry.backoff.initial.ms", "1000", "how long a query that fails waits before it starts again from its last commit; doubled each time", isCount},
	{"ksql.query.retry.backoff.max.ms", "60000", "the longest it waits", isCount},
	{"ksql.query.error.max.queue.size", "10", "how many failures of a query EXPLAIN shows", isCount},
	{"ksql.query.persistent.active.limit", "", "how many persistent queries there may be; empty for any number", optional(isCount)},
	{"ksql.assert.topic.default.timeout.ms", "1000", "how long ASSERT TOPIC waits without TIMEOUT", isCount},
	{"ksql.assert.schema.default.timeout.ms", "1000", "how long ASSERT SCHEMA waits without TIMEOUT", isCount},
	{"ksql.variable.substitution.enable", "true", "whether ${name} is replaced in statements", oneOf("true", "false")},
	{"ksql.timestamp.throw.on.invalid", "false", "whether a record without a valid TIMESTAMP column stops its query", oneOf("true", "false")},
	{"ksql.fail.on.deserialization.error", "false", "whether a record that cannot be decoded stops its query", oneOf("true", "false")},
	{"ksql.cast.strings.preserve.nulls", "true", "whether CAST(NULL AS STRING) stays NULL", oneOf("true", "false")},
	{"ksql.nested.error.set.null", "true", "whether a failing part of an expression is NULL (true) or the whole of it", oneOf("true", "false")},
}

func oneOf(values ...string) allowed {
	return allowed{strings.Join(values, ", "), func(v string) error {
		for _, x := range values {
			if strings.EqualFold(x, v) {
				return nil
			}
		}
		return fmt.Errorf("must be one of %s", strings.Join(values, ", "))
	}}
}

func optional(a allowed) allowed {
	return allowed{a.values + " or empty", func(v string) error {
		if v == "" {
			return nil
		}
		return a.check(v)
	}}
}

var anyText = allowed{values: "any text"}

var isCount = allowed{"a whole number, 0 or more", func(v string) error {
	if n, err := strconv.ParseInt(v, 10, 64); err != nil || n < 0 {
		return fmt.Errorf("must be a whole number, 0 or more")
	}
	return nil
}}

var isFormat = allowed{"a format such as JSON, or empty", func(v string) error {
	if strings.TrimSpace(v) == "" && v != "" {
		return fmt.Errorf("must name a format such as JSON")
	}
	return nil
}}

// canonicalProperty returns the name under which a property is kept.
func canonicalProperty(name string) string {
	if rest, ok := strings.CutPrefix(name, "ksql.streams."); ok {
		if _, known := accepted[rest]; known || findProperty(rest) != nil {
			return rest
		}
	}
	return name
}

func findProperty(name string) *property {
	for i := range properties {
		if properties[i].name == name {
			return &properties[i]
		}
	}
	return nil
}

// checkProperty tells whether a session may give the property this value.
func checkProperty(name, value string) error {
	p := findProperty(name)
	if p == nil {
		if _, known := accepted[name]; known {
			return nil
		}
		for _, open := range openPrefixes {
			if strings.HasPrefix(name, open) {
				return nil
			}
		}
		return fmt.Errorf("unknown property %q%s", name, nearestProperty(name))
	}
	if p.allowed.check == nil {
		return nil
	}
	if err := p.allowed.check(value); err != nil {
		return fmt.Errorf("property %q %w, not %q", name, err, value)
	}
	return nil
}

// checkSystemProperty tells whether ALTER SYSTEM may give the property this
// value. An empty value takes back what an earlier ALTER SYSTEM has set.
func checkSystemProperty(name, value string) error {
	if findProperty(name) == nil && !accepted[name] {
		if err := checkProperty(name, value); err != nil {
			return err
		}
		return fmt.Errorf("ALTER SYSTEM cannot change %q; SET it in the session, or when the server starts", name)
	}
	if value == "" {
		return nil
	}
	return checkProperty(name, value)
}

// systemProperties checks what ALTER SYSTEM asks for, and returns it under the
// names by which properties are kept.
func systemProperties(asked map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(asked))
	for name, value := range asked {
		name = canonicalProperty(name)
		if err := checkSystemProperty(name, value); err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

// nearestProperty suggests a property that shares the longest part of the name.
func nearestProperty(name string) string {
	best, score := "", 0
	for _, p := range properties {
		n := 0
		for _, part := range strings.Split(name, ".") {
			if strings.Contains(p.name, part) {
				n += len(part)
			}
		}
		if n > score {
			best, score = p.name, n
		}
	}
	if score*2 < len(name) {
		return "; SHOW PROPERTIES lists those that exist"
	}
	return fmt.Sprintf("; did you mean %q? SHOW PROPERTIES lists them all", best)
}

// listProperties answers SHOW PROPERTIES for the given overrides of the server
// and of the session.
func listProperties(server, session map[string]string) []Property {
	lines := map[string]*Property{}
	for _, p := range properties {
		lines[p.name] = &Property{Name: p.name, Value: p.value, Default: true, Editable: true, Summary: p.summary, Allowed: p.allowed.values}
	}
	override := func(scope string, values map[string]string) {
		for name, v := range values {
			if lines[name] == nil {
				lines[name] = &Property{Name: name, Editable: true}
			}
			lines[name].Value, lines[name].Default, lines[name].Scope = v, false, scope
		}
	}
	override("SERVER", server)
	override("SESSION", session)
	out := make([]Property, 0, len(lines))
	for _, p := range lines {
		out = append(out, *p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// DefaultProperties lists the properties of sessions with their defaults.
func DefaultProperties() []Property { return listProperties(nil, nil) }
