package sqltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/parser"
)

// Cases that say what a server answers (ksqlDB's REST query tests): statements
// up to the first SELECT go to /ksql together, the inputs are written, the
// queries read them, and then each SELECT is sent to /query.

// The media types of the answers.
const (
	mediaRows  = "application/vnd.ksql.v1+json"
	mediaProto = "application/vnd.ksql.v1+protobuf"
)

// streamTimeout bounds one stream of rows: one that does not end is compared as
// far as it came.
const streamTimeout = 10 * time.Second

// restRun is a case on its way.
type restRun struct {
	caseRun
	server  *restServer
	admin   []string // Statements before the first SELECT.
	selects []string
	answers []answer
}

// answer is what the server said to one statement.
type answer struct {
	statement string
	admin     json.RawMessage
	query     []json.RawMessage
	proto     bool // The rows of query are protobuf.
}

// runServed runs a case on a server of its own, in this process.
func runServed(ctx context.Context, c *Case, handler func(*leat.DB) http.Handler) (err error) {
	db, err := leat.OpenMem(ctx, leat.WithLogger(slog.New(slog.DiscardHandler)),
		leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("cache.max.bytes.buffering", "0"))
	if err != nil {
		return err
	}
	s := serve(handler(db))
	defer func() {
		db.CloseQueries()
		err = errors.Join(err, s.close(), db.Close())
	}()
	r := &restRun{caseRun: caseRun{c: c, db: db, session: db.NewSession()}, server: s}
	return r.run(ctx)
}

// run is the way of a case.
func (r *restRun) run(ctx context.Context) error {
	r.admin = r.c.Statements
	for i, sql := range r.c.Statements {
		if isSelect(sql) {
			r.admin, r.selects = r.c.Statements[:i], r.c.Statements[i:]
			break
		}
	}
	// The registry of the harness that the cases come from takes every schema.
	if err := r.db.Schemas().SetCompatibility(ctx, "", registry.NoCompatibility); err != nil {
		return err
	}
	if err := r.createTopics(ctx, 0); err != nil {
		return err
	}
	if err := r.registerSchemas(ctx); err != nil {
		return err
	}
	err := r.talk(ctx)
	if r.c.Negative() {
		return r.checkRefused(err)
	}
	if err != nil {
		return err
	}
	if err := r.checkAnswers(); err != nil {
		return err
	}
	if err := r.db.Settle(ctx); err != nil {
		return err
	}
	return r.checkOutputs(ctx)
}

func isSelect(sql string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(sql)), "SELECT ")
}

// talk sends the statements and writes the inputs.
func (r *restRun) talk(ctx context.Context) error {
	if len(r.admin) > 0 {
		if err := r.statements(ctx); err != nil {
			return err
		}
	}
	if r.c.Conditions.WaitForPush {
		return r.query(ctx, r.selects[0], r.feed)
	}
	if err := r.feed(ctx); err != nil {
		return err
	}
	for _, sql := range r.selects {
		if err := r.query(ctx, sql, nil); err != nil {
			return err
		}
	}
	if r.c.Protobuf {
		for _, sql := range r.selects {
			if err := r.queryProto(ctx, sql); err != nil {
				return err
			}
		}
	}
	return nil
}

// statements sends what is no SELECT.
func (r *restRun) statements(ctx context.Context) error {
	resp, err := r.server.post(ctx, "/ksql", mediaRows, map[string]any{"ksql": strings.Join(r.admin, "\n"), "streamsProperties": r.properties()})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var results []json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&results); err != nil {
		return fmt.Errorf("answer of /ksql: %w", err)
	}
	for i, res := range results {
		statement := ""
		if i < len(r.admin) {
			statement = r.admin[i]
		}
		r.answers = append(r.answers, answer{statement: statement, admin: res})
	}
	return nil
}

func (r *restRun) properties() map[string]any {
	if r.c.Properties == nil {
		return map[string]any{}
	}
	return r.c.Properties
}

