package format

import (
	"strings"

	"github.com/leatdb/leat/types"
)

// ProtobufRows writes rows for clients, as messages of a schema that is sent
// ahead of them. Maps are lists of entries there, which have the same bytes.
type ProtobufRows struct {
	Schema string // The file of the message.
	Encoder
}

// NewProtobufRows makes the schema and the encoder of rows with the columns.
func NewProtobufRows(columns []types.Column) (*ProtobufRows, error) {
	spec := Spec{Name: "PROTOBUF_NOSR", Columns: columns}
	encoder, err := NewEncoder(spec)
	if err != nil {
		return nil, err
	}
	schema, err := protobufFile(&spec, &protobufGenerator{entries: true})
	if err != nil {
		return nil, err
	}
	return &ProtobufRows{strings.TrimSpace(schema) + "\n", encoder}, nil
}
