package server

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/api"
	"github.com/leatdb/leat/types"
)

// rowEncoder writes a result in one of the forms of the API. Each method
// appends to dst.
type rowEncoder interface {
	head(dst []byte) []byte
	row(dst []byte, r leat.Row) []byte
	// token says how far the rows before it go.
	token(dst []byte, token string) []byte
	fail(dst []byte, err error) []byte
	end(dst []byte, final string) []byte
}

// encoderFor fails where the rows have no form in the media type.
func encoderFor(media string, rows *leat.Rows) (rowEncoder, error) {
	switch {
	case media == api.MediaSession:
		return newSessionEncoder(rows)
	case rows.Lines:
		return lineEncoder{}, nil
	case media == mediaKsql:
		return &ksqlEncoder{rows: rows}, nil
	case media == mediaProtobuf:
		messages, err := leat.NewProtobufRows(rows.Columns)
		return &protobufEncoder{ksqlEncoder{rows: rows}, messages}, err
	case media == mediaJSON:
		return &arrayEncoder{rows: rows, array: true}, nil
	}
	return &arrayEncoder{rows: rows}, nil
}

// lineEncoder writes the text lines of PRINT.
type lineEncoder struct{}

func (lineEncoder) head(dst []byte) []byte { return dst }

func (lineEncoder) row(dst []byte, r leat.Row) []byte {
	s, _ := r.Values[0].(string)
	return append(append(dst, s...), '\n')
}

func (lineEncoder) token(dst []byte, _ string) []byte { return dst }

func (lineEncoder) fail(dst []byte, err error) []byte {
	return append(append(dst, err.Error()...), '\n')
}

func (lineEncoder) end(dst []byte, _ string) []byte { return dst }

// ksqlEncoder writes a JSON array of objects {"header"}, {"row"}, ...
type ksqlEncoder struct{ rows *leat.Rows }

func (e *ksqlEncoder) head(dst []byte) []byte {
	dst = append(dst, `[{"header":{"queryId":`...)
	dst = leat.AppendJSON(dst, e.rows.QueryID)
	dst = append(dst, `,"schema":`...)
	var schema strings.Builder
	for i, c := range e.rows.Columns {
		if i > 0 {
			schema.WriteString(", ")
		}
		schema.WriteString(types.QuoteName(c.Name) + " " + c.Type)
		if c.Key && e.rows.Pull {
			schema.WriteString(" KEY")
		}
		if c.Header != "" {
			schema.WriteString(" " + c.Header)
		}
	}
	dst = leat.AppendJSON(dst, schema.String())
	return append(dst, "}}"...)
}

func (e *ksqlEncoder) row(dst []byte, r leat.Row) []byte {
	return appendRow(append(dst, ",\n"...), r)
}

// appendRow appends a row as an object {"row"}.
func appendRow(dst []byte, r leat.Row) []byte {
	dst = append(dst, `{"row":{"columns":[`...)
	dst = appendValues(dst, r.Values)
	dst = append(dst, ']')
	if r.Tombstone {
		dst = append(dst, `,"tombstone":true`...)
	}
	return append(dst, "}}"...)
}

func (e *ksqlEncoder) token(dst []byte, token string) []byte {
	return append(leat.AppendJSON(append(dst, ",\n"+`{"continuationToken":{"continuationToken":`...), token), "}}"...)
}

func (e *ksqlEncoder) fail(dst []byte, err error) []byte {
	dst = append(dst, ",\n"+`{"errorMessage":`...)
	return append(appendError(dst, err), '}')
}

func (e *ksqlEncoder) end(dst []byte, final string) []byte {
	if final != "" {
		dst = append(dst, ",\n"+`{"finalMessage":`...)
		dst = append(leat.AppendJSON(dst, final), '}')
	}
	return append(dst, "]\n"...)
}

// protobufEncoder is ksqlEncoder with rows as messages, of the schema in the
// header.
type protobufEncoder struct {
	ksqlEncoder
	messages *leat.ProtobufRows
}

func (e *protobufEncoder) head(dst []byte) []byte {
	dst = append(dst, `[{"header":{"queryId":`...)
	dst = leat.AppendJSON(dst, e.rows.QueryID)
	dst = append(dst, `,"protoSchema":`...)
	dst = leat.AppendJSON(dst, e.messages.Schema)
	return append(dst, "}}"...)
}

func (e *protobufEncoder) row(dst []byte, r leat.Row) []byte {
	message, err := e.messages.Encode(r)
	if err != nil {
		return e.fail(dst, err)
	}
	dst = append(dst, ",\n"+`{"row":{"protobufBytes":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, message)
	dst = append(dst, '"')
	if r.Tombstone {
		dst = append(dst, `,"tombstone":true`...)
	}
	return append(dst, "}}"...)
}

// arrayEncoder writes a line (or element) with the columns, then one array per
// row. Tombstones have no form here.
type arrayEncoder struct {
	rows  *leat.Rows
	array bool
}

func (e *arrayEncoder) head(dst []byte) []byte {
	names, kinds := []string{}, []string{}
	for _, c := range e.rows.Columns {
		names, kinds = append(names, c.Name), append(kinds, c.Type)
	}
	head, err := json.Marshal(struct {
		QueryID     string   `json:"queryId"`
		ColumnNames []string `json:"columnNames"`
		ColumnTypes []string `json:"columnTypes"`
	}{e.rows.QueryID, names, kinds})
	if err != nil { // Strings always marshal.
		head = []byte("{}")
	}
	if e.array {
		return append(append(dst, '['), head...)
	}
	return append(append(dst, head...), '\n')
}

func (e *arrayEncoder) row(dst []byte, r leat.Row) []byte {
	if r.Tombstone {
		return dst
	}
	if e.array {
		dst = append(dst, ",\n"...)
	}
	dst = append(appendValues(append(dst, '['), r.Values), ']')
	if !e.array {
		dst = append(dst, '\n')
	}
	return dst
}

func (e *arrayEncoder) token(dst []byte, token string) []byte {
	if e.array {
		dst = append(dst, ",\n"...)
	}
	dst = append(leat.AppendJSON(append(dst, `{"continuationToken":`...), token), '}')
	if !e.array {
		dst = append(dst, '\n')
	}
	return dst
}

func (e *arrayEncoder) fail(dst []byte, err error) []byte {
	if e.array {
		dst = append(dst, ",\n"...)
	}
	dst = appendError(dst, err)
	if !e.array {
		dst = append(dst, '\n')
	}
	return dst
}

func (e *arrayEncoder) end(dst []byte, _ string) []byte {
	if e.array {
		return append(dst, "]\n"...)
	}
	return dst
}

func appendValues(dst []byte, values []any) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = leat.AppendJSON(dst, v)
	}
	return dst
}

func appendError(dst []byte, err error) []byte {
	body, merr := json.Marshal(api.Generic(api.CodeServer, err.Error()))
	if merr != nil { // A struct of text and numbers always marshals.
		return append(dst, "{}"...)
	}
	return append(dst, body...)
}
