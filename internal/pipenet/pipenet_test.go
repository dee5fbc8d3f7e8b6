package pipenet

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
)

func TestDial(t *testing.T) {
	l := Listen("here")
	served := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, err = io.WriteString(c, "hello")
			err = errors.Join(err, c.Close())
		}
		served <- err
	}()
	c, err := l.Dial(t.Context(), "tcp", "anywhere:1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestNobodyWaitsForever(t *testing.T) {
	l := Listen("here")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Dial(gone, "", ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := l.Dial(t.Context(), "", ""); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
