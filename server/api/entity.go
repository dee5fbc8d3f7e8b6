package api

import "encoding/json"

// Entity is what all results of /ksql begin with.
type Entity struct {
	Type          string    `json:"@type"`
	StatementText string    `json:"statementText"`
	Warnings      []Warning `json:"warnings"`
}

// Warning is a remark that did not stop a statement.
type Warning struct {
	Message string `json:"message"`
}

// CurrentStatus answers statements that change the catalogue.
type CurrentStatus struct {
	Entity
	CommandID string        `json:"commandId"`
	Status    CommandStatus `json:"commandStatus"`
	Sequence  int64         `json:"commandSequenceNumber"`
}

// CommandStatus is where a command stands.
type CommandStatus struct {
	Status  string  `json:"status"`
	Message string  `json:"message"`
	QueryID *string `json:"queryId"`
}

// WarningEntity answers IF NOT EXISTS on something that exists.
type WarningEntity struct {
	Entity
	Message string `json:"message"`
}

// Source is a line of SHOW STREAMS and SHOW TABLES.
type Source struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Topic       string `json:"topic"`
	KeyFormat   string `json:"keyFormat"`
	ValueFormat string `json:"valueFormat"`
	IsWindowed  bool   `json:"isWindowed"`
}

// Streams answers SHOW STREAMS.
type Streams struct {
	Entity
	Streams []Source `json:"streams"`
}

// Tables answers SHOW TABLES.
type Tables struct {
	Entity
	Tables []Source `json:"tables"`
}

// SchemaInfo is a type in a description.
type SchemaInfo struct {
	Type         string         `json:"type"`
	Fields       []Field        `json:"fields"`
	MemberSchema *SchemaInfo    `json:"memberSchema"`
	Parameters   map[string]int `json:"parameters,omitempty"`
}

// Field is a column in a description; Type is KEY, HEADER or absent.
type Field struct {
	Name      string     `json:"name"`
	Schema    SchemaInfo `json:"schema"`
	Type      string     `json:"type,omitempty"`
	HeaderKey string     `json:"headerKey,omitempty"`
}

// RunningQuery is a query in a list.
type RunningQuery struct {
	QueryString     string         `json:"queryString"`
	Sinks           []string       `json:"sinks"`
	SinkKafkaTopics []string       `json:"sinkKafkaTopics"`
	ID              string         `json:"id"`
	StatusCount     map[string]int `json:"statusCount"`
	QueryType       string         `json:"queryType"`
	State           string         `json:"state"`
}

// SourceDescription describes a stream or table.
type SourceDescription struct {
	Name              string          `json:"name"`
	WindowType        *string         `json:"windowType"`
	ReadQueries       []RunningQuery  `json:"readQueries"`
	WriteQueries      []RunningQuery  `json:"writeQueries"`
	Fields            []Field         `json:"fields"`
	Type              string          `json:"type"`
	Timestamp         string          `json:"timestamp"`
	Statistics        string          `json:"statistics"`
	ErrorStats        string          `json:"errorStats"`
	Extended          bool            `json:"extended"`
	KeyFormat         string          `json:"keyFormat"`
	ValueFormat       string          `json:"valueFormat"`
	Topic             string          `json:"topic"`
	Partitions        int             `json:"partitions"`
	Replication       int             `json:"replication"`
	Statement         string          `json:"statement"`
	SourceConstraints []string        `json:"sourceConstraints"`
	QueryOffsets      json.RawMessage `json:"queryOffsetSummaries"`
	ClusterStatistics []any           `json:"clusterStatistics"`
	ClusterErrorStats []any           `json:"clusterErrorStats"`
}

// SourceDescriptionEntity answers DESCRIBE.
type SourceDescriptionEntity struct {
	Entity
	SourceDescription SourceDescription `json:"sourceDescription"`
}

// SourceDescriptions answers DESCRIBE STREAMS and SHOW STREAMS EXTENDED.
type SourceDescriptions struct {
	Entity
	SourceDescriptions []SourceDescription `json:"sourceDescriptions"`
}

// KafkaTopic is a line of SHOW TOPICS.
type KafkaTopic struct {
	Name               string `json:"name"`
	ReplicaInfo        []int  `json:"replicaInfo"`
	ConsumerCount      *int   `json:"consumerCount,omitempty"`
	ConsumerGroupCount *int   `json:"consumerGroupCount,omitempty"`
}

// KafkaTopics answers SHOW TOPICS.
type KafkaTopics struct {
	Entity
	Topics []KafkaTopic `json:"topics"`
}

