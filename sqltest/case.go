package sqltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Case is one conformance case: statements, records in, records out (format:
// ksqlDB's query translation tests).
type Case struct {
	File       string          `json:"-"`
	Name       string          `json:"name"`
	Statements []string        `json:"statements"`
	Formats    []string        `json:"format"`
	Config     []any           `json:"config"`
	Properties map[string]any  `json:"properties"`
	Topics     []CaseTopic     `json:"topics"`
	Inputs     []CaseRecord    `json:"inputs"`
	Outputs    []CaseRecord    `json:"outputs"`
	Exception  json.RawMessage `json:"expectedException"`
	Rejected   rejection       `json:"expectedError"`
	// Responses are what a server answers to the statements; see rest_run.go.
	Responses  []Response      `json:"responses"`
	Conditions InputConditions `json:"inputConditions"`
	Protobuf   bool            `json:"testPullWithProtoFormat"`
	Post       *CasePost       `json:"post"`
	Enabled    *bool           `json:"enabled"`

	// served tells that the statements go to a server: a case of the file says what
	// it answers.
	served bool
}

// Response is what a server answers to one statement. One member is set.
type Response struct {
	Admin json.RawMessage `json:"admin"` // An object: the members that the result must have.
	// Query is the elements of the stream of a query; QueryProto is the same for
	// rows in protobuf, as text.
	Query      []json.RawMessage `json:"query"`
	QueryProto []json.RawMessage `json:"queryProto"`
}

// InputConditions tells when the inputs are written.
type InputConditions struct {
	// WaitForPush starts the query first, and writes when its header has come.
	WaitForPush bool `json:"waitForActivePushQuery"`
}

// CaseTopic is a topic that exists before the statements run.
type CaseTopic struct {
	Name        string          `json:"name"`
	Partitions  int             `json:"partitions"`
	KeyFormat   string          `json:"keyFormat"`
	ValueFormat string          `json:"valueFormat"`
	KeySchema   json.RawMessage `json:"keySchema"`
	ValueSchema json.RawMessage `json:"valueSchema"`

	KeySchemaID     int             `json:"keySchemaId"` // 0: the next one.
	ValueSchemaID   int             `json:"valueSchemaId"`
	KeyReferences   []CaseReference `json:"keySchemaReferences"`
	ValueReferences []CaseReference `json:"valueSchemaReferences"`
}

// UnmarshalJSON accepts a bare name for a topic without properties.
func (t *CaseTopic) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &t.Name) == nil {
		return nil
	}
	type plain CaseTopic
	return json.Unmarshal(data, (*plain)(t))
}

// CaseRecord is a record in or out. Key and Value are kept as text, so that
// numbers stay exact.
type CaseRecord struct {
	Topic     string          `json:"topic"`
	Key       json.RawMessage `json:"key"`
	Value     json.RawMessage `json:"value"`
	Timestamp *int64          `json:"timestamp"`
	Window    *CaseWindow     `json:"window"`
	Headers   []CaseHeader    `json:"headers"`
}

// CaseWindow is the window of a record's key.
type CaseWindow struct {
	Start int64  `json:"start"`
	End   int64  `json:"end"`
	Type  string `json:"type"` // time or session
}

// CaseHeader is a record header; Value is base64.
type CaseHeader struct {
	Key   string  `json:"KEY"`
	Value *string `json:"VALUE"`
}

// rejection tells that the last statement must be rejected. Suites write it as
// true, or as an object that describes the error.
type rejection struct {
	set    bool
	Status int `json:"status"` // Of a server's answer; 0 for any.
}

// UnmarshalJSON accepts both ways of writing it; null is false.
func (r *rejection) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &r.set) == nil {
		return nil
	}
	type plain rejection
	r.set = true
	return json.Unmarshal(data, (*plain)(r))
}

// Negative tells that the last statement must be rejected.
func (c *Case) Negative() bool { return c.Rejected.set || len(c.Exception) > 0 }

// setsPartitions tells that the mode says how many partitions topics have,
// whatever the case declares. A case that is only to be rejected has the
// partitions it declares.
func (c *Case) setsPartitions() bool { return !c.Negative() || len(c.Inputs) > 0 }

// exactNumbers is the property of a case that asks the harness, not the engine,
// to compare doubles exactly.
const exactNumbers = "use.exact.numeric.comparison"

func (c *Case) exact() bool { return fmt.Sprint(c.Properties[exactNumbers]) == "true" }

// parseCases reads the cases of a file, expanded over formats and configs.
func parseCases(path string, text []byte) ([]*Case, error) {
	var file struct {
		Tests []*Case `json:"tests"`
	}
	text = stripComments(text)
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, jsonError(path, text, err)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".json")
	var out []*Case
	served := slices.ContainsFunc(file.Tests, func(c *Case) bool { return len(c.Responses) > 0 })
	for _, c := range file.Tests {
		c.File, c.Name, c.served = path, name+" - "+c.Name, served
		out = append(out, c.expand()...)
	}
	return out, nil
}

// expand returns the case once per format and config value.
func (c *Case) expand() []*Case {
	formats := c.Formats
	if len(formats) == 0 {
		formats = []string{""}
	}
	configs := c.Config
	if len(configs) == 0 {
		configs = []any{nil}
	}
	var out []*Case
	for _, f := range formats {
		for _, config := range configs {
			out = append(out, c.variant(f, config))
		}
	}
	return out
}

func (c *Case) variant(format string, config any) *Case {
	v := *c
	if format != "" {
		v.Name += " - " + format
		v.Statements = make([]string, len(c.Statements))
		for i, s := range c.Statements {
			v.Statements[i] = strings.ReplaceAll(s, "{FORMAT}", format)
		}
		v.Topics = append([]CaseTopic{}, c.Topics...)
		for i := range v.Topics {
			v.Topics[i].KeyFormat = strings.ReplaceAll(v.Topics[i].KeyFormat, "{FORMAT}", format)
			v.Topics[i].ValueFormat = strings.ReplaceAll(v.Topics[i].ValueFormat, "{FORMAT}", format)
		}
		v.Post = c.Post.forFormat(format)
	}
	v.Properties = map[string]any{}
	for name, value := range c.Properties {
		if value == "{CONFIG}" {
			value = config
			v.Name += fmt.Sprintf(" - %s=%v", name, config)
		}
		v.Properties[name] = value
	}
	return &v
}

func (p *CasePost) forFormat(format string) *CasePost {
	if p == nil {
		return nil
	}
	text, err := json.Marshal(p)
	if err != nil { // It came from JSON.
		return p
	}
	var out CasePost
	if json.Unmarshal(bytes.ReplaceAll(text, []byte("{FORMAT}"), []byte(format)), &out) != nil {
		return p
	}
	return &out
}

// stripComments blanks // and /* */ comments outside of strings.
func stripComments(data []byte) []byte {
	out := bytes.Clone(data)
	for i := 0; i < len(out); i++ {
		switch {
		case out[i] == '"':
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
		case bytes.HasPrefix(out[i:], []byte("//")):
			for ; i < len(out) && out[i] != '\n'; i++ {
				out[i] = ' '
			}
		case bytes.HasPrefix(out[i:], []byte("/*")):
			end := bytes.Index(out[i:], []byte("*/"))
			if end < 0 {
				end = len(out) - i - 2
			}
			for k := range end + 2 {
				out[i+k] = ' '
			}
		}
	}
	return out
}
