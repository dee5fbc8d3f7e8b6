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
	"github.com/leatdb/leat/internal/vfs"
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
func RunCase(ctx context.Context, c *Case, m Mode) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r := &caseRun{c: c, mode: m, functions: &testFunctions{}}
	if m.Restart {
		r.fs = vfs.NewCrashMem()
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	return r.run(ctx)
}

type caseRun struct {
	c         *Case
	mode      Mode
	fs        *vfs.Mem // nil for one that cannot be killed.
	functions *testFunctions
	db        *leat.DB
	session   *leat.Session
	// registered tells that the schemas of the case's topics are in the registry.
	registered bool
	progress   progress
}

// open opens the engine on what there is.
func (r *caseRun) open(ctx context.Context) (err error) {
	cache := "0"
	if r.mode.Cache {
		cache = "10485760"
	}
	opts := []leat.Option{leat.WithHeldInputs(), leat.WithLogger(slog.New(slog.DiscardHandler)),
		leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("cache.max.bytes.buffering", cache),
		leat.WithFunctions(r.functions.register)}
	if r.fs != nil {
		opts = append(opts, leat.WithFS(r.fs))
	}
	if r.mode.Memory != "" {
		opts = append(opts, leat.WithProperty("state.memory", r.mode.Memory))
	}
	if n := r.forcedPartitions(); n > 0 {
		opts = append(opts, leat.WithTopicPartitions(n))
	}
	if r.db, err = leat.OpenMem(ctx, opts...); err != nil {
		return err
	}
	r.session = r.db.NewSession()
	for name, value := range r.c.Properties {
		if name == exactNumbers {
			continue
		}
		if err := r.session.Set(name, fmt.Sprint(value)); err != nil {
			return errors.Join(err, r.db.Close())
		}
	}
	return nil
}

// step ends a step: a mode of restarts kills the engine and goes on with what is
// left.
func (r *caseRun) step(ctx context.Context) error {
	r.progress.note(r.db.Log())
	if !r.mode.Restart {
		return nil
	}
	survived := r.fs.Kill()
	if err := r.db.Close(); err != nil {
		return err
	}
	r.fs = survived
	if err := r.open(ctx); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	r.progress.again(r.db)
	return nil
}

// run is the way of a case: topics, statements, inputs, queries, checks.
func (r *caseRun) run(ctx context.Context) error {
	// The registry of the harness that the cases come from takes every schema.
	if err := r.db.Schemas().SetCompatibility(ctx, "", registry.NoCompatibility); err != nil {
		return err
	}
	if err := r.createTopics(ctx, r.forcedPartitions()); err != nil {
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

// forcedPartitions is how many partitions all topics have; 0 when the case says.
func (r *caseRun) forcedPartitions() int {
	if r.c.setsPartitions() {
		return r.mode.Partitions
	}
	return 0
}

// createTopics makes every topic that the case or a declaration names, with the
// forced number of partitions unless that is 0.
func (r *caseRun) createTopics(ctx context.Context, forced int) error {
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
		case forced > 0:
			partitions = forced
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
		if err := r.step(ctx); err != nil {
			return fmt.Errorf("behind statement %d: %w", i+1, err)
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
