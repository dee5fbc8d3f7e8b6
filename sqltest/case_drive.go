package sqltest

import (
	"context"
	"fmt"
	"slices"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/log"
)

// release is the place up to which a query may read a partition.
type release struct {
	topic     string
	partition int32
	end       int64
}

// progress is how far a case has come: what its queries were released to, and in
// which order records came into topics.
type progress struct {
	released map[string][]release // By query.
	// came lists, step by step, where partitions ended.
	came []release
	ends map[release]int64 // Of partitions, with end 0.
}

// note takes down what has been written since the last step.
func (p *progress) note(l *log.Log) {
	if p.ends == nil {
		p.ends = map[release]int64{}
	}
	for _, t := range l.Topics() {
		for i := range int32(t.Config.Partitions) {
			end, err := l.EndOffset(t.Name, i)
			at := release{topic: t.Name, partition: i}
			if err != nil || p.ends[at] == end {
				continue
			}
			p.ends[at] = end
			p.came = append(p.came, release{t.Name, i, end})
		}
	}
}

// release lets a query read on.
func (p *progress) release(db *leat.DB, query string, to release) {
	db.ReleasePartition(query, to.topic, to.partition, to.end)
	if p.released == nil {
		p.released = map[string][]release{}
	}
	p.released[query] = append(p.released[query], to)
}

// again releases what was released before a restart.
func (p *progress) again(db *leat.DB) {
	for query, list := range p.released {
		for _, to := range list {
			db.ReleasePartition(query, to.topic, to.partition, to.end)
		}
	}
}

// drive writes the inputs and lets the queries read them.
func (r *caseRun) drive(ctx context.Context) error {
	inputs := make([]release, len(r.c.Inputs)) // What releases input i.
	for i := range r.c.Inputs {
		at, err := r.produce(ctx, i)
		if err != nil {
			return fmt.Errorf("input %d: %w", i+1, err)
		}
		inputs[i] = at
	}
	r.progress.note(r.db.Log())
	for _, q := range creationOrder(r.db.Catalog()) {
		if err := r.driveQuery(ctx, q, inputs); err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
	}
	return nil
}

// driveQuery releases records to a query step by step: those of the inputs in
// the order they are listed, then what queries before have written, topic by
// topic.
func (r *caseRun) driveQuery(ctx context.Context, q *catalog.Query, inputs []release) error {
	for _, s := range r.stepsOf(q, inputs) {
		for _, to := range s {
			r.progress.release(r.db, q.ID, to)
		}
		if err := r.db.Settle(ctx, q.ID); err != nil {
			return err
		}
		if err := r.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *caseRun) stepsOf(q *catalog.Query, inputs []release) (steps [][]release) {
	var topics []string
	for _, name := range q.Sources {
		if src := r.db.Catalog().Source(name); src != nil && !slices.Contains(topics, src.Topic) {
			topics = append(topics, src.Topic)
		}
	}
	isInput := func(topic string) bool {
		return slices.ContainsFunc(inputs, func(in release) bool { return in.topic == topic })
	}
	for i, in := range inputs {
		switch {
		case !slices.Contains(topics, in.topic):
		case r.mode.Batch && i > 0 && len(steps) > 0 && inputs[i-1].topic == in.topic:
			steps[len(steps)-1] = append(steps[len(steps)-1], in)
		default:
			steps = append(steps, []release{in})
		}
	}
	for _, topic := range topics {
		if isInput(topic) {
			continue
		}
		var came [][]release
		for _, at := range r.progress.came {
			if at.topic == topic {
				came = append(came, []release{at})
			}
		}
		if r.mode.Partitions == 1 { // One order is told by the offsets: all at once.
			came = came[max(0, len(came)-1):]
		}
		steps = append(steps, came...)
	}
	return steps
}

// produce writes input i and returns what releases it. Records without a key go
// to one partition after the other.
func (r *caseRun) produce(ctx context.Context, i int) (release, error) {
	rec := &r.c.Inputs[i]
	at := release{topic: rec.Topic}
	key, value, err := r.codec().encodeInput(rec, formatOf(r.db.Catalog(), r.c, rec.Topic))
	if err != nil {
		return at, err
	}
	var headers []log.Header
	for _, h := range rec.Headers {
		header, err := h.header()
		if err != nil {
			return at, err
		}
		headers = append(headers, header)
	}
	time := int64(0)
	if rec.Timestamp != nil {
		time = *rec.Timestamp
	}
	if info, ok := r.db.Log().Topic(rec.Topic); ok {
		at.partition = int32(i % info.Config.Partitions)
		if key != nil {
			at.partition = log.MurmurPartition(key, int32(info.Config.Partitions))
		}
	}
	var b log.BatchBuilder
	b.Append(key, value, headers, time)
	offsets, err := r.db.Log().Produce(ctx, []log.Write{{Topic: at.topic, Partition: at.partition, Batch: b.Bytes()}})
	if err != nil {
		return at, err
	}
	at.end = offsets[0] + 1
	return at, nil
}
