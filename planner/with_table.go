package planner

// propKind is the type of a property of a WITH clause.
type propKind int

const (
	textProp  propKind = iota
	countProp          // A whole number of at least 1.
	numberProp
	flagProp
)

func (k propKind) String() string {
	return [...]string{textProp: "a string", countProp: "a whole number of at least 1", numberProp: "a whole number", flagProp: "TRUE or FALSE"}[k]
}

// example is a value of the kind.
func (k propKind) example() string {
	return [...]string{textProp: "'text'", countProp: "1", numberProp: "1", flagProp: "TRUE"}[k]
}

// clause says in which statements a property may stand.
type clause int

const (
	inCreate   clause = 1 << iota // CREATE STREAM, CREATE TABLE.
	inCreateAs                    // CREATE ... AS SELECT.
	inInsert                      // INSERT INTO ... SELECT.
	inAssertTopic
)

const inBoth = inCreate | inCreateAs

// withProperties lists what WITH knows. The names are those of the dialect; unset
// tells what holds when the property is not given.
var withProperties = []struct {
	name    string
	kind    propKind
	where   clause
	summary string
	unset   string
}{
	{"KAFKA_TOPIC", textProp, inBoth, "the topic that holds the rows", "must be given; with AS SELECT the name of the stream or table, behind `ksql.output.topic.name.prefix`"},
	{"PARTITIONS", countProp, inBoth | inAssertTopic, "how many partitions the topic has; a topic that does not exist is created with them", "with AS SELECT as many as the first source has; otherwise the topic must exist"},
	{"REPLICAS", countProp, inBoth | inAssertTopic, "how many copies of the topic are kept", "1"},
	{"RETENTION_MS", numberProp, inBoth, "for how many milliseconds a topic that is created keeps its records; -1 for ever; not for tables without windows, which keep the newest record of every key", "seven days, or as the source's topic"},
	{"CLEANUP_POLICY", textProp, inBoth, "always refused: it follows from the statement, `delete` for a stream and `compact` for a table", ""},
	{"FORMAT", textProp, inBoth, "the format of keys and values; excludes KEY_FORMAT and VALUE_FORMAT", ""},
	{"KEY_FORMAT", textProp, inBoth, "the format of keys", "`ksql.persistence.default.format.key`; with AS SELECT the format of the source"},
	{"VALUE_FORMAT", textProp, inBoth, "the format of values", "`ksql.persistence.default.format.value`, and must be given where that is empty; with AS SELECT the format of the source"},
	{"KEY_DELIMITER", textProp, inBoth, "what stands between the columns of a DELIMITED key: one character, SPACE or TAB", "`,`"},
	{"VALUE_DELIMITER", textProp, inBoth, "what stands between the columns of a DELIMITED value: one character, SPACE or TAB", "`,`"},
	{"WRAP_SINGLE_VALUE", flagProp, inBoth, "whether a value of one column is a record with one field (TRUE) or the bare value (FALSE)", "`ksql.persistence.wrap.single.values`, or as usual for the format"},
	{"TIMESTAMP", textProp, inBoth, "the column that holds the time of a row, its ROWTIME: BIGINT in milliseconds, TIMESTAMP, or STRING with TIMESTAMP_FORMAT", "the time of the record"},
	{"TIMESTAMP_FORMAT", textProp, inBoth, "how the STRING column of TIMESTAMP is written, e.g. `yyyy-MM-dd HH:mm:ss`", ""},
	{"KEY_SCHEMA_ID", numberProp, inBoth, "the id of the registered schema that describes keys; excludes key columns", "registered from the key columns"},
	{"VALUE_SCHEMA_ID", numberProp, inBoth, "the id of the registered schema that describes values; excludes value columns", "registered from the value columns"},
	{"KEY_SCHEMA_FULL_NAME", textProp, inBoth, "the name of the record or message in the schema of keys", "the first one"},
	{"VALUE_SCHEMA_FULL_NAME", textProp, inBoth, "the name of the record or message in the schema of values", "the first one"},
	{"VALUE_AVRO_SCHEMA_FULL_NAME", textProp, inBoth, "an old name of VALUE_SCHEMA_FULL_NAME, for AVRO", ""},
	{"KEY_PROTOBUF_NULLABLE_REPRESENTATION", textProp, inBoth, "how NULL is told from zero in PROTOBUF keys: OPTIONAL or WRAPPER", "not at all"},
	{"VALUE_PROTOBUF_NULLABLE_REPRESENTATION", textProp, inBoth, "how NULL is told from zero in PROTOBUF values: OPTIONAL or WRAPPER", "not at all"},
	{"WINDOW_TYPE", textProp, inCreate, "the window that the keys of the topic carry: SESSION, HOPPING or TUMBLING", "no window"},
	{"WINDOW_SIZE", textProp, inCreate, "the size of HOPPING and TUMBLING windows, e.g. `10 SECONDS`", ""},
	{"SOURCE_CONNECTOR", textProp, inCreate, "a remark: what writes the topic", ""},
	{"SOURCED_BY_CONNECTOR", textProp, inCreate, "a remark: what writes the topic", ""},
	{"QUERY_ID", textProp, inInsert, "the id of the query: letters, digits and _", "INSERTQUERY_ and a number"},
}

// WithProperty is what the reference tells about a property of WITH.
type WithProperty struct {
	Name    string
	Value   string // What it may be, e.g. a string.
	Summary string
	Unset   string // What holds without it; may be empty.
	// The statements in which it may stand.
	Create, CreateAs, Insert, AssertTopic bool
}

// WithProperties returns all properties of WITH.
func WithProperties() []WithProperty {
	out := make([]WithProperty, len(withProperties))
	for i, p := range withProperties {
		out[i] = WithProperty{
			Name: p.name, Value: p.kind.String(), Summary: p.summary, Unset: p.unset,
			Create: p.where&inCreate != 0, CreateAs: p.where&inCreateAs != 0, Insert: p.where&inInsert != 0, AssertTopic: p.where&inAssertTopic != 0,
		}
	}
	return out
}
