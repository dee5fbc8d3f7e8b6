package sqltest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// record is a record read back.
type record struct {
	key, value []byte
	time       int64
	headers    []log.Header
}

// readRecords reads a partition from its start to its present end.
func readRecords(ctx context.Context, l *log.Log, topic string, partition int32) ([]record, error) {
	var out []record
	_, err := l.Each(ctx, topic, partition, 0, func(r *log.Records) error {
		for i := range r.N {
			headers, err := r.Headers(i, nil)
			if err != nil {
				return err
			}
			for k := range headers {
				headers[k].Value = slices.Clone(headers[k].Value)
			}
			out = append(out, record{slices.Clone(r.Key(i)), slices.Clone(r.Value(i)), r.Time[i], headers})
		}
		return nil
	})
	return out, err
}

// readTopic reads all partitions of a topic; several are merged by time.
func readTopic(ctx context.Context, l *log.Log, topic string) ([]record, error) {
	info, ok := l.Topic(topic)
	if !ok {
		return nil, fmt.Errorf("%w: %s", log.ErrUnknownTopic, topic)
	}
	var out []record
	for p := range int32(info.Config.Partitions) {
		records, err := readRecords(ctx, l, topic, p)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	if info.Config.Partitions > 1 {
		slices.SortStableFunc(out, func(a, b record) int { return cmp.Compare(a.time, b.time) })
	}
	return out, nil
}

// checkOutputs compares the records of every topic that the case names.
func (r *caseRun) checkOutputs(ctx context.Context) error {
	var topics []string
	byTopic := map[string][]*CaseRecord{}
	for i := range r.c.Outputs {
		out := &r.c.Outputs[i]
		if byTopic[out.Topic] == nil {
			topics = append(topics, out.Topic)
		}
		byTopic[out.Topic] = append(byTopic[out.Topic], out)
	}
	for _, topic := range topics {
		if err := r.checkTopic(ctx, topic, byTopic[topic]); err != nil {
			return fmt.Errorf("topic %s: %w", topic, err)
		}
	}
	return nil
}

func (r *caseRun) checkTopic(ctx context.Context, topic string, want []*CaseRecord) error {
	f := formatOf(r.db.Catalog(), r.c, topic)
	if lanes := r.mode.Cache && r.isTable(topic) || r.mode.Partitions > 1; lanes {
		return r.checkInLanes(ctx, topic, want, f)
	}
	got, err := readTopic(ctx, r.db.Log(), topic)
	if err != nil {
		return err
	}
	for i := range min(len(got), len(want)) {
		if err := r.checkRecord(&got[i], want[i], f); err != nil {
			return r.diffRecords(fmt.Sprintf("record %d: %v", i+1, err), got, want, f)
		}
	}
	if len(got) != len(want) {
		return r.diffRecords(fmt.Sprintf("want %d records, got %d", len(want), len(got)), got, want, f)
	}
	return nil
}

func (r *caseRun) checkRecord(got *record, want *CaseRecord, f topicFormat) error {
	if err := r.checkKey(got, want, f); err != nil {
		return err
	}
	if err := r.matchPart("value", got.value, want.Value, f.value, f.cols, false); err != nil {
		return err
	}
	if want.Timestamp != nil && got.time != *want.Timestamp && r.comparesTime(*want.Timestamp) {
		return fmt.Errorf("want timestamp %d, got %d", *want.Timestamp, got.time)
	}
	return matchHeaders(got.headers, want.Headers)
}

// checkKey compares the keys with their windows.
func (r *caseRun) checkKey(got *record, want *CaseRecord, f topicFormat) error {
	key, window, err := splitWindow(got.key, f.window)
	if err != nil {
		return err
	}
	if err := r.matchPart("key", key, want.Key, f.key, f.keyCols, true); err != nil {
		return err
	}
	switch {
	case (window == nil) != (want.Window == nil):
		return fmt.Errorf("want window %+v, got %+v", want.Window, window)
	case window != nil && (window.Start != want.Window.Start || window.End != want.Window.End):
		return fmt.Errorf("want window %d to %d, got %d to %d", want.Window.Start, want.Window.End, window.Start, window.End)
	}
	return nil
}

// comparesTime tells whether the timestamp that a record should have counts: a
// case without inputs that says 0 takes any.
func (r *caseRun) comparesTime(want int64) bool { return len(r.c.Inputs) > 0 || want != 0 }

// matchHeaders compares the complete lists; none expected means that there must
// be none.
func matchHeaders(got []log.Header, want []CaseHeader) error {
	if len(got) != len(want) {
		return fmt.Errorf("want %d headers, got %d", len(want), len(got))
	}
	for i, w := range want {
		h, err := w.header()
		if err != nil {
			return err
		}
		g := got[i]
		if g.Key != h.Key || (g.Value == nil) != (h.Value == nil) || !bytes.Equal(g.Value, h.Value) {
			return fmt.Errorf("header %d: want %s=%q, got %s=%q", i+1, h.Key, h.Value, g.Key, g.Value)
		}
	}
	return nil
}

// header returns the header as it is in a record.
func (h CaseHeader) header() (log.Header, error) {
	out := log.Header{Key: h.Key}
	if h.Value == nil {
		return out, nil
	}
	value, err := base64.StdEncoding.DecodeString(*h.Value)
	if err != nil {
		return out, fmt.Errorf("header %s of the case: %w", h.Key, err)
	}
	out.Value = append([]byte{}, value...) // Empty, but not null.
	return out, nil
}

func (r *caseRun) matchPart(what string, got []byte, want []byte, f plan.Format, columns []types.Column, isKey bool) error {
	g, err := r.codec().decodePart(got, f, columns, isKey)
	if err != nil {
		return fmt.Errorf("%s %q: %w", what, got, err)
	}
	w, err := parseJSON(want)
	if err != nil {
		return err
	}
	if err := newMatcher(r.c).value(g, w); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// readSchema reads a schema text such as "ID BIGINT KEY, V STRING".
func readSchema(text string) (s types.Schema, err error) {
	stmt, err := parser.ParseStatement("CREATE STREAM X (" + text + ") WITH (KAFKA_TOPIC='x');")
	if err != nil {
		return s, fmt.Errorf("the schema of the case: %w", err)
	}
	create, ok := stmt.(*parser.CreateSource)
	if !ok {
		return s, fmt.Errorf("the schema %q of the case cannot be read", text)
	}
	for _, c := range create.Columns {
		t, err := types.ParseType(parser.Print(c.Type))
		if err != nil {
			return s, err
		}
		col := types.Column{Name: c.Name.Text, Type: t}
		switch c.Role {
		case parser.KeyColumn, parser.PrimaryKeyColumn:
			s.Key = append(s.Key, col)
		case parser.HeadersColumn:
			s.Headers = append(s.Headers, types.Header{Name: col.Name})
		case parser.HeaderColumn:
			s.Headers = append(s.Headers, types.Header{Name: col.Name, HeaderKey: c.Header.Value})
		default:
			s.Value = append(s.Value, col)
		}
	}
	return s, nil
}

// declaredTopics returns the topics that a statement declares sources over, with
// their numbers of partitions, 0 where it says none.
func declaredTopics(sql string) map[string]int {
	stmts, err := parser.Parse(sql)
	if err != nil {
		return nil // The engine reports it.
	}
	out := map[string]int{}
	for _, s := range stmts {
		create, ok := s.(*parser.CreateSource)
		if !ok {
			continue
		}
		topic, partitions := "", 0
		for _, p := range create.With {
			switch v := p.Value.(type) {
			case *parser.StringLit:
				if p.Name.Text == "KAFKA_TOPIC" {
					topic = v.Value
				}
			case *parser.IntLit:
				if p.Name.Text == "PARTITIONS" {
					partitions = int(v.Value)
				}
			}
		}
		if topic != "" {
			out[topic] = partitions
		}
	}
	return out
}
