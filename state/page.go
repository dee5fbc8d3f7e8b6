package state

// pageRows is how many rows a scan puts into a page.
const pageRows = 1024

// Page holds copies of rows, with their keys and windows. Like a Table it is a
// State for accumulators; its rows are numbered 0 to Len()-1. The zero Page is
// empty and ready; a page belongs to who made it and may be used again and
// again, for any store.
type Page struct {
	rows
	starts, ends []int64
	made         bool
}

// Len is the number of rows.
func (p *Page) Len() int { return p.live }

// Reset empties the page. Bytes it handed out are not valid any more.
func (p *Page) Reset() {
	p.words, p.refs, p.meta = p.words[:0], p.refs[:0], p.meta[:0]
	p.starts, p.ends = p.starts[:0], p.ends[:0]
	p.live = 0
	p.arena.reset()
}

// Start returns the start of the row's window or session.
func (p *Page) Start(row uint32) int64 { return p.starts[row] }

// End returns the end of the row's session; 0 for other stores.
func (p *Page) End(row uint32) int64 { return p.ends[row] }

// begin prepares the page for rows of a layout, which must be that of the rows
// already there.
func (p *Page) begin(l Layout) {
	if !p.made || p.stride != l.Words || p.blobs != l.Blobs {
		*p = Page{rows: newRows(Layout{Words: l.Words, Blobs: l.Blobs}), made: true}
	}
}

// addKey adds a row with zero values.
func (p *Page) addKey(key []byte, start, end int64) uint32 {
	row := p.add()
	p.setKey(row, key)
	p.starts = append(p.starts, start)
	p.ends = append(p.ends, end)
	return row
}

// addRow adds a copy of a row. from may have more words than the page, which are
// not copied.
func (p *Page) addRow(key []byte, start, end int64, from *rows, row uint32) {
	to := p.addKey(key, start, end)
	copy(p.words[int(to)*p.stride:(int(to)+1)*p.stride], from.words[int(row)*from.stride:])
	for i := range p.blobs {
		p.SetBlob(to, i, from.Blob(row, i))
	}
}

// Scanner gives rows page by page. The store may change between two pages: a
// row then has the value that it has when its page is made, and a key that is
// added behind the scan's place is seen or not.
type Scanner struct {
	fill func(p *Page) (more bool, err error)
	done bool
	err  error
}

// Next replaces the contents of p by the next rows and reports whether there
// are any.
func (s *Scanner) Next(p *Page) bool {
	p.Reset()
	for !s.done && p.Len() == 0 {
		more, err := s.fill(p)
		s.done = !more || err != nil
		s.err = err
	}
	return s.err == nil && p.Len() > 0
}

// Err returns the error that ended the scan.
func (s *Scanner) Err() error { return s.err }
