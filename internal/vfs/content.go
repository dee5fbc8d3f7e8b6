package vfs

import "io"

// chunkBytes is the unit in which memory files grow. Chunks that were never written are nil and read as zeros, so a
// preallocated file costs nothing.
const chunkBytes = 16 << 10

// content is the bytes of a memory file: a sparse array of chunks. The caller locks.
type content struct {
	chunks []chunk
	size   int64
}

// chunk is chunkBytes bytes, or none. A shared one belongs to several contents and is copied before it is written.
type chunk struct {
	data   []byte
	shared bool
}

func (c *content) readAt(b []byte, pos int64) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
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
		if i < len(c.chunks) && c.chunks[i].data != nil {
			copy(part, c.chunks[i].data[in:])
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

// own returns chunk i to be written to.
func (c *content) own(i int) []byte {
	k := &c.chunks[i]
	switch {
	case k.data == nil:
		k.data = make([]byte, chunkBytes)
	case k.shared:
		k.data = append(make([]byte, 0, chunkBytes), k.data...)
	}
	k.shared = false
	return k.data
}

func (c *content) writeAt(b []byte, pos int64) {
	if len(b) == 0 {
		return // also behind the end it does not extend the file
	}
	c.size = max(c.size, pos+int64(len(b)))
	for len(b) > 0 {
		i, in := int(pos/chunkBytes), int(pos%chunkBytes)
		for i >= len(c.chunks) {
			c.chunks = append(c.chunks, chunk{})
		}
		n := copy(c.own(i)[in:], b)
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
		if last := int(size / chunkBytes); last < len(c.chunks) && c.chunks[last].data != nil {
			clear(c.own(last)[size%chunkBytes:])
		}
	}
	c.size = size
}

// clone makes a copy that shares the chunks until one of the two writes to them.
func (c *content) clone() content {
	for i := range c.chunks {
		c.chunks[i].shared = true
	}
	return content{chunks: append([]chunk(nil), c.chunks...), size: c.size}
}
