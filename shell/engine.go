package shell

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/leatdb/leat"
)

// Engine is what a shell talks to: a *leat.Session in this process, or a
// *client.Session at a server.
type Engine interface {
	// ExecAt runs the statements in text[start:end]; places in errors count from the
	// beginning of text.
	ExecAt(ctx context.Context, text string, start, end int) ([]leat.Result, error)
}

// known is what there is to be named in a statement, as the engine told lately.
type known struct {
	sources    []leat.SourceDescription
	topics     []leat.TopicLine
	queries    []leat.RunningQuery
	functions  []leat.FunctionName
	properties []leat.Property
	types      []leat.TypeName
	variables  []leat.Variable
	at         time.Time
}

// memory keeps what the engine told for the time of some keystrokes.
type memory struct {
	engine Engine

	mu         sync.Mutex
	last       known
	signatures map[string]string
}

// Completion asks again after freshFor, and gives up after patience: typing must
// not wait for a slow server.
const (
	freshFor = 2 * time.Second
	patience = 500 * time.Millisecond
)

// know asks the engine what there is, unless it did just now.
func (m *memory) know(ctx context.Context) known {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.last.at) < freshFor {
		return m.last
	}
	fresh := known{at: time.Now()}
	for _, r := range m.ask(ctx, "DESCRIBE STREAMS; DESCRIBE TABLES; SHOW TOPICS; SHOW QUERIES; SHOW FUNCTIONS; SHOW PROPERTIES; SHOW TYPES; SHOW VARIABLES;") {
		switch {
		case r.Sources != nil:
			fresh.sources = append(fresh.sources, r.Sources.Extended...)
		case r.Topics != nil:
			fresh.topics = r.Topics.Topics
		case r.Queries != nil:
			fresh.queries = r.Queries.Queries
		case r.Functions != nil:
			fresh.functions = r.Functions
		case r.Properties != nil:
			fresh.properties = r.Properties
		case r.Types != nil:
			fresh.types = r.Types
		case r.Variables != nil:
			fresh.variables = r.Variables
		}
	}
	m.last = fresh
	return fresh
}

// stale makes know ask again: a statement may have changed what there is.
func (m *memory) stale() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last.at = time.Time{}
}

// signature tells how the functions are called, by name.
func (m *memory) signature(ctx context.Context, names []string) map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.signatures == nil {
		m.signatures = map[string]string{}
	}
	var b strings.Builder
	for _, name := range names {
		if _, ok := m.signatures[name]; !ok {
			b.WriteString("DESCRIBE FUNCTION " + name + ";")
		}
	}
	for _, r := range m.ask(ctx, b.String()) {
		if r.Function == nil || len(r.Function.Variants) == 0 {
			continue
		}
		v := r.Function.Variants[0]
		text := v.Signature + " -> " + v.Returns
		if len(r.Function.Variants) > 1 {
			text += ", ..."
		}
		m.signatures[r.Function.Name] = text
	}
	return m.signatures
}

// ask returns what of the answers comes in time; completion is no place to
// complain about the rest.
func (m *memory) ask(ctx context.Context, sql string) []leat.Result {
	if sql == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	results, err := m.engine.ExecAt(ctx, sql, 0, len(sql))
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return results
}
