package exec

import (
	"errors"
	"io/fs"
	"strconv"
	"sync"
	"time"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/log"
)

// ErrorClass says who can do something about a failure.
type ErrorClass string

// The classes of errors; the names are ksqlDB's.
const (
	NoError      ErrorClass = "NO_ERROR"
	UserError    ErrorClass = "USER"   // The query, its records, topics, schemas or functions.
	SystemError  ErrorClass = "SYSTEM" // Storage, or a service that does not answer.
	UnknownError ErrorClass = "UNKNOWN"
)

// errStopped marks failures that a property of the query asks for.
var errStopped = errors.New("that stops the query")

// Classify returns the class of an error that made a task or a query fail.
func Classify(err error) ErrorClass {
	if err == nil {
		return NoError
	}
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	var panicked *function.Panic
	var path *fs.PathError
	switch {
	case is(log.ErrStorageFailed, log.ErrCorrupt, log.ErrClosed, registry.ErrUnavailable), errors.As(err, &path):
		return SystemError
	case is(errStopped, log.ErrUnknownTopic, log.ErrInvalidTopic, log.ErrInvalidPartitions, log.ErrInvalidConfig, log.ErrBatchTooLarge, log.ErrInvalidRecord,
		registry.ErrUnknown, registry.ErrIncompatible, registry.ErrInvalid), errors.As(err, &panicked):
		return UserError
	}
	return UnknownError
}

// Failure is one time that a task failed.
type Failure struct {
	At    time.Time
	Class ErrorClass
	Err   error
	Retry time.Time // When the task was to start again.
}

// failures are the last ones of a query.
type failures struct {
	mu   sync.Mutex
	last []Failure // Oldest first.
}

// defaultFailures is how many failures a query remembers, unless the property
// ksql.query.error.max.queue.size says otherwise.
const defaultFailures = 10

func (f *failures) add(x Failure, keep int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = append(f.last, x)
	f.last = f.last[max(0, len(f.last)-keep):]
}

// Failures returns the last failures of the query's tasks, oldest first, whether
// they are over or not.
func (q *Query) Failures() []Failure {
	q.failures.mu.Lock()
	defer q.failures.mu.Unlock()
	return append([]Failure{}, q.failures.last...)
}

// number is a property of the query that is a whole number from 0 on, or what it
// is without it.
func (q *Query) number(property string, otherwise int64) int64 {
	if n, err := strconv.ParseInt(q.plan.Properties[property], 10, 64); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

// backoff is how long a task waits that has failed so many times before, without
// having been well in between.
func (q *Query) backoff(failed int) time.Duration {
	first := time.Duration(q.number("ksql.query.retry.backoff.initial.ms", q.rt.opts.RetryBackoff.Milliseconds())) * time.Millisecond
	most := time.Duration(q.number("ksql.query.retry.backoff.max.ms", q.rt.opts.RetryBackoffMax.Milliseconds())) * time.Millisecond
	return Backoff(first, most, failed)
}

// Backoff is how long to wait after having failed so many times before: first,
// doubled each time, up to most.
func Backoff(first, most time.Duration, failed int) time.Duration {
	first = max(first, time.Millisecond)
	most = max(first, most)
	for ; failed > 0 && first < most; failed-- {
		first *= 2
	}
	return min(first, most)
}
