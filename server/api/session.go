package api

import "encoding/json"

// MediaSession is the media type in which leat's own clients ask: results as the
// engine gives them, errors with their place, rows without loss, and the state
// of the session, which the client keeps and sends with the next request. It is
// an answer of /ksql and of /query-stream for those who accept it and nothing
// else; both ends are of one version.
const MediaSession = "application/vnd.leat.session.v1+json"

// SessionAnswer is the body of /ksql in MediaSession.
type SessionAnswer struct {
	Results    json.RawMessage   `json:"results"` // []leat.Result
	Properties map[string]string `json:"properties"`
	Variables  map[string]string `json:"variables"`
	Fault      *Fault            `json:"fault,omitempty"`
}

// Fault is why a statement failed, and where.
type Fault struct {
	Message   string `json:"message"`
	SQL       string `json:"sql"`
	Line      int    `json:"line,omitempty"` // 0 when it has no place.
	Col       int    `json:"col,omitempty"`
	Assertion bool   `json:"assertion,omitempty"` // An ASSERT that does not hold.
}

// SessionColumn is a column of a result.
type SessionColumn struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Key    bool   `json:"key,omitempty"`
	Header string `json:"header,omitempty"`
}

// SessionLine is a line of /query-stream in MediaSession. The first has what the
// result is; each of the others has a row, or is the last one and says how the
// result ended.
type SessionLine struct {
	QueryID string          `json:"queryId,omitempty"`
	Columns []SessionColumn `json:"columns,omitempty"`
	Pull    bool            `json:"pull,omitempty"`
	Lines   bool            `json:"lines,omitempty"`

	Row       []byte `json:"row,omitempty"` // As types.AppendRow writes it.
	Tombstone bool   `json:"tombstone,omitempty"`

	End   bool   `json:"end,omitempty"`
	Final string `json:"final,omitempty"`
	Error string `json:"error,omitempty"`
}
