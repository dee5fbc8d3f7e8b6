package exec

import (
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// rows of a store: a table itself, or a page of copies.
type rowSource interface {
	function.State
	Key(row uint32) []byte
}

// rowReader turns stored rows into the columns of a batch. The batch has been
// given N; its Cols belong to the reader.
type rowReader interface {
	readRows(out *batch, src rowSource, rows []uint32) error
}

// tablePager reads a keyed store.
type tablePager struct {
	store  *state.Table
	reader rowReader
	keys   [][]byte
	scan   *state.Scanner // nil for a look-up.
	page   state.Page
	rows   []uint32
	out    batch
}

func newTablePager(store *state.Table, reader rowReader, want *selection) *tablePager {
	p := &tablePager{store: store, reader: reader, keys: want.keys}
	if want.keys == nil {
		p.scan = store.Scan(want.low, want.high)
	}
	return p
}

func (p *tablePager) next() (*batch, error) {
	if p.scan != nil {
		if !p.scan.Next(&p.page) {
			return nil, p.scan.Err()
		}
		return p.read(&p.page, firstRows(p.page.Len()))
	}
	for len(p.keys) > 0 {
		n := min(len(p.keys), types.BatchRows)
		p.rows = p.rows[:0]
		for _, key := range p.keys[:n] {
			if row := p.store.Find(key); row != state.None {
				p.rows = append(p.rows, row)
			}
		}
		p.keys = p.keys[n:]
		if len(p.rows) > 0 {
			return p.read(p.store, p.rows)
		}
	}
	return nil, nil
}

func (p *tablePager) read(src rowSource, rows []uint32) (*batch, error) {
	p.out.N, p.out.Sel = len(rows), firstRows(len(rows))
	return &p.out, p.reader.readRows(&p.out, src, rows)
}

// pages reads a materialised table.
func (m *materialize) pages(want *selection) pager { return newTablePager(m.store, m, want) }

func (m *materialize) readRows(out *batch, src rowSource, rows []uint32) error {
	keys := len(m.schema.Key)
	if out.Cols == nil {
		out.Cols = newVectors(m.schema.Columns())
	}
	resetVectors(out.Cols, len(rows))
	out.Time = resize(out.Time, len(rows))
	for i, row := range rows {
		if _, err := types.DecodeKey(src.Key(row), out.Cols[:keys], i); err != nil {
			return err
		}
		if _, err := types.DecodeRow(src.Blob(row, 0), out.Cols[keys:], i); err != nil {
			return err
		}
		out.Time[i] = int64(src.Words()[int(row)*src.Stride()])
	}
	return nil
}
