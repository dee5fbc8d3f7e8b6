package exec

import (
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// keyed leaves out the rows that cannot be grouped or joined: without a value,
// or with a NULL in the key.
type keyed struct {
	env  *env
	keys int
	next operator
	out  batch
	buf  []uint32
	sel  []uint32
}

func (k *keyed) push(b *batch) {
	rows := b.valued(&k.buf)
	for i, c := range b.Cols[:k.keys] {
		if c.Nulls.Any() {
			rows = k.dropNull(b, rows, c, i)
		}
	}
	if len(rows) == 0 {
		return
	}
	k.out = *b
	k.out.Sel, k.out.NoValue = rows, nil
	k.next.push(&k.out)
}

func (k *keyed) dropNull(b *batch, rows []uint32, c *types.Vector, column int) []uint32 {
	kept := resize(k.sel, len(rows))[:0]
	for _, r := range rows {
		if !c.IsNull(int(r)) {
			kept = append(kept, r)
			continue
		}
		k.env.errors.addRow(k.env, "key", b, r, nullKey(column))
	}
	k.sel = kept
	return kept
}

func (k *keyed) release() { k.out, k.buf, k.sel = batch{}, nil, nil }

// export writes rows to a repartition topic.
type export struct {
	*encoder
	old    format.Encoder // Of the old side of table changes; nil for streams.
	before types.Spans
}

func newExport(e *env, w wire, out *outlet) (*export, error) {
	schema := w.schema
	enc, err := newEncoder(e, schema, w.key, w.value, out, false)
	if err != nil {
		return nil, err
	}
	x := &export{encoder: enc}
	if schema.Relation == plan.Table {
		f, err := newFormat(e.rt, w.value, schema.Value, false)
		if err != nil {
			return nil, err
		}
		x.old = f.NewEncoder()
	}
	return x, nil
}

func (x *export) push(b *batch) {
	if x.old == nil {
		x.write(b, b.Sel)
		return
	}
	x.encode(b, b.Sel)
	x.timesOf(b, b.Sel)
	begin(&x.before)
	x.old.Encode(b.Old, b.Sel, b.NoOld, &x.before, &x.errs)
	x.refuse(b, b.Sel, "value")
	x.distribute(int32(len(x.out.parts)))
	for p, list := range x.parts {
		for _, k := range list {
			x.writeChange(int32(p), int(k))
		}
	}
}

// writeChange writes one table change: the new value, null when the row leaves
// its group, and the old one in a header.
func (x *export) writeChange(partition int32, k int) {
	key, _ := x.keys.At(k)
	value, _ := x.vals.At(k)
	x.headers = x.headers[:0]
	if old, ok := x.before.At(k); ok {
		x.headers = append(x.headers, log.Header{Key: oldHeader, Value: old})
	}
	x.out.appendOne(partition, key, value, x.headers, x.times[k])
}

func (x *export) release() {
	x.encoder.release()
	x.before = types.Spans{}
}
