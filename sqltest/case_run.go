package sqltest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/log"
)

// defaultPartitions is how many partitions topics have that are declared without
// their number.
const defaultPartitions = 4

// errEarly is a failure of a statement before the one that must be rejected.
var errEarly = errors.New("a statement before the one that must be rejected failed")

// RunCase runs one conformance case on an engine of its own, in memory, and
// returns nil when all is as expected.
//
// Queries run one after the other in the order they were created, each reading
// the records of its topics in the listed order: what the statements mean must
// not depend on how fast a query is.
func RunCase(ctx context.Context, c *Case) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	opts := []leat.Option{leat.WithHeldInputs(), leat.WithLogger(slog.New(slog.DiscardHandler)),
		leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("cache.max.bytes.buffering", "0"),
		leat.WithFunctions(registerTestFunctions)}
	if c.onePartition() {
		opts = append(opts, leat.WithTopicPartitions(1))
	}
	db, err := leat.OpenMem(ctx, opts...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r := &caseRun{c: c, db: db, session: db.NewSession(), next: map[string]int64{}}
	return r.run(ctx)
}

type caseRun struct {
	c       *Case
	db      *leat.DB
	session *leat.Session
	next    map[string]int64 // Records in each input topic so far.
	// registered tells that the schemas of the case's topics are in the registry.
	registered bool
}

// run is the way of a case: topics, statements, inputs, queries, checks.
func (r *caseRun) run(ctx context.Context) error {
	for name, value := range r.c.Properties {
		if name == exactNumbers {
			continue
		}
		if err := r.session.Set(name, fmt.Sprint(value)); err != nil {
			return err
		}
	}
	// The registry of the harness that the cases come from takes every schema.
	if err := r.db.Schemas().SetCompatibility(ctx, "", registry.NoCompatibility); err != nil {
		return err
	}
	if err := r.createTopics(ctx, r.c.onePartition()); err != nil {
		return err
	}
	err := r.statements(ctx)
	if r.c.Negative() {
		return r.checkRejected(ctx, err)
	}
	if err != nil {
		return err
	}
	if err := r.drive(ctx); err != nil {
		return err
	}
	if err := r.checkOutputs(ctx); err != nil {
		return err
	}
	return r.checkPost(ctx)
}

// checkRejected tells whether the case fails where it must: in its last
// statement, or while the queries run.
func (r *caseRun) checkRejected(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errEarly):
		return err
	case err != nil:
		return nil
	case r.drive(ctx) != nil:
		return nil
	}
	return errors.New("the last statement should have been rejected")
}

// createTopics makes every topic that the case or a declaration names.
func (r *caseRun) createTopics(ctx context.Context, onePartition bool) error {
	topics := map[string]int{}
	for _, rec := range r.c.Inputs {
		topics[rec.Topic] = 0
	}
	for _, stmt := range r.c.Statements {
		for topic, partitions := range declaredTopics(stmt) {
			topics[topic] = partitions
		}
	}
	for _, t := range r.c.Topics {
		topics[t.Name] = t.Partitions
	}
	for name, partitions := range topics {
		switch {
		case onePartition:
			partitions = 1
		case partitions == 0:
			partitions = defaultPartitions
		}
		err := r.db.Log().CreateTopic(ctx, name, log.TopicConfig{Partitions: partitions})
		if err != nil && !errors.Is(err, log.ErrTopicExists) {
			return err
		}
	}
	return nil
}

func (r *caseRun) statements(ctx context.Context) error {
	for i, stmt := range r.c.Statements {
		if err := r.beforeStatement(ctx, stmt); err != nil {
			return err
		}
		results, err := r.session.Exec(ctx, stmt)
		for _, res := range results {
			if res.Rows != nil {
				res.Rows.Close()
			}
		}
		if err != nil {
			if r.c.Negative() && i < len(r.c.Statements)-1 {
				return fmt.Errorf("%w: statement %d: %w", errEarly, i+1, err)
			}
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	return nil
}

// drive writes the inputs and lets the queries read them.
func (r *caseRun) drive(ctx context.Context) error {
	cat := r.db.Catalog()
	ends := make([]int64, len(r.c.Inputs)) // End offset that releases input i.
	for i := range r.c.Inputs {
		end, err := r.produce(ctx, cat, &r.c.Inputs[i])
		if err != nil {
			return fmt.Errorf("input %d: %w", i+1, err)
		}
		ends[i] = end
	}
	for _, q := range creationOrder(cat) {
		if err := r.driveQuery(ctx, cat, q, ends); err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
	}
	return nil
}

// creationOrder sorts queries by the number at the end of their ids.
func creationOrder(cat *catalog.Snapshot) []*catalog.Query {
	queries := cat.Queries()
	number := func(q *catalog.Query) (n int) {
		// An id given by the user has no number and counts as first.
		_, _ = fmt.Sscanf(q.ID[strings.LastIndexByte(q.ID, '_')+1:], "%d", &n)
		return n
	}
	for i := 1; i < len(queries); i++ {
		for k := i; k > 0 && number(queries[k]) < number(queries[k-1]); k-- {
			queries[k], queries[k-1] = queries[k-1], queries[k]
		}
	}
	return queries
}

func (r *caseRun) driveQuery(ctx context.Context, cat *catalog.Snapshot, q *catalog.Query, ends []int64) error {
	fromInputs := map[string]bool{}
	topics := map[string]bool{}
	for _, name := range q.Sources {
		if src := cat.Source(name); src != nil {
			topics[src.Topic] = true
		}
	}
	for i := range r.c.Inputs {
		topic := r.c.Inputs[i].Topic
		if !topics[topic] {
			continue
		}
		fromInputs[topic] = true
		r.db.Release(q.ID, topic, ends[i])
		if err := r.db.Settle(ctx, q.ID); err != nil {
			return err
		}
	}
	for _, name := range q.Sources {
		src := cat.Source(name)
		if src == nil || fromInputs[src.Topic] {
			continue
		}
		end, err := r.db.Log().EndOffset(src.Topic, 0)
		if err != nil {
			return err
		}
		r.db.Release(q.ID, src.Topic, end)
		if err := r.db.Settle(ctx, q.ID); err != nil {
			return err
		}
	}
	return nil
}

// produce writes an input record and returns the end offset after it.
func (r *caseRun) produce(ctx context.Context, cat *catalog.Snapshot, rec *CaseRecord) (int64, error) {
	key, value, err := r.codec().encodeInput(rec, formatOf(cat, r.c, rec.Topic))
	if err != nil {
		return 0, err
	}
	var headers []log.Header
	for _, h := range rec.Headers {
		header, err := h.header()
		if err != nil {
			return 0, err
		}
		headers = append(headers, header)
	}
	at := int64(0)
	if rec.Timestamp != nil {
		at = *rec.Timestamp
	}
	var b log.BatchBuilder
	b.Append(key, value, headers, at)
	offsets, err := r.db.Log().Produce(ctx, []log.Write{{Topic: rec.Topic, Batch: b.Bytes()}})
	if err != nil {
		return 0, err
	}
	return offsets[0] + 1, nil
}
