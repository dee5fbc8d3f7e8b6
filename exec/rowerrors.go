package exec

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/leatdb/leat/function"
)

// failure says what was wrong with a row.
type failure uint8

const (
	badKey failure = iota
	badValue
	badTime       // It has no time that rows can have.
	badExpression // An expression failed; the row may go on with a NULL.
	badOutput     // It cannot be written in the sink's format.
)

// stops names the properties by which a query stops at a bad record instead of
// leaving it out.
var stops = map[failure]string{
	badKey:   "ksql.fail.on.deserialization.error",
	badValue: "ksql.fail.on.deserialization.error",
	badTime:  "ksql.timestamp.throw.on.invalid",
}

// maxEntries bounds the entries of the processing log per commit, so that a
// topic full of garbage does not become two.
const maxEntries = 1000

// rowErrors collects entries of the processing log. They become durable with the
// positions behind the rows they are about.
type rowErrors struct {
	outlet  *outlet // nil without a processing log.
	entries int     // Since the last commit.
	skipped int
}

// logEntry is a record of the processing log.
type logEntry struct {
	Level   string     `json:"level"`
	Logger  string     `json:"logger"`
	Time    int64      `json:"time"`
	Message logMessage `json:"message"`
}

// logMessage has exactly one of the errors.
type logMessage struct {
	Type            int               `json:"type"`
	Deserialization *deserializeError `json:"deserializationError"`
	Processing      *processingError  `json:"recordProcessingError"`
	Production      *struct{}         `json:"productionError"`
	Serialization   *serializeError   `json:"serializationError"`
	Thread          *struct{}         `json:"kafkaStreamsThreadError"`
	// Source is the record that the row came from, null where that is not known.
	Source *logSource `json:"source"`
}

type logSource struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

type deserializeError struct {
	Target       string   `json:"target"`
	ErrorMessage string   `json:"errorMessage"`
	RecordB64    *string  `json:"recordB64"`
	Cause        []string `json:"cause"`
	Topic        string   `json:"topic"`
}

type processingError struct {
	ErrorMessage string   `json:"errorMessage"`
	Record       *string  `json:"record"`
	Cause        []string `json:"cause"`
}

type serializeError struct {
	Target       string   `json:"target"`
	ErrorMessage string   `json:"errorMessage"`
	Record       *string  `json:"record"`
	Cause        []string `json:"cause"`
	Topic        string   `json:"topic"`
}

// addRecord reports a record that was left out at its source.
func (x *rowErrors) addRecord(e *env, kind failure, topic string, partition int32, offset int64, reason string) {
	at := &logSource{topic, partition, offset}
	if property, ok := stops[kind]; ok && strings.EqualFold(e.query.Properties[property], "true") {
		e.task.chain.fail(fmt.Errorf("%s-%d@%d: %s; by the property %s %w", topic, partition, offset, reason, property, errStopped))
	}
	switch kind {
	case badKey, badValue:
		target := "key"
		if kind == badValue {
			target = "value"
		}
		x.add(e, topic, logMessage{Type: 0, Source: at,
			Deserialization: &deserializeError{Target: target, ErrorMessage: reason, Cause: []string{}, Topic: topic}})
	default:
		x.add(e, topic, logMessage{Type: 1, Source: at, Processing: &processingError{ErrorMessage: reason, Cause: []string{}}})
	}
}

// addRows reports rows of a batch for which an expression failed, and forgets
// the list.
func (x *rowErrors) addRows(e *env, step string, b *batch, errs *function.Errors) {
	for k, row := range errs.Rows {
		x.addRow(e, step, b, row, errs.Errs[k].Error())
	}
	errs.Reset()
}

// addRow reports one row of a batch.
func (x *rowErrors) addRow(e *env, step string, b *batch, row uint32, reason string) {
	x.add(e, step, logMessage{Type: 1, Source: b.origin(row), Processing: &processingError{ErrorMessage: reason, Cause: []string{}}})
}

// addOutput reports a row that cannot be written.
func (x *rowErrors) addOutput(e *env, b *batch, row uint32, target, topic, reason string) {
	x.add(e, topic, logMessage{Type: 3, Source: b.origin(row),
		Serialization: &serializeError{Target: target, ErrorMessage: reason, Cause: []string{}, Topic: topic}})
}

// origin names the record a row came from.
func (b *batch) origin(row uint32) *logSource {
	if b.Topic == "" || b.Partition == nil || b.Offset == nil {
		return nil
	}
	return &logSource{b.Topic, b.Partition[row], b.Offset[row]}
}

func (x *rowErrors) add(e *env, step string, m logMessage) {
	e.task.count.errors.Add(1)
	if x.outlet == nil {
		return
	}
	if x.entries >= maxEntries {
		x.skipped++
		return
	}
	x.entries++
	x.write(e, step, m)
}

func (x *rowErrors) write(e *env, step string, m logMessage) {
	now := time.Now().UnixMilli()
	value, err := json.Marshal(logEntry{"ERROR", "processing." + e.query.ID + "." + step, now, m})
	if err != nil {
		return // Only numbers and strings are in it.
	}
	x.outlet.appendOne(0, nil, value, nil, now)
}

// finish ends the entries of a commit.
func (x *rowErrors) finish(e *env) {
	if x.skipped > 0 {
		reason := fmt.Sprintf("%d more rows could not be processed; only %d are listed per commit", x.skipped, maxEntries)
		x.write(e, "task", logMessage{Type: 1, Processing: &processingError{ErrorMessage: reason, Cause: []string{}}})
	}
	x.entries, x.skipped = 0, 0
}
