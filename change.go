package leat

import (
	"context"
	"errors"
	"fmt"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/exec"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner"
)

// change does what a statement that changes the catalogue asks for. The order
// makes a crash at any point harmless: a topic without its command is unused,
// and a command without its effect is made good by the next start.
func (db *DB) change(ctx context.Context, p *planner.Change) (*Result, error) {
	status := &Status{CommandID: p.CommandID, Sequence: -1, Message: p.Message, Warning: p.Warning}
	r := &Result{Status: status}
	if p.Command == nil {
		return r, nil
	}
	if p.Command.Kind == catalog.SetProperties {
		var err error
		if p.Command.Properties, err = systemProperties(p.Command.Properties); err != nil {
			return nil, err
		}
	}
	if p.Topic != nil {
		if err := db.createTopic(ctx, p.Topic); err != nil {
			return nil, err
		}
	}
	for _, s := range p.Schemas {
		if _, err := db.registry.Register(ctx, s.Subject, s.Schema); err != nil {
			return nil, err
		}
	}
	p.Command.Message = p.Message
	sequence, err := db.commit(ctx, p.CommandID, p.Command)
	if err != nil {
		return nil, err
	}
	status.Sequence = sequence
	if p.Start != nil {
		status.QueryID = p.Start.ID
	}
	err = db.carryOut(ctx, p)
	db.commands.done(sequence, err)
	return r, err
}

// carryOut makes the running queries and the topics follow a command that is
// durable and applied.
func (db *DB) carryOut(ctx context.Context, p *planner.Change) error {
	var errs []error
	for _, id := range p.Stop {
		if q := db.runtime.Query(id); q != nil {
			errs = append(errs, q.Stop(ctx, true))
		}
	}
	for _, id := range p.Pause {
		if q := db.runtime.Query(id); q != nil {
			q.Pause()
		}
	}
	for _, id := range p.Resume {
		if q := db.runtime.Query(id); q != nil {
			q.Resume()
		}
	}
	if p.Start != nil {
		errs = append(errs, db.startQuery(ctx, p.Start))
	}
	for _, topic := range p.DeleteTopics {
		if err := db.log.DeleteTopic(ctx, topic); err != nil && !errors.Is(err, log.ErrUnknownTopic) {
			errs = append(errs, err)
		}
		errs = append(errs, db.forgetSchemas(ctx, topic))
	}
	return errors.Join(errs...)
}

// startQuery starts a persistent query; one of the same id (OR REPLACE) is
// stopped at a commit first and its offsets are taken over.
func (db *DB) startQuery(ctx context.Context, q *catalog.Query) error {
	if old := db.runtime.Query(q.ID); old != nil {
		if err := old.Stop(ctx, false); err != nil {
			return err
		}
	}
	if db.opts.held {
		db.hold(q)
	}
	_, err := db.runtime.Start(q.Plan, exec.StartOptions{Paused: q.Paused})
	db.restarts.note(db, q.ID, err)
	return err
}

// startQueries starts what the catalogue says is running. A query that cannot
// be started is reported and tried again later, so that one of them does not keep
// the others down.
func (db *DB) startQueries(ctx context.Context) error {
	for _, q := range db.catalog.Load().Queries() {
		if err := db.startQuery(ctx, q); err != nil {
			db.opts.logger.Error("query does not start", "query", q.ID, "class", exec.Classify(err), "err", err)
		}
	}
	return ctx.Err()
}

// Defaults of topics that statements create.
const (
	defaultRetentionMillis = 7 * 24 * 60 * 60 * 1000
	defaultPartitions      = 1
)

func (db *DB) createTopic(ctx context.Context, t *planner.NewTopic) error {
	c := log.TopicConfig{Partitions: t.Partitions, RetentionMillis: t.RetentionMillis, RetentionBytes: -1}
	if c.Partitions == 0 {
		c.Partitions = defaultPartitions
	}
	if db.opts.partitions > 0 {
		c.Partitions = db.opts.partitions
	}
	switch {
	case t.Compact && t.Delete:
		c.Cleanup = log.CompactDelete
	case t.Compact:
		c.Cleanup = log.Compact
		c.RetentionMillis = -1
	}
	if c.RetentionMillis == 0 {
		c.RetentionMillis = defaultRetentionMillis
	}
	err := db.log.CreateTopic(ctx, t.Name, c)
	if errors.Is(err, log.ErrTopicExists) { // Left by a crash between topic and command.
		return nil
	}
	if err != nil {
		return fmt.Errorf("topic %s: %w", t.Name, err)
	}
	return nil
}
