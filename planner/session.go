package planner

import "strings"

// Properties of the session that decide how statements are planned.
const (
	propKeyFormat    = "ksql.persistence.default.format.key"
	propValueFormat  = "ksql.persistence.default.format.value"
	propWrapSingle   = "ksql.persistence.wrap.single.values"
	propTopicPrefix  = "ksql.output.topic.name.prefix"
	propOffsetReset  = "auto.offset.reset"
	propPull         = "ksql.pull.queries.enable"
	propPullScan     = "ksql.query.pull.table.scan.enabled"
	propPullRange    = "ksql.query.pull.range.scan.enabled"
	propPullStream   = "ksql.query.pull.stream.enabled"
	propNewPlanner   = "ksql.new.query.planner.enabled"
	propPullLimit    = "ksql.query.pull.limit.clause.enabled"
	propInsertValues = "ksql.insert.into.values.enabled"
	propReplace      = "ksql.create.or.replace.enabled"
	propFinal        = "ksql.suppress.enabled"
	propActiveLimit  = "ksql.query.persistent.active.limit"
)

// property returns a property of the session, with or without the prefix that
// SET also accepts.
func (s Session) property(name string) string {
	if v, ok := s.Properties[name]; ok {
		return v
	}
	return s.Properties["ksql.streams."+name]
}

func (s Session) keyFormat() string {
	if f := s.property(propKeyFormat); f != "" {
		return strings.ToUpper(f)
	}
	return "KAFKA"
}

func (s Session) valueFormat() string { return strings.ToUpper(s.property(propValueFormat)) }

// enabled tells whether a property that is true by default is not false.
func (s Session) enabled(name string) bool { return !strings.EqualFold(s.property(name), "false") }

func (s Session) fromEarliest() bool {
	return strings.EqualFold(s.property(propOffsetReset), "earliest")
}

// keyOptional tells whether the SELECT list of a stream may leave the key out,
// so that the result has none.
func (s Session) keyOptional() bool { return strings.EqualFold(s.property(propNewPlanner), "true") }
