// Package bufpool keeps byte buffers for use again, by size.
package bufpool

import "sync"

// Pool keeps buffers whose sizes are powers of two times its smallest. The zero
// value is no pool; a Pool is safe for concurrent use.
type Pool struct {
	smallest int
	classes  []sync.Pool
}

// New makes a pool of buffers from smallest bytes up to smallest*2^(classes-1);
// larger ones are made when asked for, and not kept.
func New(smallest, classes int) *Pool {
	return &Pool{smallest, make([]sync.Pool, classes)}
}

func (p *Pool) class(n int) int {
	class := 0
	for p.smallest<<class < n {
		class++
	}
	return class
}

// Get returns a buffer of at least n bytes, with anything in them.
func (p *Pool) Get(n int) *[]byte {
	if class := p.class(n); class < len(p.classes) {
		if b, ok := p.classes[class].Get().(*[]byte); ok {
			return b
		}
		n = p.smallest << class
	}
	b := make([]byte, n)
	return &b
}

// Put gives back a buffer from Get, with the length it had.
func (p *Pool) Put(b *[]byte) {
	if class := p.class(len(*b)); class < len(p.classes) {
		p.classes[class].Put(b)
	}
}
