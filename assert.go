package leat

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
)

// assertTopic waits until a topic is as the statement says, or its timeout is
// over.
func (s *Session) assertTopic(ctx context.Context, st *parser.AssertTopic) (*Result, error) {
	err := wait(ctx, s.patience(st.Timeout, "ksql.assert.topic.default.timeout.ms"), func(context.Context) error { return s.db.topicProblem(st) })
	if err != nil {
		return nil, err
	}
	return &Result{Assertion: &Assertion{Topic: st.Topic.Text, Exists: !st.NotExists}}, nil
}

// assertSchema waits until the schema registry is as the statement says, or its
// timeout is over.
func (s *Session) assertSchema(ctx context.Context, st *parser.AssertSchema) (*Result, error) {
	a := &Assertion{Exists: !st.NotExists}
	if st.Subject != nil {
		a.Subject = st.Subject.Text
	}
	if st.ID != nil {
		a.ID = int(st.ID.Value)
	}
	err := wait(ctx, s.patience(st.Timeout, "ksql.assert.schema.default.timeout.ms"), func(ctx context.Context) error {
		return s.db.schemaProblem(ctx, st, a)
	})
	if err != nil {
		return nil, err
	}
	return &Result{Assertion: a}, nil
}

// wait asks until there is no problem, or the time is over. It asks at least
// once, and more and more seldom.
func wait(ctx context.Context, patience time.Duration, problem func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		asked, done := limited, func() {}
		if limited.Err() != nil {
			asked, done = context.WithTimeout(ctx, time.Second)
		}
		err := problem(asked)
		done()
		if err == nil {
			return nil
		}
		select {
		case <-limited.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// schemaProblem tells why what the statement says about schemas is not so.
func (db *DB) schemaProblem(ctx context.Context, st *parser.AssertSchema, a *Assertion) error {
	exists, err := db.schemaExists(ctx, a)
	switch {
	case err != nil:
		e := planner.NewError(st.Span(), err.Error(), "try again when the schema registry answers")
		e.Cause = err
		return e
	case exists && st.NotExists:
		return unmet(st.Span(), fmt.Sprintf("%s exists", a.schema()), "DROP ... DELETE TOPIC deletes the subjects of the topic, too")
	case !exists && !st.NotExists:
		return unmet(st.Span(), fmt.Sprintf("%s does not exist", a.schema()), "names of subjects are case-sensitive and end with -key or -value")
	}
	return nil
}

// schemaExists looks up the schema, as of now: what is remembered by id may have
// been deleted.
func (db *DB) schemaExists(ctx context.Context, a *Assertion) (bool, error) {
	var err error
	found := true
	if a.ID == 0 {
		_, err = db.registry.Versions(ctx, a.Subject)
	} else {
		var uses []registry.Use
		uses, err = db.registry.Uses(ctx, a.ID)
		found = a.Subject == ""
		for _, u := range uses {
			found = found || u.Subject == a.Subject
		}
	}
	if errors.Is(err, registry.ErrUnknown) {
		return false, nil
	}
	return found, err
}

// schema says in words which schema is meant.
func (a *Assertion) schema() string {
	switch {
	case a.ID == 0:
		return "a schema with subject " + a.Subject
	case a.Subject == "":
		return fmt.Sprintf("a schema with id %d", a.ID)
	}
	return fmt.Sprintf("a schema with subject %s and id %d", a.Subject, a.ID)
}

// String says what was asserted, and is so.
func (a *Assertion) String() string {
	what := a.schema()
	if a.Topic != "" {
		what = "topic " + a.Topic
	}
	if a.Exists {
		return what + " exists"
	}
	return what + " does not exist"
}

// unmet is the error of an assertion that does not hold.
func unmet(at parser.Span, msg, hint string) error {
	e := planner.NewError(at, msg, hint)
	e.Cause = ErrAssertion
	return e
}

// patience is how long an assertion waits: its TIMEOUT, or what the property says.
func (s *Session) patience(timeout *parser.Duration, property string) time.Duration {
	if timeout != nil {
		return time.Duration(timeout.Millis()) * time.Millisecond
	}
	millis, _ := strconv.ParseInt(s.Get(property), 10, 64) // Set has checked it.
	return time.Duration(millis) * time.Millisecond
}

func (db *DB) topicProblem(st *parser.AssertTopic) error {
	t, ok := db.log.Topic(st.Topic.Text)
	switch {
	case st.NotExists && ok:
		return unmet(st.Topic.At, fmt.Sprintf("topic %s exists", st.Topic.Text), "delete it with its stream or table: DROP ... DELETE TOPIC")
	case st.NotExists:
		return nil
	case !ok:
		return unmet(st.Topic.At, fmt.Sprintf("topic %s does not exist", st.Topic.Text), "SHOW TOPICS lists those that do; their names are case-sensitive")
	}
	for _, p := range st.With {
		want, isInt := p.Value.(*parser.IntLit)
		if !isInt {
			return planner.NewError(p.Value.Span(), fmt.Sprintf("property %s must be a whole number", p.Name.Text), "e.g. "+p.Name.Text+"=1")
		}
		have := int64(1) // Replicas: there is one copy.
		if p.Name.Text == "PARTITIONS" {
			have = int64(t.Config.Partitions)
		}
		if have != want.Value {
			return unmet(p.Value.Span(), fmt.Sprintf("topic %s has %s %d, not %d", st.Topic.Text, p.Name.Text, have, want.Value),
				"neither can be changed: say what it has, or make another topic")
		}
	}
	return nil
}
