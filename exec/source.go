package exec

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// source decodes the records of an input to a batch.
type source struct {
	schema    *plan.Schema
	topic     string
	partition int32
	table     bool
	changes   bool // A repartitioned table: old rows travel in a header.
	key, val  format.Decoder
	needed    []bool // By column; nil means all.
	time      *timeColumn
	env       *env

	batch batch
	good  []uint32 // The rows of batch that can be handed on.
	seq   []uint32
	// places are the places of the rows of the current round in their feed.
	places []uint32

	partitions []int32
	keys       types.Spans     // Without window bounds.
	into       []*types.Vector // The columns of batch, nil for those nobody needs.
	old        oldValues
	errs       format.Errors
	bufs       [2][]uint32
	bad        []badRow
}

// badRow is a record that was left out, until it is known that it was passed.
type badRow struct {
	row    uint32
	offset int64
	kind   failure
	reason string
}

// newSource makes the decoder of a leaf.
func newSource(e *env, l *leaf, partition int32) (*source, error) {
	s := &source{env: e, topic: l.topic, partition: partition, table: l.table, schema: l.node.Out()}
	var keyFormat, valueFormat plan.Format
	switch n := l.node.(type) {
	case *plan.Source:
		keyFormat, valueFormat = n.KeyFormat, n.ValueFormat
		s.needed = neededColumns(n)
		if n.Timestamp != nil {
			var err error
			if s.time, err = newTimeColumn(n.Timestamp, &n.Schema); err != nil {
				return nil, err
			}
			if s.needed != nil {
				s.needed[s.time.column] = true
			}
		}
	case *plan.Repartition:
		w := e.task.query.wire(n)
		s.schema, keyFormat, valueFormat = w.schema, w.key, w.value
		s.changes = l.table
	}
	keys := len(s.schema.Key)
	values := keys + len(s.schema.Value)
	key, err := newFormat(e.rt, keyFormat, s.schema.Key, true)
	if err != nil {
		return nil, fmt.Errorf("key of topic %s: %w", l.topic, err)
	}
	val, err := newFormat(e.rt, valueFormat, s.schema.Value, false)
	if err != nil {
		return nil, fmt.Errorf("value of topic %s: %w", l.topic, err)
	}
	s.key, s.val = key.NewDecoder(part(s.needed, 0, keys)), val.NewDecoder(part(s.needed, keys, values))
	if s.changes {
		s.old.decoder = val.NewDecoder(nil)
	}
	return s, nil
}

// neededColumns marks the columns to decode. A materialised table always needs
// its key.
func neededColumns(n *plan.Source) []bool {
	if n.Needed == nil {
		return nil
	}
	needed := make([]bool, len(n.Schema.Columns()))
	for _, c := range n.Needed {
		needed[c] = true
	}
	for k := range n.Schema.Key {
		needed[k] = needed[k] || n.Store != ""
	}
	return needed
}

func part(needed []bool, from, to int) []bool {
	if needed == nil {
		return nil
	}
	return needed[from:to]
}

// newFormat makes the format of a key or a value.
func newFormat(rt *Runtime, f plan.Format, cols []types.Column, isKey bool) (format.Format, error) {
	return format.New(formatSpec(rt, f, cols, isKey))
}

// formatSpec says what a format has to carry. Without a runtime the bytes are
// only compared with each other.
func formatSpec(rt *Runtime, f plan.Format, cols []types.Column, isKey bool) format.Spec {
	spec := format.Spec{Name: f.Name, Properties: f.Properties, WrapSingle: f.WrapSingle, IsKey: isKey, Columns: cols}
	if rt != nil {
		spec.Registry, spec.Context = rt.opts.Registry, rt.asking
	}
	return spec
}

// load makes the batch of the records: it decodes them, and good becomes the
// rows that can be handed on. The error is that they cannot be decoded now.
func (s *source) load(r *log.Records) error {
	s.shape(r)
	keys, values := types.Spans(r.Keys()), types.Spans(r.Values())
	rows := firstRows(r.N)
	if s.table {
		rows = s.dropNull(&keys, rows)
	}
	if s.windowed() {
		rows = s.cutWindow(&keys, rows)
	}
	n := len(s.schema.Key)
	v := n + len(s.schema.Value)
	s.errs.Reset()
	s.key.Decode(&keys, rows, s.into[:n], &s.errs)
	if s.errs.Unavailable != nil {
		return s.errs.Unavailable
	}
	rows = s.drop(rows, badKey, 0)
	s.val.Decode(&values, rows, s.into[n:v], &s.errs)
	if s.errs.Unavailable != nil {
		return s.errs.Unavailable
	}
	rows = s.drop(rows, badValue, 1)
	s.batch.NoValue = nulls(s.batch.NoValue, values.Len)
	if n > 1 {
		s.batch.NoKey = nulls(s.batch.NoKey, keys.Len)
	}
	if s.changes {
		s.loadOld(r, rows)
	}
	s.headers(r, rows, s.into[v:])
	s.batch.Records = s.headed(r)
	s.good = s.rowTimes(rows)
	return nil
}

