package leat

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
)

// Terminate ends all queries, deletes what they keep and those of the topics made
// by them whose whole name one of the patterns (regular expressions) matches, and
// forgets all streams, tables and types. Statements are refused with ErrTerminated
// from then on; opened again, the database is one without statements. Records in other topics stay.
//
// The commands are deleted last, so that after a crash in between it can be done
// again.
func (db *DB) Terminate(ctx context.Context, deleteTopics []string) error {
	var patterns []*regexp.Regexp
	for _, text := range deleteTopics {
		p, err := regexp.Compile(`^(?:` + text + `)$`)
		if err != nil {
			return fmt.Errorf("leat: %q is no regular expression for names of topics: %w", text, err)
		}
		patterns = append(patterns, p)
	}
	db.ddl.Lock()
	defer db.ddl.Unlock()
	if db.closed.Load() {
		return ErrClosed
	}
	if db.terminated.Swap(true) {
		return ErrTerminated
	}
	db.CloseQueries()
	topics := topicsOfQueries(db.catalog.Load(), patterns)
	if err := db.terminateQueries(ctx); err != nil {
		db.terminated.Store(false) // It can be tried again.
		return err
	}
	var errs []error
	for _, topic := range append(topics, commandTopic) {
		if err := db.log.DeleteTopic(ctx, topic); err != nil && !errors.Is(err, log.ErrUnknownTopic) {
			errs = append(errs, fmt.Errorf("leat: delete topic %s: %w", topic, err))
		}
		if topic != commandTopic {
			errs = append(errs, db.forgetSchemas(ctx, topic))
		}
	}
	db.catalog.Store(catalog.Empty())
	return errors.Join(errs...)
}

// topicsOfQueries returns the topics that CREATE ... AS made and a pattern matches.
func topicsOfQueries(cat *catalog.Snapshot, patterns []*regexp.Regexp) []string {
	var topics []string
	for _, src := range cat.Sources() {
		if src.QueryID == "" || src.ReadOnly {
			continue
		}
		for _, p := range patterns {
			if p.MatchString(src.Topic) {
				topics = append(topics, src.Topic)
				break
			}
		}
	}
	return topics
}

// terminateQueries does TERMINATE ALL. The caller holds ddl.
func (db *DB) terminateQueries(ctx context.Context) error {
	stmt, err := parser.ParseStatement("TERMINATE ALL")
	if err != nil {
		return err
	}
	planned, err := db.planner.Plan(ctx, stmt, db.catalog.Load(), planner.Session{Properties: db.base.effective(), NextID: db.next.Load()})
	if err != nil {
		return err
	}
	_, err = db.change(ctx, planned.(*planner.Change))
	return err
}

// Terminated tells whether Terminate has ended the database's work.
func (db *DB) Terminated() bool { return db.terminated.Load() }
