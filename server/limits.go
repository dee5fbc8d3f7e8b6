package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/leatdb/leat"
)

// Limits bound what clients can make a server do. Zero is no limit, except where
// it says otherwise.
type Limits struct {
	// Body bounds a request's body, or one row of /inserts-stream, in bytes, and the
	// time to read one. Both must be set.
	Body struct {
		Bytes int64
		Time  time.Duration
	}
	// Request bounds the time of statements and of pull queries.
	Request time.Duration
	// Pushes is how many push queries may run at a time.
	Pushes int64
	// Stall is how long a client of a stream may take nothing before it is
	// disconnected; until then it holds its query back, which costs no memory. It
	// must be set.
	Stall time.Duration
	// CommandWait is how long a request waits for the command that it names. It must
	// be set.
	CommandWait time.Duration
}

// DefaultLimits are those of a server that is told nothing else.
func DefaultLimits() Limits {
	l := Limits{Request: 5 * time.Minute, Stall: time.Minute, CommandWait: 5 * time.Second}
	l.Body.Bytes, l.Body.Time = 16<<20, 30*time.Second
	return l
}

// WithLimits replaces the default limits.
func WithLimits(l Limits) Option { return func(s *Server) { s.limits = l } }

// context bounds the time of a request.
func (l *Limits) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.Request == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, l.Request)
}

// timer closes a pull query when its time is up, unless it is called before.
func (l *Limits) timer(rows *leat.Rows) (stop func()) {
	if l.Request == 0 {
		return func() {}
	}
	t := time.AfterFunc(l.Request, rows.Close)
	return func() { t.Stop() }
}

// beginPush counts a push query, unless there are too many; done ends it.
func (s *Server) beginPush() (done func(), ok bool) {
	if n := s.pushes.Add(1); s.limits.Pushes > 0 && n > s.limits.Pushes {
		s.pushes.Add(-1)
		return nil, false
	}
	return func() { s.pushes.Add(-1) }, true
}

func (l *Limits) tooMany() string {
	return fmt.Sprintf("this server runs %d push queries at a time, and as many are running; close one of them, or raise ksql.max.push.queries", l.Pushes)
}

func tooLarge(limit int64) string {
	return fmt.Sprintf("the request is longer than %d bytes, which is what this server takes", limit)
}

// streamWriter writes to a client and waits for one that is slow, but not for ever.
type streamWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	stall   time.Duration
}

func (l *Limits) writer(w http.ResponseWriter) *streamWriter {
	return &streamWriter{w, http.NewResponseController(w), l.Stall}
}

// send writes and flushes. Between two calls any time may pass.
func (s *streamWriter) send(b []byte) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(s.stall)) // Some writers have no deadlines.
	defer func() { _ = s.control.SetWriteDeadline(time.Time{}) }()
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	if err := s.control.Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
