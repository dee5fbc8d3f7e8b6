package format

import "github.com/leatdb/leat/types"

// RecordError says why one record could not be decoded or encoded.
type RecordError struct {
	Row uint32
	// Path is where in the record: $.ORDER.LINES[2] in JSON, the column's name in
	// the other formats, empty when the record as a whole is at fault.
	Path   string
	Reason string
}

// Error returns path and reason.
func (e *RecordError) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Errors collects the records of a batch that failed, in row order.
type Errors struct {
	Records []RecordError
	// Unavailable says why nothing can be said about the records now: the schema
	// registry cannot be asked. It is no fault of theirs.
	Unavailable error
}

// Reset empties the list and keeps the memory.
func (e *Errors) Reset() {
	clear(e.Records)
	e.Records, e.Unavailable = e.Records[:0], nil
}

func (e *Errors) add(row uint32, path, reason string) {
	e.Records = append(e.Records, RecordError{row, path, reason})
}

// Drop appends to dst the rows that did not fail. rows must be ascending, and
// the errors those of one Decode call.
func (e *Errors) Drop(dst, rows []uint32) []uint32 {
	k := 0
	for _, r := range rows {
		for k < len(e.Records) && e.Records[k].Row < r {
			k++
		}
		if k == len(e.Records) || e.Records[k].Row != r {
			dst = append(dst, r)
		}
	}
	return dst
}

// columnPath is how errors name a column of a format without nesting.
func columnPath(c types.Column) string { return types.QuoteName(c.Name) }
