package leat

import (
	"fmt"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/types"
)

// ProtobufRows writes the rows of a result as protobuf messages.
type ProtobufRows struct {
	Schema string // The proto3 file of the message, with a field per column.

	rows  *format.ProtobufRows
	cols  []*types.Vector
	bytes types.Spans
	errs  format.Errors
}

// NewProtobufRows makes the schema of the columns of a result. It fails where a
// column has a type or a name that protobuf has no form for.
func NewProtobufRows(columns []RowColumn) (*ProtobufRows, error) {
	p := &ProtobufRows{}
	made := make([]types.Column, len(columns))
	for i, c := range columns {
		t, err := types.ParseType(c.Type)
		if err != nil {
			return nil, fmt.Errorf("leat: column %s: %w", c.Name, err)
		}
		made[i] = types.Column{Name: c.Name, Type: t}
		p.cols = append(p.cols, types.NewVector(t))
	}
	var err error
	if p.rows, err = format.NewProtobufRows(made); err != nil {
		return nil, fmt.Errorf("leat: rows in protobuf: %w", err)
	}
	p.Schema = p.rows.Schema
	return p, nil
}

// firstRow selects the only row of a batch.
var firstRow = []uint32{0}

// Encode returns the message of a row, valid until the next call.
func (p *ProtobufRows) Encode(r Row) ([]byte, error) {
	for i, v := range p.cols {
		v.Reset(1)
		if err := v.SetAny(0, r.Values[i]); err != nil {
			return nil, fmt.Errorf("leat: rows in protobuf: %w", err)
		}
	}
	p.bytes.Reset()
	if p.bytes.Data == nil {
		p.bytes.Data = make([]byte, 0, 64)
	}
	p.errs.Reset()
	p.rows.Encode(p.cols, firstRow, nil, &p.bytes, &p.errs)
	if len(p.errs.Records) > 0 {
		return nil, fmt.Errorf("leat: rows in protobuf: %w", &p.errs.Records[0])
	}
	b, _ := p.bytes.At(0)
	return b, nil
}
