package broker

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// deadlines of connections.
type deadlines struct {
	idle   time.Duration // without a request
	frame  time.Duration // for a piece of a frame that has begun
	write  time.Duration // for a piece of an answer, of a peer that does not take it
	detach time.Duration // before the rest of an answer is copied out of the log's memory

	handshake time.Duration // of TLS
	greeting  time.Duration // without a request, of a peer that has to authenticate
	denied    time.Duration // before a wrong password is answered
}

var defaultDeadlines = deadlines{
	idle: 10 * time.Minute, frame: 30 * time.Second, write: time.Minute, detach: 250 * time.Millisecond,
	handshake: 10 * time.Second, greeting: 30 * time.Second, denied: 100 * time.Millisecond,
}

const (
	maxPipelined = 32
	maxKeptOut   = 64 << 10 // of the buffer that answers are encoded into
)

// conn is a connection, with two goroutines: the reader decodes requests and begins pipelined ones, the worker runs the others
// and answers all. See docs/design/kafka-broker.md.
type conn struct {
	broker *Broker
	net    net.Conn
	self   endpoint // what the client was told to connect to
	logger *slog.Logger
	queue  chan *call // to the worker, in the order of arrival
	peer   identity

	unanswered atomic.Int32 // calls that were queued and not answered yet

	software, softwareVersion string // of the client, as it says; the worker's

	// The reader's.
	frames frameReader
	last   *call // the last ordinary call: nothing begins before it is answered

	// The worker's.
	out    []byte
	bufs   [][]byte
	chunks []*log.Chunk // free; they remember where they have read
}

// serveConn serves a connection, which it closes, until the peer goes, breaks the protocol, or ctx ends.
func (b *Broker) serveConn(ctx context.Context, raw net.Conn, self endpoint) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	nc, principal, err := b.shakeHands(ctx, raw)
	if err != nil {
		b.logger.Debug("kafka connection ended", "peer", raw.RemoteAddr().String(), "err", err)
		raw.Close()
		return
	}
	c := &conn{
		broker: b, net: nc, self: self, logger: b.logger.With("peer", nc.RemoteAddr().String()),
		queue:  make(chan *call, maxPipelined),
		frames: frameReader{conn: nc, in: bufio.NewReaderSize(nc, 4<<10), memory: b.frames, stall: b.deadlines.frame},
	}
	c.peer.Principal, c.peer.Host = principal, hostOf(raw.RemoteAddr())
	worked := make(chan struct{})
	go func() { // Ends when the queue is closed, or by itself, which ends the reader.
		defer close(worked)
		cancel(c.guard(func() error { return c.work(ctx) }))
		for left := range c.queue {
			left.frame.release()
		}
	}()
	cancel(c.guard(func() error { return c.read(ctx) }))
	close(c.queue)
	<-worked
	nc.Close()
	c.report(context.Cause(ctx))
}

// guard turns a panic, which is a bug of ours, into the end of one connection.
func (c *conn) guard(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.logger.Error("kafka request failed", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return run()
}

// report tells why a connection has ended, if that is worth telling.
func (c *conn) report(err error) {
	switch {
	case errors.Is(err, errProtocol):
		c.logger.Warn("kafka connection ended", "err", err)
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, context.Canceled):
		c.logger.Debug("kafka connection ended", "err", err)
	}
}

// read is the reader: it returns why the connection ends.
func (c *conn) read(ctx context.Context) error {
	for {
		size, key, err := c.next()
		if err != nil {
			return err
		}
		api := c.broker.apis.find(key)
		switch {
		case api == nil:
			return fmt.Errorf("%w: API key %d is not served", errProtocol, key)
		case api.large && size > c.broker.opts.MaxFrameBytes, !api.large && size > maxPlainFrame:
			return fmt.Errorf("%w: a %s request of %d bytes", errProtocol, api.name, size)
		}
		if err := c.settled(ctx); err != nil {
			return err
		}
		if err := c.early(api, size); err != nil {
			return err
		}
		f, err := c.frames.read(ctx, size)
		if err != nil {
			return fmt.Errorf("reading a %s request of %d bytes: %w", api.name, size, err)
		}
		if err := c.take(ctx, f); err != nil {
			return err
		}
	}
}

// next waits for the next frame. A connection is idle when the peer owes a request, not when we owe an answer.
func (c *conn) next() (size int, key int16, err error) {
	for {
		patience := c.broker.deadlines.idle
		if c.unauthenticated() {
			patience = c.broker.deadlines.greeting
		}
		size, key, err = c.frames.peek(time.Now().Add(patience))
		if !errors.Is(err, os.ErrDeadlineExceeded) || c.unanswered.Load() == 0 {
			return size, key, err
		}
	}
}

