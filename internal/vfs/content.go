package vfs

import "io"

// chunkBytes is the unit in which memory files grow. Chunks that were never written are nil and read as zeros, so a
// preallocated file costs nothing.
const chunkBytes = 64 << 10

// content is the bytes of a memory file: a sparse array of chunks. The caller locks.
type content struct {
	chunks [][]byte
	size   int64
}

func (c *content) readAt(b []byte, pos int64) (int, error) {
	if pos >= c.size {
		return 0, io.EOF
	}
	want := b
	if int64(len(want)) > c.size-pos {
		want = want[:c.size-pos]
	}
	for n := 0; n < len(want); {
		i, in := int((pos+int64(n))/chunkBytes), int((pos+int64(n))%chunkBytes)
		part := want[n:min(len(want), n+chunkBytes-in)]
		if chunk := c.chunk(i); chunk != nil {
			copy(part, chunk[in:])
		} else {
			clear(part)
		}
		n += len(part)
	}
	if len(want) < len(b) {
		return len(want), io.EOF
	}
	return len(want), nil
}

func (c *content) chunk(i int) []byte {
	if i < len(c.chunks) {
		return c.chunks[i]
	}
	return nil
}

func (c *content) writeAt(b []byte, pos int64) {
	c.size = max(c.size, pos+int64(len(b)))
	for len(b) > 0 {
		i, in := int(pos/chunkBytes), int(pos%chunkBytes)
		for i >= len(c.chunks) {
			c.chunks = append(c.chunks, nil)
		}
		if c.chunks[i] == nil {
			c.chunks[i] = make([]byte, chunkBytes)
		}
		n := copy(c.chunks[i][in:], b)
		b, pos = b[n:], pos+int64(n)
	}
}

// truncate cuts or extends; the bytes behind a cut are zeroed, since a later extension must read zeros there.
func (c *content) truncate(size int64) {
	if size < c.size {
		keep := int((size + chunkBytes - 1) / chunkBytes)
		if keep < len(c.chunks) {
			clear(c.chunks[keep:])
			c.chunks = c.chunks[:keep]
		}
		if last := c.chunk(int(size / chunkBytes)); last != nil {
			clear(last[size%chunkBytes:])
		}
	}
	c.size = size
}

func (c *content) clone() content {
	d := content{chunks: make([][]byte, len(c.chunks)), size: c.size}
	for i, chunk := range c.chunks {
		if chunk != nil {
			d.chunks[i] = append([]byte(nil), chunk...)
		}
	}
	return d
}