// query reads the stream of a SELECT to its end. started is called when the
// header has come, nil for nothing.
func (r *restRun) query(ctx context.Context, sql string, started func(context.Context) error) error {
	return r.stream(ctx, "/query", mediaRows, sql, map[string]any{"ksql": sql, "streamsProperties": r.properties()}, started)
}

// queryProto reads the same with rows in protobuf.
func (r *restRun) queryProto(ctx context.Context, sql string) error {
	return r.stream(ctx, "/query-stream", mediaProto, sql, map[string]any{"sql": sql, "properties": r.properties()}, nil)
}

func (r *restRun) stream(ctx context.Context, path, media, sql string, body map[string]any, started func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, streamTimeout)
	defer cancel()
	resp, err := r.server.post(limited, path, media, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	out := answer{statement: sql, proto: media == mediaProto}
	d := json.NewDecoder(resp.Body)
	_, err = d.Token() // The bracket of the list.
	for err == nil && d.More() {
		var element json.RawMessage
		if err = d.Decode(&element); err != nil {
			break
		}
		out.query = append(out.query, element)
		if started != nil {
			if err := started(ctx); err != nil {
				return err
			}
			started = nil
		}
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("answer of %s: %w", path, err)
	}
	r.answers = append(r.answers, out)
	return nil
}

// feed writes the inputs and waits until the persistent queries have read them.
func (r *restRun) feed(ctx context.Context) error {
	cat := r.db.Catalog()
	for i := range r.c.Inputs {
		in := &r.c.Inputs[i]
		key, value, err := r.codec().encodeInput(in, formatOf(cat, r.c, in.Topic))
		if err != nil {
			return fmt.Errorf("input %d: %w", i+1, err)
		}
		var headers []log.Header
		for _, h := range in.Headers {
			header, err := h.header()
			if err != nil {
				return err
			}
			headers = append(headers, header)
		}
		info, ok := r.db.Log().Topic(in.Topic)
		if !ok {
			return fmt.Errorf("input %d: there is no topic %s", i+1, in.Topic)
		}
		w := log.Write{Topic: in.Topic}
		if key != nil {
			w.Partition = log.MurmurPartition(key, int32(info.Config.Partitions))
		}
		at := int64(0)
		if in.Timestamp != nil {
			at = *in.Timestamp
		}
		var b log.BatchBuilder
		b.Append(key, value, headers, at)
		w.Batch = b.Bytes()
		if _, err := r.db.Log().Produce(ctx, []log.Write{w}); err != nil {
			return fmt.Errorf("input %d: %w", i+1, err)
		}
	}
	return r.db.Settle(ctx)
}

// checkRefused tells whether the case failed where it must: at its last
// statement, with a status of the request.
func (r *restRun) checkRefused(err error) error {
	var no *refused
	switch {
	case err == nil:
		return errors.New("the last statement should have been refused")
	case !errors.As(err, &no):
		return err
	}
	last := r.c.Statements[len(r.c.Statements)-1]
	switch {
	case r.c.Rejected.Status != 0 && no.status != r.c.Rejected.Status:
		return fmt.Errorf("want status %d, got %w", r.c.Rejected.Status, no)
	case no.status >= http.StatusInternalServerError:
		return fmt.Errorf("the server failed: %w", no)
	case no.body.Statement != "" && !sameStatement(no.body.Statement, last):
		return fmt.Errorf("a statement before the one that must be refused: %s: %w", no.body.Statement, no)
	}
	return nil
}

func sameStatement(a, b string) bool {
	trim := func(s string) string { return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), ";")) }
	if trim(a) == trim(b) {
		return true
	}
	x, err := parser.ParseStatement(a)
	if err != nil {
		return false
	}
	y, err := parser.ParseStatement(b)
	return err == nil && parser.Print(x) == parser.Print(y)
}
