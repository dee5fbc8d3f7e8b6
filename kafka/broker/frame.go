package broker

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/internal/bufpool"
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

	maxPlainFrame = 4 << 20 // size of requests that are not large

	smallFrame = 64 << 10 // up to here frames do not count as memory
)

// errProtocol says that the peer does not keep to the protocol.
var errProtocol = errors.New("protocol error")

// budget is memory that is shared by all connections and may be short.
type budget struct {
	limit int64
	used  atomic.Int64
}

// take takes up to n bytes, maybe none.
func (m *budget) take(n int64) int64 {
	for {
		used := m.used.Load()
		got := max(min(n, m.limit-used), 0)
		if m.used.CompareAndSwap(used, used+got) {
			return got
		}
	}
}

// takeAll takes n bytes or none.
func (m *budget) takeAll(n int64) bool {
	got := m.take(n)
	if got < n {
		m.give(got)
	}
	return got == n
}

func (m *budget) give(n int64) { m.used.Add(-n) }

// frame is the memory of a request.
type frame struct {
	buf     []byte // payload
	pooled  *[]byte
	counted int64
	memory  *frameMemory
}

// release gives the memory back; the frame must not be used any more. A nil frame has none.
func (f *frame) release() {
	if f == nil || f.memory == nil {
		return
	}
	f.memory.used.Add(-f.counted)
	buffers.Put(f.pooled)
	*f = frame{}
}

// frameMemory bounds the memory of all large frames that are being read or handled.
//
// Counting what frames claim would let three peers that claim 100 MiB each and send nothing lock out all others. Counting
// what has arrived and stopping everybody at the limit would leave many frames half read, with nobody to give memory back. So
// the memory behind what has arrived is counted, and above the limit one frame after the other gets more, for which it must come
// quickly.
type frameMemory struct {
	budget
	turn chan struct{} // holds a token: the right to exceed the limit
}

func newFrameMemory(limit int64) *frameMemory {
	m := &frameMemory{budget: budget{limit: limit}, turn: make(chan struct{}, 1)}
	m.turn <- struct{}{}
	return m
}

// A frame that exceeds the limit must come at this rate, in bytes a second, with so much delay of each piece.
const (
	overdraftRate  = 4 << 20
	overdraftDelay = time.Second
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
func (r *frameReader) read(ctx context.Context, size int) (*frame, error) {
	if _, err := r.in.Discard(frameHeadBytes); err != nil {
		return nil, err
	}
	f := &frame{memory: r.memory}
	if err := r.readInto(ctx, f, size); err != nil {
		f.release()
		return nil, err
	}
	f.buf = (*f.pooled)[:size:size]
	r.trust = max(r.trust, size)
	return f, nil
}

func (r *frameReader) readInto(ctx context.Context, f *frame, size int) error {
	first := min(size, smallFrame)
	if size > first && size <= r.trust && r.memory.takeAll(int64(size)) {
		first, f.counted = size, int64(size)
	}
	f.pooled = buffers.Get(first)
	stall := r.stall
	turn := false
	defer func() {
		if turn {
			r.memory.turn <- struct{}{}
		}
	}()
	for have := 0; ; {
		part := (*f.pooled)[have:min(size, len(*f.pooled))]
		if err := r.fill(part, stall); err != nil {
			return err
		}
		if have += len(part); have == size {
			return nil
		}
		next := min(size, 2*have)
		if !turn && r.memory.used.Load()+int64(next) > r.memory.limit {
			if err := r.takeTurn(ctx); err != nil {
				return err
			}
			turn, stall = true, overdraftDelay+time.Duration(next)*time.Second/overdraftRate
		}
		r.grow(f, have, next)
	}
}

// grow gives a frame more memory.
func (r *frameReader) grow(f *frame, have, size int) {
	larger := buffers.Get(size)
	copy(*larger, (*f.pooled)[:have])
	r.memory.used.Add(int64(size) - f.counted)
	f.counted = int64(size)
	buffers.Put(f.pooled)
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

// fill reads all of b, some of which must come every so often.
func (r *frameReader) fill(b []byte, stall time.Duration) error {
	for len(b) > 0 {
		if err := r.conn.SetReadDeadline(time.Now().Add(stall)); err != nil {
			return err
		}
		n, err := r.in.Read(b)
		b = b[n:]
		if len(b) == 0 {
			break
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buffers are those of frames: 4 KiB to 16 MiB.
var buffers = bufpool.New(4<<10, 13)
