package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/leatdb/leat/kafka/groups"
	"github.com/leatdb/leat/log"
)

// Options of a broker. The zero value of each field means what its comment names.
type Options struct {
	Advertise     string // host:port that clients are told to connect to: the address of the listener
	ClusterID     string // "leat"
	NoAutoCreate  bool   // topics are made by CreateTopics only, not by Metadata requests that ask for it
	NumPartitions int    // of topics whose creator does not say: 1
	MaxConns      int    // connections at a time: 4096
	MaxFrameBytes int    // size of a Produce request: 100 MiB
	FrameMemory   int64  // of all large requests that are being read: 256 MiB
	MaxFetchBytes int    // size of the records in a Fetch answer: 16 MiB
	FetchMemory   int64  // of all Fetch answers that are being written: 128 MiB
	Groups        groups.Options
	Security      Security
	Logger        *slog.Logger // no diagnostics

	// StrictReplication refuses topics with a replication factor above 1, as a Kafka of one broker does. Otherwise it is
	// taken for 1, since many programs ask for 3 out of habit.
	StrictReplication bool
}

func (o *Options) setDefaults() {
	defaultTo(&o.ClusterID, "leat")
	defaultTo(&o.NumPartitions, 1)
	defaultTo(&o.MaxConns, 4096)
	defaultTo(&o.MaxFrameBytes, 100<<20)
	defaultTo(&o.FrameMemory, 256<<20)
	defaultTo(&o.MaxFetchBytes, 16<<20)
	defaultTo(&o.FetchMemory, 128<<20)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

func defaultTo[T comparable](field *T, value T) {
	if *field == *new(T) {
		*field = value
	}
}

// nodeID is the id of the only broker there is.
const nodeID = 1

// Broker answers Kafka's clients for one log, which it does not own. It may serve several listeners.
type Broker struct {
	log    *log.Log
	opts   Options
	logger *slog.Logger

	apis        apiTable
	deadlines   deadlines
	topics      topicNames
	groups      *groups.Coordinator
	rules       *acls.Authorizer // nil: everybody may do everything
	sessions    fetchSessions
	frames      *frameMemory
	fetchMemory budget
	conns       atomic.Int64 // see Stats
	parked      atomic.Int64
	detached    atomic.Int64
}

// New makes a broker for a log, to be closed before the log. It answers once Serve is called.
func New(l *log.Log, o Options) (*Broker, error) {
	o.setDefaults()
	if o.Advertise != "" {
		if _, err := parseEndpoint(o.Advertise); err != nil {
			return nil, fmt.Errorf("the advertised address: %w", err)
		}
	}
	if err := o.Security.check(); err != nil {
		return nil, err
	}
	var rules *acls.Authorizer
	if o.Security.Authorize {
		var err error
		if rules, err = acls.Open(l, o.Security.Rules); err != nil {
			return nil, err
		}
	}
	o.Groups.Logger = o.Logger
	return &Broker{
		log: l, rules: rules, groups: groups.New(l, o.Groups), opts: o, logger: o.Logger, apis: served(), deadlines: defaultDeadlines,
		frames: newFrameMemory(o.FrameMemory), fetchMemory: budget{limit: o.FetchMemory},
	}, nil
}

// Serve makes a broker and serves clients on a listener, which it closes, until ctx ends. It returns nil then.
func Serve(ctx context.Context, l *log.Log, listener net.Listener, o Options) error {
	b, err := New(l, o)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return errors.Join(b.Serve(ctx, listener), b.Close())
}

// Stats are counters of a broker.
type Stats struct {
	Conns      int64 // open connections
	Parked     int64 // Fetches that wait for records
	Detached   int64 // answers that were copied because the peer was slow, since the start
	FrameBytes int64 // memory of large requests that are being read or handled
	FetchBytes int64 // records in answers that are being written
}

// Stats returns the counters at this moment.
func (b *Broker) Stats() Stats {
	return Stats{
		Conns: b.conns.Load(), Parked: b.parked.Load(), Detached: b.detached.Load(),
		FrameBytes: b.frames.used.Load(), FetchBytes: b.fetchMemory.used.Load(),
	}
}

// Close frees what the broker holds. Every Serve must have returned.
func (b *Broker) Close() error { return b.groups.Close() }

// Serve serves clients on a listener, which it closes, until ctx ends, and returns nil then. Requests that wait are given up,
// and when it returns nobody uses the log any more.
func (b *Broker) Serve(ctx context.Context, listener net.Listener) error {
	self, err := b.endpoint(listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	var conns sync.WaitGroup
	defer conns.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	for {
		c, err := accept(ctx, listener)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if b.conns.Add(1) > int64(b.opts.MaxConns) {
			b.conns.Add(-1)
			b.logger.Warn("kafka connection refused", "peer", c.RemoteAddr(), "limit", b.opts.MaxConns)
			c.Close()
			continue
		}
		conns.Go(func() { // Ends with the connection or ctx.
			defer b.conns.Add(-1)
			b.serveConn(ctx, c, self)
		})
	}
}

// accept is listener.Accept that goes on when the process is short of files or memory for the moment.
func accept(ctx context.Context, listener net.Listener) (net.Conn, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		c, err := listener.Accept()
		var passing interface{ Temporary() bool }
		if err == nil || !errors.As(err, &passing) || !passing.Temporary() {
			return c, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// endpoint is an address that clients connect to.
type endpoint struct {
	host string
	port int32
}

func parseEndpoint(addr string) (endpoint, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return endpoint{}, fmt.Errorf("expected host:port: %w", err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || host == "" {
		return endpoint{}, fmt.Errorf("expected host:port, not %q", addr)
	}
	return endpoint{host, int32(n)}, nil
}

// endpoint is what clients of a listener are told to connect to. A listener on all addresses is at localhost for whoever can
// not be told better.
func (b *Broker) endpoint(listener net.Listener) (endpoint, error) {
	addr := b.opts.Advertise
	if addr == "" {
		addr = listener.Addr().String()
		if tcp, ok := listener.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
			addr = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
		}
	}
	return parseEndpoint(addr)
}
