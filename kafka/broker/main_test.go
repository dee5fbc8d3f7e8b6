package broker

import (
	"context"
	"net"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testBroker is a broker on a loopback listener over a log in memory.
type testBroker struct {
	*Broker
	t    testing.TB
	addr string
	fs   vfs.FS
	stop func()
}

// startBroker starts a broker, which ends with the test.
func startBroker(t testing.TB, o Options) *testBroker {
	t.Helper()
	b := &testBroker{t: t, fs: vfs.NewMem()}
	b.start(o)
	return b
}

func (b *testBroker) start(o Options) {
	b.t.Helper()
	l, err := log.Open("data", log.Options{FS: b.fs, MaintenanceInterval: -1})
	if err != nil {
		b.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	if b.Broker, err = New(l, o); err != nil {
		b.t.Fatal(err)
	}
	b.addr = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- b.Serve(ctx, listener) }()
	stopped := false
	b.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-served; err != nil {
			b.t.Error(err)
		}
		if err := b.Close(); err != nil {
			b.t.Error(err)
		}
		if err := l.Close(); err != nil {
			b.t.Error(err)
		}
	}
	b.t.Cleanup(func() { b.stop() })
}

// client makes a franz-go client, which ends with the test.
func (b *testBroker) client(opts ...kgo.Opt) *kgo.Client {
	b.t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(b.addr)}, opts...)...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(cl.Close)
	return cl
}
