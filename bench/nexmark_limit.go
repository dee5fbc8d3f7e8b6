package bench

import (
	"context"
	"slices"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// The limit of a query is the work that no engine can leave out: to read its
// input with checksums, to decode the columns it needs, to encode the keys and
// values of the records it wrote, and to append these durably in large batches.
// It is counted in CPU time, with the same code and warm buffers, and without
// what the bench does to get at the rows.

// inputLimit measures the reading and decoding of the named columns of all
// records of a source.
func inputLimit(ctx context.Context, db *leat.DB, source string, needed []string) (time.Duration, error) {
	rows, err := newRowReader(db.Catalog().Source(source), needed)
	if err != nil {
		return 0, err
	}
	used, err := measure(func() error {
		return rows.scan(ctx, db, func(*log.Records) error { return nil })
	})
	return used.cpu, err
}

// limitBatch is the size of the record batches that the limit appends.
const limitBatch = 1 << 20

// outputLimit encodes the records of a source once more and appends them to a
// topic of its own. It returns the CPU time of only that, and their number.
func outputLimit(ctx context.Context, db *leat.DB, source string) (used time.Duration, records int64, err error) {
	src := db.Catalog().Source(source)
	rows, err := newRowReader(src, nil)
	if err != nil {
		return 0, 0, err
	}
	w, err := newRowWriter(ctx, db, src)
	if err != nil {
		return 0, 0, err
	}
	count := func(write func() error) error {
		began := cpuTime()
		err := write()
		used += cpuTime() - began
		return err
	}
	rest()
	err = rows.scan(ctx, db, func(r *log.Records) error {
		records += int64(r.N)
		noValue := types.Bitmap(nil).Grow(r.N)
		for i, n := range r.ValLen[:r.N] {
			if n < 0 {
				noValue.Set(i)
			}
		}
		return count(func() error { return w.write(rows, r, noValue) })
	})
	if err == nil {
		err = count(w.append)
	}
	if err != nil {
		return 0, 0, err
	}
	return used, records, db.Log().DeleteTopic(ctx, w.topic)
}

// rowReader reads all records of a source into the same columns again and again.
type rowReader struct {
	src      *catalog.Source
	key, val format.Decoder
	keyCols  []*types.Vector
	valCols  []*types.Vector
	bounds   int32 // Bytes of window bounds behind a key.
	errs     format.Errors
}

// newRowReader decodes the named columns; nil stands for all, keys included.
func newRowReader(src *catalog.Source, needed []string) (*rowReader, error) {
	key, val, err := formatsOf(src)
	if err != nil {
		return nil, err
	}
	s := &rowReader{src: src, keyCols: vectorsOf(src.Schema.Key), valCols: vectorsOf(src.Schema.Value)}
	if needed == nil {
		s.key, s.val = key.NewDecoder(nil), val.NewDecoder(nil)
	} else {
		wanted := func(cols []types.Column) []bool {
			want := make([]bool, len(cols))
			for i, c := range cols {
				want[i] = slices.Contains(needed, c.Name)
			}
			return want
		}
		s.key, s.val = key.NewDecoder(wanted(src.Schema.Key)), val.NewDecoder(wanted(src.Schema.Value))
	}
	if src.Window != nil {
		if s.bounds = 8; src.Window.Kind == plan.Session {
			s.bounds = 16
		}
	}
	return s, nil
}

func formatsOf(src *catalog.Source) (key, val format.Format, err error) {
	key, err = format.New(format.Spec{Name: src.KeyFormat.Name, Properties: src.KeyFormat.Properties, IsKey: true, Columns: src.Schema.Key})
	if err != nil {
		return nil, nil, err
	}
	val, err = format.New(format.Spec{Name: src.ValueFormat.Name, Properties: src.ValueFormat.Properties, WrapSingle: src.ValueFormat.WrapSingle, Columns: src.Schema.Value})
	return key, val, err
}

func vectorsOf(cols []types.Column) []*types.Vector {
	out := make([]*types.Vector, len(cols))
	for i, c := range cols {
		out[i] = types.NewVector(c.Type)
	}
	return out
}

// scan reads all partitions. fn gets the records whose columns were decoded.
func (s *rowReader) scan(ctx context.Context, db *leat.DB, fn func(*log.Records) error) error {
	var failed error
	for p := range int32(topicPartitions(db, s.src.Topic)) {
		err := scan(ctx, db.Log(), s.src.Topic, p, func(r *log.Records) {
			s.decode(r)
			if failed == nil {
				failed = fn(r)
			}
		})
		if failed == nil {
			failed = err
		}
	}
	return failed
}

func (s *rowReader) decode(r *log.Records) {
	for _, v := range s.keyCols {
		v.Reset(r.N)
	}
	for _, v := range s.valCols {
		v.Reset(r.N)
	}
	rows := allRows[:r.N]
	keys, values := types.Spans(r.Keys()), types.Spans(r.Values())
	if s.bounds > 0 {
		keys.Len = slices.Clone(keys.Len)
		for i := range keys.Len {
			keys.Len[i] -= s.bounds
		}
	}
	s.errs.Reset()
	if len(s.keyCols) > 0 {
		s.key.Decode(&keys, rows, s.keyCols, &s.errs)
	}
	s.val.Decode(&values, rows, s.valCols, &s.errs)
}

// allRows selects every row of a batch.
var allRows = (&types.Batch{N: types.BatchRows}).Rows()

func topicPartitions(db *leat.DB, topic string) int {
	t, _ := db.Log().Topic(topic)
	return t.Config.Partitions
}

// rowWriter encodes rows and appends them to a topic of one partition.
type rowWriter struct {
	ctx        context.Context
	log        *log.Log
	topic      string
	key, val   format.Encoder
	keys, vals types.Spans
	builder    log.BatchBuilder
	errs       format.Errors
}

func newRowWriter(ctx context.Context, db *leat.DB, src *catalog.Source) (*rowWriter, error) {
	key, val, err := formatsOf(src)
	if err != nil {
		return nil, err
	}
	w := &rowWriter{ctx: ctx, log: db.Log(), topic: "limit-" + src.Topic, key: key.NewEncoder(), val: val.NewEncoder()}
	return w, w.log.CreateTopic(ctx, w.topic, log.TopicConfig{Partitions: 1})
}

// write encodes the decoded rows of r. The keys are appended as they were, with
// their window bounds.
func (w *rowWriter) write(s *rowReader, r *log.Records, noValue types.Bitmap) error {
	w.keys.Reset()
	w.vals.Reset()
	if len(s.keyCols) > 0 {
		w.key.Encode(s.keyCols, allRows[:r.N], nil, &w.keys, &w.errs)
	}
	w.val.Encode(s.valCols, allRows[:r.N], noValue, &w.vals, &w.errs)
	w.builder.AppendColumns(r.Keys(), log.Spans(w.vals), r.Time[:r.N], nil)
	if w.builder.Size() < limitBatch {
		return nil
	}
	return w.append()
}

// append makes what was written durable.
func (w *rowWriter) append() error {
	if w.builder.Len() == 0 {
		return nil
	}
	_, err := w.log.Produce(w.ctx, []log.Write{{Topic: w.topic, Batch: w.builder.Bytes()}})
	w.builder.Reset()
	return err
}
