package leat

import "errors"

// What callers decide on. Errors of statements wrap them in a StatementError.
var (
	// ErrClosed: the database was closed.
	ErrClosed = errors.New("leat: the database is closed")
	// ErrForbidden: the session may not do that; see Session.Limit.
	ErrForbidden = errors.New("not allowed")
	// ErrTerminated: Terminate has ended the database's work; it begins anew when it
	// is opened again.
	ErrTerminated = errors.New("leat: everything was terminated; the database is empty when it is opened again")
	// ErrQueryStatement: SELECT or PRINT where only statements with a finite
	// result belong.
	ErrQueryStatement = errors.New("SELECT and PRINT stream rows and must be sent as a query, to the endpoint '/query' or '/query-stream'")
	// ErrAssertion: what an ASSERT statement says is not so, when its time is over.
	ErrAssertion = errors.New("the assertion does not hold")
	// ErrStorage: the log could not make something durable; nothing was
	// acknowledged, and nothing more will be until the database is reopened.
	ErrStorage = errors.New("leat: storage failed")
)

// StatementError is the failure of one statement of a text.
type StatementError struct {
	SQL string // The statement.
	// Line and Col are where the fault is in the whole text, from 1; 0 when it has
	// no place.
	Line, Col int
	Err       error
}

func (e *StatementError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *StatementError) Unwrap() error { return e.Err }
