package leat

import (
	"context"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/exec"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
)

// Log returns the database's log, for tools that read and write topics
// directly. The database owns it.
func (db *DB) Log() *log.Log { return db.log }

// Catalog returns what exists at this moment.
func (db *DB) Catalog() *catalog.Snapshot { return db.catalog.Load() }

// WithTopicPartitions gives every topic that statements create n partitions,
// whatever they say, and lifts the checks on partition counts. It is how one
// test script runs with several numbers of partitions.
func WithTopicPartitions(n int) Option {
	return func(o *options) error {
		o.partitions = n
		return nil
	}
}

// WithHeldInputs makes persistent queries read nothing until Release says how
// far they may: a test can then feed them record by record, in any order, and
// get the same answer every time.
func WithHeldInputs() Option {
	return func(o *options) error {
		o.held = true
		return nil
	}
}

// Release lets a query read the partitions of a topic up to (not including) the
// given offset. It has a meaning only with WithHeldInputs.
func (db *DB) Release(queryID, topic string, end int64) {
	db.runtime.InputLimit(queryID, topic, exec.AllPartitions, end)
}

// ReleasePartition is Release for one partition.
func (db *DB) ReleasePartition(queryID, topic string, partition int32, end int64) {
	db.runtime.InputLimit(queryID, topic, partition, end)
}

// hold keeps a query that is about to start from reading its sources.
func (db *DB) hold(q *catalog.Query) {
	plan.Walk(q.Plan.Root, func(n plan.Node) {
		if s, ok := n.(*plan.Source); ok {
			db.Release(q.ID, s.Topic, 0)
		}
	})
}

// Settle waits until the named queries (all, when none is named) have read
// everything they may, and what they made of it is durable and visible.
func (db *DB) Settle(ctx context.Context, queryIDs ...string) error {
	if len(queryIDs) == 0 {
		queryIDs = db.catalog.Load().QueryIDs()
	}
	return db.runtime.Quiesce(ctx, queryIDs...)
}
