package state

// Page holds copies of rows, with their keys and windows. Like a Table it is a
// State for accumulators; its rows are numbered 0 to Len()-1.
type Page struct{}

func (p *Page) Len() int                            { panic("not built") }
func (p *Page) Reset()                              { panic("not built") }
func (p *Page) Key(row uint32) []byte               { panic("not built") }
func (p *Page) Start(row uint32) int64              { panic("not built") } // Window or session start.
func (p *Page) End(row uint32) int64                { panic("not built") } // Sessions only.
func (p *Page) Words() []uint64                     { panic("not built") }
func (p *Page) Stride() int                         { panic("not built") }
func (p *Page) Blob(row uint32, i int) []byte       { panic("not built") }
func (p *Page) SetBlob(row uint32, i int, b []byte) { panic("not built") }
