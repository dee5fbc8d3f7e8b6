package api

// The error codes: the HTTP status times 100, plus a detail.
const (
	CodeBadRequest    = 40000
	CodeBadStatement  = 40001
	CodeQueryEndpoint = 40002 // SELECT or PRINT sent to /ksql.
	CodeTooMany       = 40003 // Push queries.
	CodeNeedsHTTP2    = 40004
	CodeUnauthorized  = 40100
	CodeForbidden     = 40300
	CodeNotFound      = 40400
	CodeAssertion     = 41700
	CodeServer        = 50000
	CodeCommandWait   = 50301 // The command did not come in time.
	CodeShuttingDown  = 50303
	CodeTerminated    = 50304
)

// Error is the body of every refusal. Type is generic_error, or statement_error
// when one statement of a request is to blame.
type Error struct {
	Type          string `json:"@type"`
	Code          int    `json:"error_code"`
	Message       string `json:"message"`
	StatementText string `json:"statementText,omitempty"`
	Entities      []any  `json:"entities,omitempty"`
}

func (e *Error) Error() string { return e.Message }

// Generic makes an error that no statement is to blame for.
func Generic(code int, message string) *Error {
	return &Error{Type: "generic_error", Code: code, Message: message}
}

// Statement makes the error of a statement; entities are the results of the
// statements before it.
func Statement(code int, message, text string, entities []any) *Error {
	return &Error{Type: "statement_error", Code: code, Message: message, StatementText: text, Entities: entities}
}