// Queries answers SHOW QUERIES.
type Queries struct {
	Entity
	Queries []RunningQuery `json:"queries"`
}

// QueryDescription describes a query.
type QueryDescription struct {
	ID                   string            `json:"id"`
	StatementText        string            `json:"statementText"`
	WindowType           *string           `json:"windowType"`
	Fields               []Field           `json:"fields"`
	Sources              []string          `json:"sources"`
	Sinks                []string          `json:"sinks"`
	Topology             string            `json:"topology"`
	ExecutionPlan        string            `json:"executionPlan"`
	OverriddenProperties map[string]string `json:"overriddenProperties"`
	HostQueryStatus      map[string]string `json:"ksqlHostQueryStatus"`
	QueryType            string            `json:"queryType"`
	QueryErrors          []QueryError      `json:"queryErrors"`
	TasksMetadata        []any             `json:"tasksMetadata"`
	ConsumerGroupID      *string           `json:"consumerGroupId"`
	State                *string           `json:"state"`
	// Operators and Statistics are leat's own: live figures of a running query.
	Operators  []Operator       `json:"operators,omitempty"`
	Statistics map[string]int64 `json:"statistics,omitempty"`
}

// Operator is what goes through a node of a running query's plan.
type Operator struct {
	Operator     string  `json:"operator"`
	Depth        int     `json:"depth"`
	RowsIn       int64   `json:"rowsIn"`
	RowsOut      int64   `json:"rowsOut"`
	InPerSecond  float64 `json:"rowsInPerSecond"`
	OutPerSecond float64 `json:"rowsOutPerSecond"`
}

// QueryError is why a query failed.
type QueryError struct {
	Timestamp    int64  `json:"timestamp"`
	ErrorMessage string `json:"errorMessage"`
	Type         string `json:"type"`
}

// QueryDescriptionEntity answers EXPLAIN.
type QueryDescriptionEntity struct {
	Entity
	QueryDescription QueryDescription `json:"queryDescription"`
}

// QueryDescriptions answers SHOW QUERIES EXTENDED.
type QueryDescriptions struct {
	Entity
	QueryDescriptions []QueryDescription `json:"queryDescriptions"`
}

// Property is a line of SHOW PROPERTIES.
type Property struct {
	Name     string `json:"name"`
	Scope    string `json:"scope"`
	Value    string `json:"value"`
	Editable bool   `json:"editable"`
	Level    string `json:"level"`
}

// Properties answers SHOW PROPERTIES.
type Properties struct {
	Entity
	Properties            []Property `json:"properties"`
	OverwrittenProperties []string   `json:"overwrittenProperties"`
	DefaultProperties     []string   `json:"defaultProperties"`
}

// FunctionName is a line of SHOW FUNCTIONS.
type FunctionName struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Category string `json:"category"`
}

// FunctionNames answers SHOW FUNCTIONS.
type FunctionNames struct {
	Entity
	Functions []FunctionName `json:"functions"`
}

// FunctionArgument is a parameter of a signature.
type FunctionArgument struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
	IsVariadic  bool   `json:"isVariadic"`
}

// FunctionInfo is one signature.
type FunctionInfo struct {
	Arguments     []FunctionArgument `json:"arguments"`
	ArgumentTypes []string           `json:"argumentTypes"`
	ReturnType    string             `json:"returnType"`
	Description   string             `json:"description"`
}

// FunctionDescription answers DESCRIBE FUNCTION.
type FunctionDescription struct {
	Entity
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Author      string         `json:"author"`
	Version     string         `json:"version"`
	Path        string         `json:"path"`
	Type        string         `json:"type"`
	Functions   []FunctionInfo `json:"functions"`
}

// TypeList answers SHOW TYPES.
type TypeList struct {
	Entity
	Types map[string]SchemaInfo `json:"types"`
}

// VariableList answers SHOW VARIABLES.
type VariableList struct {
	Entity
	Variables []Variable `json:"variables"`
}

// Variable is a session variable.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// AssertSchema answers ASSERT SCHEMA. What was not asked for is null.
type AssertSchema struct {
	Entity
	Subject *string `json:"subject"`
	ID      *int    `json:"id"`
	Exists  bool    `json:"exists"`
}

// AssertTopic answers ASSERT TOPIC.
type AssertTopic struct {
	Entity
	TopicName string `json:"topicName"`
	Exists    bool   `json:"exists"`
}

// TerminateQuery answers TERMINATE of a client's query.
type TerminateQuery struct {
	Entity
	QueryID       string `json:"queryId"`
	WasTerminated bool   `json:"wasTerminated"`
}
