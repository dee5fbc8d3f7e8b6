package bench

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/types"
)

// limitOf measures, in CPU time, the work that no engine can leave out: reading
// the bids with checksums, decoding the columns the query needs, encoding the
// rows it wrote, and appending them durably. It returns the number of those rows.
func limitOf(ctx context.Context, db *leat.DB, q nexmarkQuery) (time.Duration, int64, error) {
	in, err := readAndDecode(ctx, db, q.needed)
	if err != nil {
		return 0, 0, err
	}
	out, rows, err := encodeAndAppend(ctx, db, strings.ToUpper(q.name))
	return in + out, rows, err
}

// readAndDecode reads all bids and decodes the named columns.
func readAndDecode(ctx context.Context, db *leat.DB, needed []string) (time.Duration, error) {
	src := db.Catalog().Source("BID")
	f, err := format.New(format.Spec{Name: "JSON", Columns: src.Schema.Value})
	if err != nil {
		return 0, err
	}
	want := make([]bool, len(src.Schema.Value))
	cols := make([]*types.Vector, len(want))
	for i, c := range src.Schema.Value {
		want[i] = slices.Contains(needed, c.Name)
		cols[i] = types.NewVector(c.Type)
	}
	dec := f.NewDecoder(want)
	all := (&types.Batch{N: types.BatchRows}).Rows()
	var errs format.Errors
	partitions := topicPartitions(db, src.Topic)
	used, err := measure(func() error {
		for p := range int32(partitions) {
			err := scan(ctx, db.Log(), src.Topic, p, func(r *log.Records) {
				for _, c := range cols {
					c.Reset(r.N)
				}
				in := types.Spans{Data: r.Data, Pos: r.ValPos[:r.N], Len: r.ValLen[:r.N]}
				dec.Decode(&in, all[:r.N], cols, &errs)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return used.cpu, err
}

func topicPartitions(db *leat.DB, topic string) int {
	t, _ := db.Log().Topic(topic)
	return t.Config.Partitions
}

// limitPart is how many rows are encoded and appended at a time, so that the
// collector is not what is measured.
const limitPart = 64 * types.BatchRows

// encodeAndAppend takes the rows of a query's sink, and encodes and appends them
// once more to a topic of its own. Only that is measured.
func encodeAndAppend(ctx context.Context, db *leat.DB, name string) (time.Duration, int64, error) {
	src := db.Catalog().Source(name)
	copyTopic := "limit-" + src.Topic
	if err := db.Log().CreateTopic(ctx, copyTopic, log.TopicConfig{Partitions: 1}); err != nil {
		return 0, 0, err
	}
	a := appender{ctx: ctx, db: db, topic: copyTopic}
	f, err := format.New(format.Spec{Name: src.ValueFormat.Name, Columns: src.Schema.Value, WrapSingle: src.ValueFormat.WrapSingle})
	if err != nil {
		return 0, 0, err
	}
	a.enc = f.NewEncoder()
	dec := f.NewDecoder(nil)
	all := (&types.Batch{N: types.BatchRows}).Rows()
	var errs format.Errors
	rows := int64(0)
	for p := range int32(topicPartitions(db, src.Topic)) {
		err := scan(ctx, db.Log(), src.Topic, p, func(r *log.Records) {
			rows += int64(r.N)
			data := slices.Clone(r.Data[r.ValPos[0] : r.ValPos[r.N-1]+uint32(max(0, r.ValLen[r.N-1]))])
			in := types.Spans{Data: data, Len: r.ValLen[:r.N]}
			for _, pos := range r.ValPos[:r.N] {
				in.Pos = append(in.Pos, pos-r.ValPos[0])
			}
			cols := make([]*types.Vector, len(src.Schema.Value))
			for i, c := range src.Schema.Value {
				cols[i] = types.NewVector(c.Type)
				cols[i].Reset(r.N)
			}
			dec.Decode(&in, all[:r.N], cols, &errs)
			a.add(cols, slices.Clone(r.Time[:r.N]))
		})
		if err != nil {
			return 0, 0, err
		}
	}
	a.write()
	if a.err != nil {
		return 0, 0, a.err
	}
	return a.cpu, rows, db.Log().DeleteTopic(ctx, copyTopic)
}

// appender encodes and appends columns of rows; it counts the CPU time.
type appender struct {
	ctx     context.Context
	db      *leat.DB
	topic   string
	enc     format.Encoder
	pending []pendingRows
	rows    int
	cpu     time.Duration
	err     error
	builder log.BatchBuilder
	spans   types.Spans
}

type pendingRows struct {
	cols  []*types.Vector
	times []int64
}

func (a *appender) add(cols []*types.Vector, times []int64) {
	a.pending = append(a.pending, pendingRows{cols, times})
	if a.rows += len(times); a.rows >= limitPart {
		a.write()
	}
}

func (a *appender) write() {
	used, err := measure(func() error {
		all := (&types.Batch{N: types.BatchRows}).Rows()
		var errs format.Errors
		for _, p := range a.pending {
			a.spans.Reset()
			a.enc.Encode(p.cols, all[:len(p.times)], nil, &a.spans, &errs)
			a.builder.Reset()
			a.builder.AppendColumns(log.Spans{}, log.Spans{Data: a.spans.Data, Pos: a.spans.Pos, Len: a.spans.Len}, p.times, nil)
			if _, err := a.db.Log().Produce(a.ctx, []log.Write{{Topic: a.topic, Batch: a.builder.Bytes()}}); err != nil {
				return err
			}
		}
		return nil
	})
	a.cpu += used.cpu
	if a.err == nil {
		a.err = err
	}
	a.pending, a.rows = a.pending[:0], 0
}
