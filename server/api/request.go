package api

// KsqlRequest is the body of POST /ksql and POST /query.
type KsqlRequest struct {
	SQL               string            `json:"ksql"`
	StreamsProperties map[string]any    `json:"streamsProperties,omitempty"`
	SessionVariables  map[string]string `json:"sessionVariables,omitempty"`
	CommandSequence   *int64            `json:"commandSequenceNumber,omitempty"`
}

// QueryStreamRequest is the body of POST /query-stream.
type QueryStreamRequest struct {
	SQL              string            `json:"sql"`
	Properties       map[string]any    `json:"properties,omitempty"`
	SessionVariables map[string]string `json:"sessionVariables,omitempty"`
}

// CloseQueryRequest is the body of POST /close-query.
type CloseQueryRequest struct {
	QueryID string `json:"queryId"`
}
