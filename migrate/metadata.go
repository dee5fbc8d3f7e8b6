package migrate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat"
)

// Session runs statements: a *leat.Session or one at a server.
type Session interface {
	Exec(ctx context.Context, sql string) ([]leat.Result, error)
}

// The states of a version.
const (
	Pending  = "PENDING" // Not in the metadata.
	Running  = "RUNNING"
	Migrated = "MIGRATED"
	Failed   = "ERROR"
)

// current is the key under which the newest state of all is kept.
const current = "CURRENT"

// none is the version before the first.
const none = "<none>"

// Event is what the metadata tell of a version.
type Event struct {
	Version            int
	Name, State, Sum   string
	Started, Completed string // As text, empty for not yet.
	Previous           string // The version before it, or <none>.
	Reason             string // Why it failed.
}

// Metadata is where a database keeps which versions it has: a stream of events,
// and a table of the last one of each version, for people to look at.
type Metadata struct {
	Stream, Table           string
	StreamTopic, TableTopic string // Empty for those named after stream and table.
	Replicas                int
}

const metadataColumns = "version_key, version, name, state, checksum, started_on, completed_on, previous, error_reason"

// Initialize makes the stream and the table.
func (m *Metadata) Initialize(ctx context.Context, s Session) error {
	topic := func(given, name string) string {
		if given == "" {
			given = "default_ksql_" + name
		}
		return literal(given)
	}
	var latest strings.Builder
	columns := strings.Split(metadataColumns, ", ")
	for _, c := range columns[1:] {
		latest.WriteString(", LATEST_BY_OFFSET(" + c + ") AS " + c)
	}
	_, err := s.Exec(ctx, fmt.Sprintf(`CREATE STREAM %s (%s STRING) WITH (KAFKA_TOPIC=%s, FORMAT='JSON', PARTITIONS=1, REPLICAS=%d);
CREATE TABLE %s WITH (KAFKA_TOPIC=%s) AS SELECT version_key%s FROM %s GROUP BY version_key EMIT CHANGES;`,
		m.Stream, columns[0]+" STRING KEY, "+strings.Join(columns[1:], " STRING, "), topic(m.StreamTopic, m.Stream), m.Replicas,
		m.Table, topic(m.TableTopic, m.Table), latest.String(), m.Stream))
	if err != nil {
		return fmt.Errorf("metadata: %w; `leat migrate info` works when they are there already", err)
	}
	return nil
}

// Destroy removes the stream and the table with their topics; the versions are
// forgotten, and what they made stays.
func (m *Metadata) Destroy(ctx context.Context, s Session) error {
	_, err := s.Exec(ctx, fmt.Sprintf("DROP TABLE %s DELETE TOPIC; DROP STREAM %s DELETE TOPIC;", m.Table, m.Stream))
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	return nil
}

// Events are the last event of each version and, under 0, the last of all.
func (m *Metadata) Events(ctx context.Context, s Session) (map[int]Event, error) {
	results, err := s.Exec(ctx, fmt.Sprintf("SELECT %s FROM %s;", metadataColumns, m.Stream))
	if err != nil {
		var se *leat.StatementError
		if errors.As(err, &se) {
			return nil, fmt.Errorf("there are no metadata in the database (%w); `leat migrate initialize-metadata` makes them", err)
		}
		return nil, err
	}
	events := map[int]Event{}
	rows := results[len(results)-1].Rows
	defer rows.Close()
	for row, err := range rows.All() {
		if err != nil {
			return nil, err
		}
		text := func(i int) string { s, _ := row.Values[i].(string); return s }
		e := Event{Name: text(2), State: text(3), Sum: text(4), Started: text(5), Completed: text(6), Previous: text(7), Reason: text(8)}
		if e.Version, err = strconv.Atoi(text(1)); err != nil {
			return nil, fmt.Errorf("%s has the version %q, which is no number; was it written by something else?", m.Stream, text(1))
		}
		if text(0) == current {
			events[0] = e
		} else {
			events[e.Version] = e
		}
	}
	return events, nil
}

// write appends an event, under its version and as the current one.
func (m *Metadata) write(ctx context.Context, s Session, e Event) error {
	var b strings.Builder
	for _, key := range []string{strconv.Itoa(e.Version), current} {
		fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES (", m.Stream, metadataColumns)
		for i, v := range []string{key, strconv.Itoa(e.Version), e.Name, e.State, e.Sum, e.Started, e.Completed, e.Previous, e.Reason} {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(literal(v))
		}
		b.WriteString(");\n")
	}
	if _, err := s.Exec(ctx, b.String()); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	return nil
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func now() string { return strconv.FormatInt(time.Now().UnixMilli(), 10) }
