package exec

import (
	"math"

	"github.com/leatdb/leat/state"
)

// windowPager reads a windowed store, time windows or sessions.
type windowPager struct {
	agg      *aggregation
	want     *selection
	size     int64 // Of time windows; 0 for sessions, which know their end.
	from, to int64 // Starts of the windows wanted.
	keys     [][]byte
	fetch    func(p *state.Page, key []byte) // Adds the rows of a key.
	scan     *state.Scanner                  // nil for a look-up.
	page     state.Page
	rows     []uint32
	out      batch
}

func (a *windowAgg) pages(want *selection) pager {
	w := want.windows
	p := &windowPager{agg: &a.aggregation, want: want, size: a.window.SizeMillis, from: 0, to: math.MaxInt64 - a.window.SizeMillis}
	if w.WindowStartMin != nil {
		p.from = max(p.from, *w.WindowStartMin)
	}
	if w.WindowStartMax != nil {
		p.to = min(p.to, *w.WindowStartMax)
	}
	if w.WindowEndMin != nil {
		p.from = max(p.from, *w.WindowEndMin-p.size)
	}
	if w.WindowEndMax != nil {
		p.to = min(p.to, *w.WindowEndMax-p.size)
	}
	s := a.keyer.selected(want)
	p.keys = s.keys
	p.fetch = func(page *state.Page, key []byte) { a.store.FetchKey(page, key, p.from, p.to) }
	if s.keys == nil {
		p.scan = a.store.Scan(p.from, p.to, s.low, s.high)
	}
	return p
}

func (a *sessionAgg) pages(want *selection) pager {
	s := a.keyer.selected(want)
	p := &windowPager{agg: &a.aggregation, want: want, keys: s.keys, fetch: a.store.FetchKey}
	if s.keys == nil {
		p.scan = a.store.Scan()
	}
	return p
}

func (p *windowPager) next() (*batch, error) {
	for {
		if p.scan != nil {
			if !p.scan.Next(&p.page) {
				return nil, p.scan.Err()
			}
		} else {
			if len(p.keys) == 0 {
				return nil, nil
			}
			p.page.Reset()
			p.fetch(&p.page, p.keys[0])
			p.keys = p.keys[1:]
		}
		if p.choose(); len(p.rows) > 0 {
			return p.read()
		}
	}
}

// choose lists the rows of the page whose windows are wanted.
func (p *windowPager) choose() {
	w := &p.want.windows
	p.rows = p.rows[:0]
	for i := range uint32(p.page.Len()) {
		start, end := p.bounds(i)
		if within(start, w.WindowStartMin, w.WindowStartMax) && within(end, w.WindowEndMin, w.WindowEndMax) {
			p.rows = append(p.rows, i)
		}
	}
}

func (p *windowPager) bounds(row uint32) (start, end int64) {
	start = p.page.Start(row)
	if p.size == 0 {
		return start, p.page.End(row)
	}
	return start, start + p.size
}

func within(t int64, low, high *int64) bool {
	return (low == nil || t >= *low) && (high == nil || t <= *high)
}

func (p *windowPager) read() (*batch, error) {
	n := len(p.rows)
	out := &p.out
	out.N, out.Sel = n, firstRows(n)
	out.WindowStart, out.WindowEnd = resize(out.WindowStart, n), resize(out.WindowEnd, n)
	for i, row := range p.rows {
		out.WindowStart[i], out.WindowEnd[i] = p.bounds(row)
	}
	return out, p.agg.readRows(out, &p.page, p.rows)
}
