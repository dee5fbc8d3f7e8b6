package broker

import (
	"encoding/binary"
	"fmt"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// decode reads a request from its payload. The request points into the frame.
func (t apiTable) decode(f *frame) (*call, error) {
	r := wireReader{b: f.buf}
	key, version := r.int16(), r.int16()
	c := &call{version: version, correlation: r.int32(), frame: f, finished: make(chan struct{})}
	if c.api = t.find(key); c.api == nil {
		return nil, fmt.Errorf("%w: API key %d is not served", errProtocol, key)
	}
	if n := r.int16(); n >= 0 {
		c.clientID = string(r.span(int(n)))
	}
	c.req = c.api.fresh()
	if version < c.api.min || version > c.api.max {
		if key != apiVersionsKey {
			return nil, fmt.Errorf("%w: version %d of %s is not served, %d to %d are", errProtocol, version, c.api.name, c.api.min, c.api.max)
		}
		c.tooNew = true
		return c, nil // whatever follows
	}
	c.req.SetVersion(version)
	if c.req.IsFlexible() {
		r.skipTags()
	}
	w := walk{wireReader: r, version: version, flexible: c.req.IsFlexible()}
	w.structure(c.api.shape)
	if w.bad {
		return nil, fmt.Errorf("%w: a %s request of version %d claims more than it has", errProtocol, c.api.name, version)
	}
	if err := c.req.ReadFrom(r.b); err != nil {
		return nil, fmt.Errorf("%w: %s version %d: %w", errProtocol, c.api.name, version, err)
	}
	return c, nil
}

// vectored is an answer that is not encoded into one buffer.
type vectored interface {
	kmsg.Response

	// appendVector appends the encoded answer to bufs. It begins with head, which has capacity for more; what is appended
	// may alias memory of the log.
	appendVector(head []byte, bufs [][]byte) [][]byte

	detach()  // gives the log's memory back, when the bytes are written or elsewhere
	release() // ends the answer; called in any case
}

// appendHead begins the frame of an answer: room for its size, and the response header.
func (c *call) appendHead(dst []byte, resp kmsg.Response) []byte {
	dst = binary.BigEndian.AppendUint32(dst, 0)
	dst = binary.BigEndian.AppendUint32(dst, uint32(c.correlation))
	if resp.IsFlexible() && c.api.key != apiVersionsKey {
		dst = append(dst, 0) // no tags
	}
	return dst
}

// wireReader reads the primitive types of the protocol. After the first that is not there it is bad and returns zeros.
type wireReader struct {
	b   []byte
	bad bool
}

func (r *wireReader) span(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	s := r.b[:n:n]
	r.b = r.b[n:]
	return s
}

func (r *wireReader) int16() int16 {
	if s := r.span(2); s != nil {
		return int16(binary.BigEndian.Uint16(s))
	}
	return 0
}

func (r *wireReader) int32() int32 {
	if s := r.span(4); s != nil {
		return int32(binary.BigEndian.Uint32(s))
	}
	return 0
}

func (r *wireReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// skipTags steps over tagged fields.
func (r *wireReader) skipTags() {
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		r.uvarint()
		size := r.uvarint()
		if size > uint64(len(r.b)) {
			r.bad = true
			return
		}
		r.span(int(size))
	}
}
