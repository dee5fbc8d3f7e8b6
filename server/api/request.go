package api

// KsqlRequest is the body of POST /ksql and POST /query.
type KsqlRequest struct {
	SQL               string            `json:"ksql"`
	StreamsProperties map[string]any    `json:"streamsProperties,omitempty"`
	SessionVariables  map[string]string `json:"sessionVariables,omitempty"`
	CommandSequence   *int64            `json:"commandSequenceNumber,omitempty"`
	RequestProperties map[string]any    `json:"requestProperties,omitempty"`
}

// QueryStreamRequest is the body of POST /query-stream.
type QueryStreamRequest struct {
	SQL               string            `json:"sql"`
	Properties        map[string]any    `json:"properties,omitempty"`
	SessionVariables  map[string]string `json:"sessionVariables,omitempty"`
	RequestProperties map[string]any    `json:"requestProperties,omitempty"`
}

// CloseQueryRequest is the body of POST /close-query.
type CloseQueryRequest struct {
	QueryID string `json:"queryId"`
}

// ContinuationToken is the request property with which a push query goes on where
// another one was.
const ContinuationToken = "request.ksql.query.push.continuation.token"