// settled waits until the last ordinary call is answered.
func (c *conn) settled(ctx context.Context) error {
	if c.last == nil {
		return nil
	}
	select {
	case <-c.last.finished:
		c.last = nil
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take decodes a frame, begins its call if it is a pipelined one, and queues it for the worker. It owns the frame.
func (c *conn) take(ctx context.Context, f *frame) error {
	owned := true
	defer func() {
		if owned {
			f.release()
		}
	}()
	call, err := c.broker.apis.decode(f)
	if err != nil {
		return err
	}
	call.conn = c
	if call.api.pipelined {
		c.broker.begin(ctx, call)
		call.frame = nil
	} else {
		c.last, owned = call, false
	}
	c.unanswered.Add(1)
	select {
	case c.queue <- call:
		return nil
	case <-ctx.Done():
		owned = true
		return context.Cause(ctx)
	}
}

// work is the worker: it answers the calls of the queue in order, and returns why the connection ends.
func (c *conn) work(ctx context.Context) error {
	for call := range c.queue {
		if err := c.answer(ctx, call); err != nil {
			return fmt.Errorf("%s: %w", call.api.name, err)
		}
	}
	return nil
}

func (c *conn) answer(ctx context.Context, call *call) error {
	defer call.frame.release()
	if !call.begun {
		c.broker.begin(ctx, call)
	}
	resp, err := call.end(ctx)
	if err == nil && resp != nil {
		err = c.send(call, resp)
	}
	if err == nil {
		err = call.hangUp
	}
	if err == nil {
		c.unanswered.Add(-1)
		close(call.finished)
	}
	return err
}

// send writes an answer.
func (c *conn) send(call *call, resp kmsg.Response) error {
	out := call.appendHead(c.out[:0], resp)
	v, isVector := resp.(vectored)
	bufs := c.bufs[:0]
	if isVector {
		bufs = v.appendVector(out, bufs)
	} else {
		out = resp.AppendTo(out)
		bufs = append(bufs, out)
	}
	size := remaining(bufs) - frameHeadBytes
	if size > math.MaxInt32 {
		return fmt.Errorf("an answer of %d bytes", size)
	}
	binary.BigEndian.PutUint32(bufs[0], uint32(size))
	if !isVector && cap(out) <= maxKeptOut {
		c.out = out
	}
	err := c.write(bufs, v)
	clear(bufs)
	c.bufs = bufs
	return err
}

// maxKeptChunks bounds the chunks that a connection keeps for its next Fetch.
const maxKeptChunks = 64

// takeChunk returns a chunk: that which was given back first, since clients mostly ask for the same partitions in the same order.
func (c *conn) takeChunk() *log.Chunk {
	if len(c.chunks) == 0 {
		return &log.Chunk{}
	}
	chunk := c.chunks[0]
	c.chunks = c.chunks[:copy(c.chunks, c.chunks[1:])]
	return chunk
}

func (c *conn) giveChunk(chunk *log.Chunk) {
	chunk.Release()
	if len(c.chunks) < maxKeptChunks {
		c.chunks = append(c.chunks, chunk)
	}
}

// write writes buffers. If the peer is slow to take what belongs to the log, the rest is copied and the log's memory given back.
func (c *conn) write(bufs net.Buffers, v vectored) error {
	if v == nil {
		return c.writeAll(bufs)
	}
	defer v.release()
	if _, encrypted := c.net.(*tls.Conn); !encrypted { // which cannot go on after a deadline
		if err := c.net.SetWriteDeadline(time.Now().Add(c.broker.deadlines.detach)); err != nil {
			return err
		}
		if _, err := bufs.WriteTo(c.net); !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	rest := make([]byte, 0, remaining(bufs))
	for _, b := range bufs {
		rest = append(rest, b...)
	}
	v.detach()
	c.broker.detached.Add(1)
	return c.writeAll(net.Buffers{rest})
}

// writePiece is what a peer must take within deadlines.write.
const writePiece = 64 << 10

func (c *conn) writeAll(bufs net.Buffers) error {
	for _, b := range bufs {
		for len(b) > 0 {
			if err := c.net.SetWriteDeadline(time.Now().Add(c.broker.deadlines.write)); err != nil {
				return err
			}
			n, err := c.net.Write(b[:min(len(b), writePiece)])
			if err != nil {
				return err
			}
			b = b[n:]
		}
	}
	return nil
}

func remaining(bufs net.Buffers) int {
	n := 0
	for _, b := range bufs {
		n += len(b)
	}
	return n
}
