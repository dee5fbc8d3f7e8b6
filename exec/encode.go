package exec

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// encoder makes records of rows and distributes them over the partitions of a
// topic, as Kafka's clients do: by the hash of the key, rows without a key in
// turn.
type encoder struct {
	env      *env
	out      *outlet
	keyCols  int
	valCols  int
	key, val format.Encoder
	window   *plan.KeyWindow
	turn     int64         // Rows without a key so far.
	written  *atomic.Int64 // Counts the records.

	keys, vals types.Spans // One entry per row to write.
	bounded    types.Spans // The keys with their window bounds.
	times      []int64
	parts      [][]int32    // Entries by partition.
	bad        types.Bitmap // Entries that cannot be written.
	headers    []log.Header
	errs       format.Errors
}

// newEncoder makes the encoder of a topic. registered tells that others read the
// topic, so that the schemas of its records must be in the registry.
func newEncoder(e *env, schema *plan.Schema, keyFormat, valueFormat plan.Format, out *outlet, registered bool) (*encoder, error) {
	if !registered {
		keyFormat, valueFormat = keyFormat.Inherited(), valueFormat.Inherited()
	}
	keys, values := formatSpec(e.rt, keyFormat, schema.Key, true), formatSpec(e.rt, valueFormat, schema.Value, false)
	if registered {
		keys.Subject, values.Subject = registry.KeySubject(out.topic), registry.ValueSubject(out.topic)
	}
	key, err := format.NewEncoder(keys)
	if err != nil {
		return nil, fmt.Errorf("key of topic %s: %w", out.topic, err)
	}
	val, err := format.NewEncoder(values)
	if err != nil {
		return nil, fmt.Errorf("value of topic %s: %w", out.topic, err)
	}
	w := &encoder{env: e, out: out, keyCols: len(schema.Key), valCols: len(schema.Value), key: key, val: val, window: schema.Window,
		written: &e.task.count.rowsOut}
	if !registered {
		w.written = new(atomic.Int64)
	}
	return w, nil
}

// write appends a record for each of rows to the outlet.
func (w *encoder) write(b *batch, rows []uint32) {
	if len(rows) == 0 {
		return
	}
	w.encode(b, rows)
	w.timesOf(b, rows)
	wire := &w.keys
	if w.window != nil {
		w.appendBounds(b, rows)
		wire = &w.bounded
	}
	bad := w.bad.Count()
	if n := len(w.out.parts); n == 1 && bad == 0 && b.Records == nil {
		w.out.appendRows(0, wire, &w.vals, w.times, nil)
	} else {
		w.distribute(int32(n))
		for p, list := range w.parts {
			switch {
			case len(list) == 0:
			case b.Records != nil:
				w.withHeaders(int32(p), b, rows, wire, list)
			default:
				w.out.appendRows(int32(p), wire, &w.vals, w.times, list)
			}
		}
	}
	w.written.Add(int64(len(rows) - bad))
}

// withHeaders appends the listed entries with the headers of the records that
// their rows come from.
func (w *encoder) withHeaders(partition int32, b *batch, rows []uint32, wire *types.Spans, list []int32) {
	for _, k := range list {
		key, _ := wire.At(int(k))
		value, _ := w.vals.At(int(k))
		var err error
		if w.headers, err = b.Records.Headers(int(rows[k]), w.headers[:0]); err != nil {
			w.headers = w.headers[:0] // The record itself was readable: its row goes on.
		}
		w.out.appendOne(partition, key, value, w.headers, w.times[k])
	}
}

// encode makes the byte strings of the rows. A row that has none is reported and
// marked in bad.
func (w *encoder) encode(b *batch, rows []uint32) {
	begin(&w.keys)
	begin(&w.vals)
	w.bad = w.bad.Reset()
	w.key.Encode(b.Cols[:w.keyCols], rows, b.NoKey, &w.keys, &w.errs)
	w.refuse(b, rows, "key")
	w.val.Encode(b.Cols[w.keyCols:w.keyCols+w.valCols], rows, b.NoValue, &w.vals, &w.errs)
	w.refuse(b, rows, "value")
}

// begin empties s. Its data is never nil: a slice of nil would be a null, where
// an empty string is meant.
func begin(s *types.Spans) {
	s.Reset()
	if s.Data == nil {
		s.Data = make([]byte, 0, 64)
	}
}

// refuse marks the rows an encoder has refused. They are in the order of rows.
func (w *encoder) refuse(b *batch, rows []uint32, target string) {
	if err := w.errs.Unavailable; err != nil { // The task is made anew, and with it this.
		w.env.task.chain.fail(fmt.Errorf("%s of topic %s: %w", target, w.out.topic, err))
	}
	k := 0
	for i := range w.errs.Records {
		e := &w.errs.Records[i]
		for rows[k] != e.Row {
			k++
		}
		w.bad = w.bad.Grow(len(rows))
		w.bad.Set(k)
		w.env.errors.addOutput(w.env, b, e.Row, target, w.out.topic, e.Error())
	}
	w.errs.Reset()
}

// appendBounds makes bounded: time windows are followed by their start, sessions
// by their end and their start.
func (w *encoder) appendBounds(b *batch, rows []uint32) {
	begin(&w.bounded)
	for k, r := range rows {
		key, ok := w.keys.At(k)
		if !ok {
			w.bounded.AppendNull()
			continue
		}
		w.bounded.Begin()
		d := append(w.bounded.Data, key...)
		if w.window.Kind == plan.Session {
			d = binary.BigEndian.AppendUint64(d, uint64(b.WindowEnd[r]))
		}
		w.bounded.Data = binary.BigEndian.AppendUint64(d, uint64(b.WindowStart[r]))
		w.bounded.End()
	}
}

// timesOf gathers the times of the rows.
func (w *encoder) timesOf(b *batch, rows []uint32) {
	if len(rows) == b.N {
		w.times = append(w.times[:0], b.Time[:b.N]...)
		return
	}
	w.times = resize(w.times, len(rows))
	for k, r := range rows {
		w.times[k] = b.Time[r]
	}
}

// distribute lists the entries of each partition. All windows of a key are in
// the partition of the key.
func (w *encoder) distribute(n int32) {
	w.parts = resize(w.parts, int(n))
	for p := range w.parts {
		w.parts[p] = w.parts[p][:0]
	}
	for k := range w.keys.Len {
		if w.bad.Get(k) {
			continue
		}
		var p int32
		if key, ok := w.keys.At(k); ok {
			p = log.MurmurPartition(key, n)
		} else {
			p = int32(w.turn % int64(n))
			w.turn++
		}
		w.parts[p] = append(w.parts[p], int32(k))
	}
}

func (w *encoder) release() {
	w.keys, w.vals, w.bounded = types.Spans{}, types.Spans{}, types.Spans{}
	w.times, w.parts, w.bad, w.headers = nil, nil, nil, nil
}
