package broker

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A frame is its size, 4 bytes, and as many bytes of payload: here, a request.
//
//	 0       4     6         8                12
//	+-------+-----+---------+----------------+-----------------------
//	| size  | key | version | correlation id | client id, body ...
//	+-------+-----+---------+----------------+-----------------------
const (
	frameHeadBytes = 4
	minRequest     = 8 // key, version, correlation id
	peekBytes      = frameHeadBytes + 2

	// maxPlainFrame bounds requests that are not large. Their arrays are allocated at the length they claim, which is at most
	// the number of bytes that follow, at up to some 200 bytes an element.
	maxPlainFrame = 4 << 20

	smallFrame = 64 << 10 // frames up to here do not count as memory
)

// errProtocol says that the peer does not keep to the protocol.
var errProtocol = errors.New("protocol error")

// frame is the memory of a request.
type frame struct {
	buf     []byte // payload
	pooled  *[]byte
	counted int64
	memory  *frameMemory
}

// release gives the memory back; the frame must not be used any more.
func (f *frame) release() {
	if f.memory == nil {
		return
	}
	f.memory.used.Add(-f.counted)
	putBuffer(f.pooled)
	*f = frame{}
}

// frameMemory bounds the memory of all large frames that are being read or handled.
//
// Counting what frames claim would let three peers that claim 100 MiB each and send nothing lock out all others. Counting
// what has arrived and stopping everybody at the limit would leave many frames half read, with nobody to give memory back. So
// what has arrived is counted, and above the limit one frame after the other is read to its end, each within a deadline.
type frameMemory struct {
	limit int64
	used  atomic.Int64
	turn  chan struct{} // holds a token: the right to exceed the limit
}

func newFrameMemory(limit int64) *frameMemory {
	m := &frameMemory{limit: limit, turn: make(chan struct{}, 1)}
	m.turn <- struct{}{}
	return m
}

// overdraft is how long the frame that exceeds the limit may take, and at which rate it must come besides, in bytes a second.
const (
	overdraft     = 5 * time.Second
	overdraftRate = 4 << 20
)

// frameReader reads the frames of a connection. It is used by one goroutine.
type frameReader struct {
	conn   net.Conn
	in     *bufio.Reader
	memory *frameMemory
	trust  int // the largest frame of the peer so far: as much is allocated at once
	stall  time.Duration
}

// peek waits for the next frame until a deadline, and returns its size and key without reading on.
func (r *frameReader) peek(deadline time.Time) (size int, key int16, err error) {
	if err := r.conn.SetReadDeadline(deadline); err != nil {
		return 0, 0, err
	}
	head, err := r.in.Peek(peekBytes)
	if err != nil {
		if err == io.EOF && len(head) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return 0, 0, err
	}
	size, key = int(int32(binary.BigEndian.Uint32(head))), int16(binary.BigEndian.Uint16(head[frameHeadBytes:]))
	if size < minRequest {
		return 0, 0, fmt.Errorf("%w: a request of %d bytes", errProtocol, size)
	}
	return size, key, nil
}

// read reads the payload of the frame that peek has found.
func (r *frameReader) read(ctx context.Context, size int) (f *frame, err error) {
	if _, err := r.in.Discard(frameHeadBytes); err != nil {
		return nil, err
	}
	f = &frame{memory: r.memory}
	f.pooled = getBuffer(min(size, max(r.trust, smallFrame)))
	turn := false
	defer func() {
		if turn {
			r.memory.turn <- struct{}{}
		}
		if err != nil {
			f.release()
		}
	}()
	if size > smallFrame {
		f.counted = int64(len(*f.pooled))
		r.memory.used.Add(f.counted)
	}
	for have := 0; ; {
		if !turn && size > smallFrame && r.memory.used.Load() > r.memory.limit {
			if err := r.takeTurn(ctx); err != nil {
				return nil, err
			}
			turn = true
			if err := r.conn.SetReadDeadline(time.Now().Add(overdraft + time.Duration(size)*time.Second/overdraftRate)); err != nil {
				return nil, err
			}
		}
		part := (*f.pooled)[have:min(size, len(*f.pooled))]
		if err := r.fill(part, turn); err != nil {
			return nil, err
		}
		have += len(part)
		if have == size {
			break
		}
		r.grow(f, have, size)
	}
	f.buf = (*f.pooled)[:size:size]
	r.trust = max(r.trust, size)
	return f, nil
}

// grow doubles the memory of a frame, up to its size.
func (r *frameReader) grow(f *frame, have, size int) {
	larger := getBuffer(min(size, 2*have))
	copy(*larger, (*f.pooled)[:have])
	r.memory.used.Add(int64(len(*larger)) - f.counted)
	f.counted = int64(len(*larger))
	putBuffer(f.pooled)
	f.pooled = larger
}

// takeTurn waits for the right to exceed the limit.
func (r *frameReader) takeTurn(ctx context.Context) error {
	select {
	case <-r.memory.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fill reads all of b, in pieces each of which must come within stall, or, with a fixed deadline, within that.
func (r *frameReader) fill(b []byte, fixed bool) error {
	for len(b) > 0 {
		if !fixed {
			if err := r.conn.SetReadDeadline(time.Now().Add(r.stall)); err != nil {
				return err
			}
		}
		n, err := r.in.Read(b)
		b = b[n:]
		if err == io.EOF && len(b) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil && len(b) > 0 {
			return err
		}
	}
	return nil
}

// Buffers by power of two, from minBuffer up to 2^bufferClasses times that; larger ones are not kept.
const (
	minBuffer     = 4 << 10
	bufferClasses = 13
)

var buffers [bufferClasses]sync.Pool

func bufferClass(n int) int {
	class := 0
	for minBuffer<<class < n {
		class++
	}
	return class
}

// getBuffer returns a buffer of at least n bytes.
func getBuffer(n int) *[]byte {
	class := bufferClass(n)
	if class < bufferClasses {
		if b, ok := buffers[class].Get().(*[]byte); ok {
			return b
		}
		n = minBuffer << class
	}
	b := make([]byte, n)
	return &b
}

func putBuffer(b *[]byte) {
	if class := bufferClass(len(*b)); class < bufferClasses {
		buffers[class].Put(b)
	}
}
