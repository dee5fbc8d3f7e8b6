package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// tableRow is the layout of a stored table row: its time, and its columns behind
// the key, values and headers, as types.AppendRow writes them.
var tableRow = state.Layout{Words: 1, Blobs: 1}

// materialize keeps the last value per key of a table. It gives the changes of
// the table their old side, and answers joins and pull queries.
type materialize struct {
	env     *env
	name    string
	schema  *plan.Schema
	columns int // Of the schema: those behind are not stored.
	wantOld bool
	all     bool // Hand on also the deletion of rows that are not there.
	next    operator
	store   *state.Table

	out     batch
	old     []*types.Vector
	noOld   types.Bitmap
	keys    types.Spans
	sel     []uint32
	scratch []byte
}

func newMaterialize(e *env, store string, schema *plan.Schema, wantOld bool, next operator) *materialize {
	return &materialize{env: e, name: store, schema: schema, columns: len(schema.Columns()), wantOld: wantOld, next: next}
}

func (m *materialize) open(e *env) (err error) {
	m.store, err = e.table(m.name, tableRow)
	return err
}

func (m *materialize) save(*state.Meta) {}

func (m *materialize) push(b *batch) {
	keys := len(m.schema.Key)
	values := b.Cols[keys:m.columns]
	types.EncodeKeys(b.Cols[:keys], b.Sel, &m.keys)
	if m.wantOld {
		if m.old == nil {
			m.old = newVectors(m.schema.Columns()[keys:])
		}
		resetVectors(m.old, b.N)
	}
	m.noOld = m.noOld.Reset().Grow(b.N)
	m.sel = m.sel[:0]
	for k, r := range b.Sel {
		key, _ := m.keys.At(k)
		if m.change(b, values, key, int(r)) {
			m.sel = append(m.sel, r)
		}
	}
	if len(m.sel) == 0 {
		return
	}
	m.out = *b
	m.out.Sel, m.out.NoOld = m.sel, m.noOld
	if m.wantOld {
		m.out.Old = m.old
	}
	m.next.push(&m.out)
}

// change stores one row. It tells whether to hand it on: the deletion of a row
// that is not there changes nothing.
func (m *materialize) change(b *batch, values []*types.Vector, key []byte, r int) bool {
	t := m.store
	row := t.Find(key)
	switch {
	case row == state.None:
		m.noOld.Set(r)
	case m.wantOld:
		m.env.decodeRow(t.Blob(row, 0), m.old, r)
	}
	if b.NoValue.Get(r) {
		if row == state.None {
			return m.all
		}
		t.Delete(row)
		return true
	}
	if row == state.None {
		row, _ = t.Upsert(key)
	} else {
		t.MarkDirty(row)
	}
	t.Words()[int(row)*t.Stride()] = uint64(b.Time[r])
	m.scratch = types.AppendRow(m.scratch[:0], values, r)
	t.SetBlob(row, 0, m.scratch)
	return true
}

func (m *materialize) release() {
	m.out, m.old, m.noOld, m.keys, m.sel, m.scratch = batch{}, nil, nil, types.Spans{}, nil, nil
}

// decodeRow reads a stored row. Bytes that are not one stop the task.
func (e *env) decodeRow(data []byte, cols []*types.Vector, r int) {
	if _, err := types.DecodeRow(data, cols, r); err != nil {
		e.task.chain.fail(err)
	}
}
