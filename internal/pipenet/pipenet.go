// Package pipenet connects clients and servers of one process by pipes, so that no
// port is taken.
package pipenet

import (
	"context"
	"net"
	"sync"
)

// Listener is a net.Listener whose connections come from Dial.
type Listener struct {
	dialed chan net.Conn
	closed chan struct{}
	once   sync.Once
	addr   string
}

// Listen makes a listener. The address is only told, in Addr.
func Listen(addr string) *Listener {
	return &Listener{dialed: make(chan net.Conn), closed: make(chan struct{}), addr: addr}
}

// Dial connects to the listener, whatever the network and the address. It waits
// until the connection is accepted; the caller closes it.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.dialed <- there:
		return here, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for a Dial.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.dialed:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial. It may be called more than once.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is none that could be dialled.
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Name: l.addr, Net: "pipe"} }
