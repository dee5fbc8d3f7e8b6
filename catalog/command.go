package catalog

import (
	"encoding/json"
	"fmt"
)

// CommandVersion is written with every command. A reader refuses newer ones and
// knows how to read all older ones.
const CommandVersion = 1

// Kind says what a command does and which of its fields are set.
type Kind string

// The kinds of commands.
const (
	// CreateSource adds Source, or replaces the one of its name when Replace is
	// set. With Query it also adds (or replaces) the query that writes or
	// materialises the source.
	CreateSource Kind = "create-source"
	// InsertQuery adds Query, which writes into an existing stream.
	InsertQuery Kind = "insert-query"
	// AlterSource replaces the definition of a source by Source.
	AlterSource Kind = "alter-source"
	// DropSource removes the sources Names and the queries that created them.
	// With DeleteTopic the engine deletes their topics.
	DropSource Kind = "drop-source"
	CreateType Kind = "create-type" // Adds Type.
	DropType   Kind = "drop-type"   // Removes the types Names.
	Terminate  Kind = "terminate"   // Removes the queries Names.
	Pause      Kind = "pause"       // Pauses the queries Names.
	Resume     Kind = "resume"      // Resumes the queries Names.
	// SetProperties sets the server-wide Properties; an empty value removes one.
	SetProperties Kind = "set-properties"
)

// Command is one change of the catalogue, as it is written to the command log.
type Command struct {
	Kind Kind `json:"kind"`
	// SQL is the statement the command was made from.
	SQL string `json:"sql"`
	// Message tells clients what the command did; commands of earlier builds have none.
	Message     string            `json:"message,omitempty"`
	Source      *Source           `json:"source,omitempty"`
	Query       *Query            `json:"query,omitempty"`
	Type        *Type             `json:"type,omitempty"`
	Names       []string          `json:"names,omitempty"`
	Replace     bool              `json:"replace,omitempty"`
	DeleteTopic bool              `json:"deleteTopic,omitempty"`
	Properties  map[string]string `json:"properties,omitempty"`
}

type storedCommand struct {
	Version int `json:"version"`
	*Command
}

// Encode writes the command as JSON.
func (c *Command) Encode() ([]byte, error) {
	data, err := json.Marshal(storedCommand{CommandVersion, c})
	if err != nil {
		return nil, fmt.Errorf("catalog: %s command: %w", c.Kind, err)
	}
	return data, nil
}

// Decode reads what Encode of this or an earlier version wrote.
func Decode(data []byte) (*Command, error) {
	stored := storedCommand{Command: new(Command)}
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, fmt.Errorf("catalog: command: %w", err)
	}
	if stored.Version < 1 || stored.Version > CommandVersion {
		return nil, fmt.Errorf("catalog: command of version %d cannot be read here; this build reads versions 1 to %d", stored.Version, CommandVersion)
	}
	return stored.Command, nil
}
