package exec

import (
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/types"
)

// headers fills the header columns of the rows.
func (s *source) headers(r *log.Records, rows []uint32, cols []*types.Vector) {
	if len(cols) == 0 {
		return
	}
	var list []log.Header
	for _, row := range rows {
		var err error
		if list, err = r.Headers(int(row), list[:0]); err != nil {
			list = list[:0] // The record itself was readable: it keeps its row.
		}
		for c, v := range cols {
			switch {
			case v == nil:
			case s.schema.Headers[c].HeaderKey == "":
				setHeaderList(v, int(row), list)
			default:
				setHeader(v, int(row), list, s.schema.Headers[c].HeaderKey)
			}
		}
	}
}

// headed returns the records if one of them has headers that results inherit.
func (s *source) headed(r *log.Records) *log.Records {
	if s.changes {
		return nil // The headers are the engine's own.
	}
	for _, n := range r.HdrCount[:r.N] {
		if n > 0 {
			return r
		}
	}
	return nil
}

// setHeaderList makes a row the list of all headers.
func setHeaderList(v *types.Vector, row int, list []log.Header) {
	entries := v.Kids[0]
	start := uint32(entries.Len)
	for _, h := range list {
		i := entries.Extend()
		key, value := entries.Kids[0], entries.Kids[1]
		key.Str[i] = key.OwnString(h.Key)
		if h.Value == nil {
			value.SetNull(i)
			continue
		}
		value.Str[i] = types.View(h.Value)
	}
	v.Span[row] = types.Span{Start: start, Len: uint32(len(list))}
}

// setHeader makes a row the value of the last header with the key.
func setHeader(v *types.Vector, row int, list []log.Header, key string) {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Key == key && list[i].Value != nil {
			v.Str[row] = types.View(list[i].Value)
			return
		}
	}
	v.SetNull(row)
}

// oldHeader names the header of a repartitioned table change that holds the row
// before the change, in the value format. Without it there was none.
const oldHeader = "old"

// oldValues decodes the old side of repartitioned table changes.
type oldValues struct {
	decoder format.Decoder
	spans   types.Spans
	cols    []*types.Vector
}

// loadOld fills Old and NoOld of the batch.
func (s *source) loadOld(r *log.Records, rows []uint32) {
	b, o := &s.batch, &s.old
	if o.cols == nil {
		o.cols = newVectors(s.schema.Value)
	}
	o.spans.Reset()
	var list []log.Header
	for i := range r.N {
		list, _ = r.Headers(i, list[:0])
		if len(list) == 0 || list[0].Key != oldHeader {
			o.spans.AppendNull()
			continue
		}
		o.spans.Begin()
		o.spans.Data = append(o.spans.Data, list[0].Value...)
		o.spans.End()
	}
	resetVectors(o.cols, r.N)
	o.decoder.Decode(&o.spans, rows, o.cols, &s.errs)
	s.errs.Reset() // The engine has written them; what it wrote it reads.
	b.Old = o.cols
	b.NoOld = b.NoOld.Reset()
	for i, n := range o.spans.Len {
		if n < 0 {
			b.NoOld = b.NoOld.Grow(b.N)
			b.NoOld.Set(i)
		}
	}
}

func (o *oldValues) release() { o.spans, o.cols = types.Spans{}, nil }
