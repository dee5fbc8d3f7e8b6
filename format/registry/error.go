package registry

import (
	"errors"
	"fmt"
)

// What callers decide on. An [Error] is one of the first three by its code.
var (
	ErrUnknown      = errors.New("unknown schema")
	ErrIncompatible = errors.New("incompatible schema")
	ErrInvalid      = errors.New("invalid schema")
	// ErrUnavailable: the registry cannot be asked now. The same call may succeed
	// later.
	ErrUnavailable = errors.New("the schema registry is unavailable")
)

// Code is the number of a refusal in the registry protocol. The HTTP status is
// its first three digits.
type Code int

// The codes.
const (
	CodeUnauthorised      Code = 401
	CodeIncompatible      Code = 409
	CodeSubjectUnknown    Code = 40401
	CodeVersionUnknown    Code = 40402
	CodeSchemaUnknown     Code = 40403
	CodeSubjectDeleted    Code = 40404
	CodeSubjectNotDeleted Code = 40405 // Permanent deletion comes after deletion.
	CodeVersionDeleted    Code = 40406
	CodeVersionNotDeleted Code = 40407
	CodeNoCompatibility   Code = 40408 // The subject has no level of its own.
	CodeNoMode            Code = 40409 // The subject has no mode of its own.
	CodeInvalidSchema     Code = 42201
	CodeInvalidVersion    Code = 42202
	CodeInvalidLevel      Code = 42203
	CodeInvalidMode       Code = 42204
	CodeNotPermitted      Code = 42205
	CodeReferenced        Code = 42206
	CodeInvalidSubject    Code = 42208
	CodeStore             Code = 50001
	CodeOther             Code = 500
)

// Status is the HTTP status of answers with the code.
func (c Code) Status() int {
	if c < 1000 {
		return int(c)
	}
	return int(c / 100)
}

// Error is a request that the registry has refused.
type Error struct {
	Code    Code
	Message string
	cause   error
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns what the refusal comes from, if it is an error itself.
func (e *Error) Unwrap() error { return e.cause }

// Is tells whether the code means ErrUnknown, ErrIncompatible or ErrInvalid.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrUnknown:
		return e.Code > 40400 && e.Code < 40500 // 404 itself is a path that is not there.
	case ErrIncompatible:
		return e.Code == CodeIncompatible
	case ErrInvalid:
		return e.Code.Status() == 422
	}
	return false
}

// refuse makes an Error; %w in the format gives its cause.
func refuse(code Code, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), cause: errors.Unwrap(err)}
}
