package api

// InsertsStreamRequest is the first line of the body of POST /inserts-stream; the
// lines after it are rows.
type InsertsStreamRequest struct {
	Target     string         `json:"target"`
	Properties map[string]any `json:"properties,omitempty"`
}

// InsertAck tells that a row is durable.
type InsertAck struct {
	Status   string `json:"status"`
	Sequence int64  `json:"seq"`
}

// InsertError tells that a row was not inserted, nor any behind it.
type InsertError struct {
	Error
	Status   string `json:"status"`
	Sequence int64  `json:"seq"`
}

// TerminateRequest is the body of POST /ksql/terminate.
type TerminateRequest struct {
	DeleteTopics []string `json:"deleteTopicList"`
}
