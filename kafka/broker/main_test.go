package broker

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(m)
}

// testBroker is a broker on a loopback listener over a log in memory.
type testBroker struct {
	*Broker
	t     testing.TB
	addr  string
	fs    *vfs.Mem
	tune  func(*Broker)            // before it serves
	equip func(*log.Log, *Options) // with what lives in the log
	stop  func()

	failing bool // the storage is, and its Close too
}

// bugCatcher is where a broker reports panics, which fail the test.
type bugCatcher struct {
	slog.Handler
	t testing.TB
}

func (h bugCatcher) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError
}

func (h bugCatcher) WithAttrs([]slog.Attr) slog.Handler { return h }

func (h bugCatcher) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		h.t.Errorf("%s: %s", r.Message, a)
		return true
	})
	return nil
}

// startBroker starts a broker, which ends with the test.
func startBroker(t testing.TB, o Options) *testBroker {
	t.Helper()
	return startTuned(t, o, nil)
}

// startTuned is startBroker with a change to the broker before it serves.
func startTuned(t testing.TB, o Options, tune func(*Broker)) *testBroker {
	t.Helper()
	b := &testBroker{t: t, fs: vfs.NewMem(), tune: tune}
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
	o.Logger = slog.New(bugCatcher{t: b.t})
	if b.equip != nil {
		b.equip(l, &o)
	}
	if b.Broker, err = New(l, o); err != nil {
		b.t.Fatal(err)
	}
	if b.tune != nil {
		b.tune(b.Broker)
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
		if err := l.Close(); err != nil && !b.failing {
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
