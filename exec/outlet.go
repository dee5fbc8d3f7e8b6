package exec

import (
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/types"
)

// outlet gathers the records that a task writes to a topic until its next
// commit.
type outlet struct {
	topic string
	parts []outletPart
}

// outletPart is one partition: filled builders and the one being filled, in
// order; those behind have no records and keep their memory for the next commit.
type outletPart struct {
	builders []*log.BatchBuilder
	used     int
}

// outletBatch is the size from which on a record batch is closed.
const outletBatch = 1 << 20

func newOutlet(topic string, partitions int) *outlet {
	return &outlet{topic: topic, parts: make([]outletPart, partitions)}
}

// builder returns the builder to append to.
func (p *outletPart) builder() *log.BatchBuilder {
	if p.used > 0 && p.builders[p.used-1].Size() < outletBatch {
		return p.builders[p.used-1]
	}
	if p.used == len(p.builders) {
		b := new(log.BatchBuilder)
		if p.used > 0 {
			b.Grow(outletBatch + outletBatch/4) // A busy outlet: it will be filled, too.
		}
		p.builders = append(p.builders, b)
	}
	p.used++
	return p.builders[p.used-1]
}

// appendOne appends one record.
func (o *outlet) appendOne(partition int32, key, value []byte, headers []log.Header, time int64) {
	o.parts[partition].builder().Append(key, value, headers, time)
}

// appendRows appends a record for each of rows, nil meaning all.
func (o *outlet) appendRows(partition int32, keys, values *types.Spans, times []int64, rows []int32) {
	p := &o.parts[partition]
	if len(keys.Data)+len(values.Data) < 8*outletBatch {
		p.builder().AppendColumns(log.Spans(*keys), log.Spans(*values), times, rows)
		return
	}
	if rows == nil {
		rows = make([]int32, len(times))
		for i := range rows {
			rows[i] = int32(i)
		}
	}
	for k := range rows { // Large records: look at the size after each.
		p.builder().AppendColumns(log.Spans(*keys), log.Spans(*values), times, rows[k:k+1])
	}
}

// bytes is the size of what was gathered.
func (o *outlet) bytes() int {
	n := 0
	for i := range o.parts {
		p := &o.parts[i]
		for _, b := range p.builders[:p.used] {
			n += b.Size()
		}
	}
	return n
}

// writes appends the gathered batches. They are valid until reset.
func (o *outlet) writes(dst []log.Write) []log.Write {
	for i := range o.parts {
		p := &o.parts[i]
		for _, b := range p.builders[:p.used] {
			if b.Len() > 0 {
				dst = append(dst, log.Write{Topic: o.topic, Partition: int32(i), Batch: b.Bytes()})
			}
		}
	}
	return dst
}

// reset forgets the records and keeps the memory.
func (o *outlet) reset() {
	for i := range o.parts {
		p := &o.parts[i]
		for _, b := range p.builders[:p.used] {
			b.Reset()
		}
		p.used = 0
	}
}

// release drops the memory of an outlet that holds no records.
func (o *outlet) release() {
	for i := range o.parts {
		if o.parts[i].used == 0 {
			o.parts[i] = outletPart{}
		}
	}
}