// shape gives the batch the size of the records.
func (s *source) shape(r *log.Records) {
	b := &s.batch
	if b.Cols == nil {
		b.Topic = s.topic
		b.Cols = newVectors(s.schema.Columns())
		s.into = slices.Clone(b.Cols)
		for i, need := range s.needed {
			if !need {
				b.Cols[i].SetAllNull(types.BatchRows)
				s.into[i] = nil
			}
		}
	}
	b.N, b.Time, b.Offset = r.N, r.Time[:r.N], r.Offset[:r.N]
	for _, v := range s.into {
		if v != nil {
			v.Reset(r.N)
		}
	}
	for len(s.partitions) < r.N {
		s.partitions = append(s.partitions, s.partition)
	}
	b.Partition = s.partitions[:r.N]
}

func (s *source) windowed() bool { return s.schema.Window != nil }

// dropNull leaves out records without a key: a table has no place for them.
func (s *source) dropNull(keys *types.Spans, rows []uint32) []uint32 {
	kept := s.bufs[0][:0]
	for _, r := range rows {
		if keys.Len[r] >= 0 {
			kept = append(kept, r)
		}
	}
	s.bufs[0] = kept
	return kept
}

// cutWindow takes the window bounds off the ends of the keys. Time windows are
// followed by their start, sessions by their end and their start.
func (s *source) cutWindow(keys *types.Spans, rows []uint32) []uint32 {
	b, w := &s.batch, s.schema.Window
	b.WindowStart, b.WindowEnd = resize(b.WindowStart, b.N), resize(b.WindowEnd, b.N)
	size := int32(8)
	if w.Kind == plan.Session {
		size = 16
	}
	s.keys = types.Spans{Data: keys.Data, Pos: keys.Pos, Len: append(s.keys.Len[:0], keys.Len...)}
	kept := s.bufs[1][:0]
	for _, r := range rows {
		key, ok := keys.At(int(r))
		if !ok || int32(len(key)) < size {
			s.fail(r, badKey, fmt.Sprintf("the key has %d bytes, which is too short for a windowed key", max(len(key), 0)))
			continue
		}
		start := int64(binary.BigEndian.Uint64(key[len(key)-8:]))
		end := start + w.SizeMillis
		if size == 16 {
			end = int64(binary.BigEndian.Uint64(key[len(key)-16:]))
		}
		b.WindowStart[r], b.WindowEnd[r] = start, end
		s.keys.Len[r] -= size
		kept = append(kept, r)
	}
	s.bufs[1] = kept
	*keys = s.keys
	return kept
}

// drop leaves out the rows that a decoder has refused.
func (s *source) drop(rows []uint32, kind failure, buf int) []uint32 {
	if len(s.errs.Records) == 0 {
		return rows
	}
	for i := range s.errs.Records {
		e := &s.errs.Records[i]
		s.fail(e.Row, kind, e.Error())
	}
	kept := s.errs.Drop(s.bufs[buf][:0], rows) // rows may be the same memory: it only gets shorter.
	s.bufs[buf] = kept
	s.errs.Reset()
	return kept
}

// nulls returns, in the memory of set, the rows that have no bytes.
func nulls(set types.Bitmap, lens []int32) types.Bitmap {
	set = set.Reset()
	for i, n := range lens {
		if n < 0 {
			set = set.Grow(len(lens))
			set.Set(i)
		}
	}
	return set
}

// rowTimes leaves out rows without a valid time. The times become those of the
// timestamp column, if there is one.
func (s *source) rowTimes(rows []uint32) []uint32 {
	b := &s.batch
	if s.time != nil {
		b.Time = s.time.read(b, rows, func(row uint32, reason string) { s.fail(row, badTime, reason) })
	}
	ok := true
	for _, r := range rows {
		ok = ok && b.Time[r] >= 0
	}
	if ok {
		return rows
	}
	kept := make([]uint32, 0, len(rows))
	for _, r := range rows {
		if b.Time[r] >= 0 {
			kept = append(kept, r)
			continue
		}
		if b.Time[r] != timeFailed {
			s.fail(r, badTime, fmt.Sprintf("the row has the timestamp %d; timestamps before 1970 cannot be processed", b.Time[r]))
		}
	}
	return kept
}

// fail notes that a row is left out.
func (s *source) fail(row uint32, kind failure, reason string) {
	s.bad = append(s.bad, badRow{row, s.batch.Offset[row], kind, reason})
}

// reportBad reports the rows before the given one that were left out.
func (s *source) reportBad(before uint32) {
	if len(s.bad) == 0 {
		return
	}
	kept := s.bad[:0]
	for _, x := range s.bad {
		if x.row >= before {
			kept = append(kept, x)
			continue
		}
		s.env.errors.addRecord(s.env, x.kind, s.topic, s.partition, x.offset, x.reason)
	}
	s.bad = kept
}

func (s *source) release() {
	s.batch, s.good, s.seq, s.places = batch{}, nil, nil, nil
	s.into, s.partitions, s.keys, s.bufs, s.bad = nil, nil, types.Spans{}, [2][]uint32{}, nil
	s.old.release()
}
