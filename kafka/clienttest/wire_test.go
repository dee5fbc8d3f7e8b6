package clienttest

import (
	"context"
	"errors"
	"net"
	"sync"
)

// wire is the network of one client, which can be cut as if its machine had lost power.
type wire struct {
	mu    sync.Mutex
	conns []net.Conn
	isCut bool
}

var errCut = errors.New("the wire is cut")

// DialContext is what clients connect with.
func (w *wire) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isCut {
		c.Close()
		return nil, errCut
	}
	w.conns = append(w.conns, c)
	return c, nil
}

// Dial makes a wire a proxy.Dialer.
func (w *wire) Dial(network, addr string) (net.Conn, error) {
	return w.DialContext(context.Background(), network, addr)
}

// down says that the wire is cut.
func (w *wire) down() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.isCut
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = true
	for _, c := range w.conns {
		c.Close()
	}
}
