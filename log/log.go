package log

import (
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

// Ack says when a commit is acknowledged. The zero value is AckFsync.
type Ack struct {
	mode     ackMode
	interval time.Duration
}

type ackMode uint8

const (
	ackFsync ackMode = iota
	ackInterval
	ackOS
)

// AckFsync acknowledges what a power cut cannot take back. AckOS acknowledges what the operating system has: it survives
// the end of the process, and is on the disk when the system writes it there.
var (
	AckFsync = Ack{mode: ackFsync}
	AckOS    = Ack{mode: ackOS}
)

// AckInterval acknowledges what the operating system has and syncs at least every d: a power cut may take back what was
// acknowledged in the last d.
func AckInterval(d time.Duration) Ack { return Ack{mode: ackInterval, interval: d} }

func (a Ack) String() string {
	switch a.mode {
	case ackInterval:
		return "interval=" + a.interval.String()
	case ackOS:
		return "os"
	}
	return "fsync"
}

// Options of a log. The zero value of each field means what its comment names.
type Options struct {
	FS           vfs.FS           // vfs.OS
	Ack          Ack              // AckFsync
	WALFileBytes int64            // size of a WAL file: 64 MiB
	SegmentBytes int64            // size of a segment of topics that do not say: 128 MiB
	CacheBytes   int64            // bound of the memory for tails: 64 MiB
	Now          func() time.Time // time.Now
	Logger       *slog.Logger     // no diagnostics

	// MaintenanceInterval is how often retention and compaction are looked after: 5 minutes. Negative: never, only by
	// ApplyRetention and Compact.
	MaintenanceInterval time.Duration

	// AllowCorruption opens a log with damage in its WAL by cutting it there. What comes after the damage is lost.
	AllowCorruption bool
}

func (o *Options) setDefaults() {
	if o.FS == nil {
		o.FS = vfs.OS
	}
	if o.WALFileBytes <= 0 {
		o.WALFileBytes = 64 << 20
	}
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = 128 << 20
	}
	if o.CacheBytes <= 0 {
		o.CacheBytes = 64 << 20
	}
	if o.MaintenanceInterval == 0 {
		o.MaintenanceInterval = 5 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Log is an open log.
type Log struct {
	fs   vfs.FS
	dir  string
	opts Options
	lock io.Closer

	metaMu sync.Mutex // held through a change of topics, from check to durable

	topicsMu   sync.RWMutex
	topics     map[string]*topic
	byNumber   map[uint32]*topic
	lastNumber uint32

	offsets groupOffsets

	// The sequencer: everything between the callers and the writer goroutine.
	mu          sync.Mutex
	work        sync.Cond // the queue is not empty, a sync is due, or the log is closing
	space       sync.Cond // the queue got shorter, or the log failed or is closing
	queue       []*pending
	queuedBytes int
	lastLSN     LSN     // of the last sequenced group
	slab        *slab   // that records are encoded into
	slabs       []*slab // oldest first
	slabBytes   int64

	// Bytes of slabs taken since Open, and the part of them whose groups are finished, or flushed.
	sequencedBytes, finishedBytes, flushedBytes int64
	finishedLSN                                 LSN

	failure   error // wraps ErrStorageFailed
	closing   bool
	syncDue   bool
	syncTimer *time.Timer

	wal        wal
	durable    atomic.Uint64 // LSN of the last acknowledged group
	seen       atomic.Uint64 // LSN up to which groups are, or are just becoming, visible
	released   atomic.Uint64 // deltas below are not needed any more
	writerDone chan struct{}

	segments     *segmentFiles
	dirtyMu      sync.Mutex
	dirty        []*partition // have batches in their tail that no segment has
	doomedMu     sync.Mutex
	doomed       []*segment    // to be removed behind the next checkpoint, when nobody reads them
	doomedTopics []doomedTopic // likewise
	flushMu      sync.Mutex    // held through a flush and a checkpoint
	flusher      flusher
	closed       bool         // guarded by flushMu
	walAtFlush   atomic.Int64 // stats.walBytes at the start of the last flush
	flushWanted  chan struct{}
	compactMu    sync.Mutex    // held through a compaction; taken before flushMu
	stop         chan struct{} // closed by Close
	background   sync.WaitGroup

	stats counters
}

// full says that the queue is over its bound; the caller holds mu.
func (l *Log) full() bool {
	return l.queuedBytes > maxQueuedBytes || l.sequencedBytes-l.flushedBytes > l.opts.CacheBytes
}

// Open opens the log in a directory, and makes it if there is none. It recovers what was acknowledged, whatever ended the
// last process. The directory is locked until Close.
func Open(dir string, o Options) (*Log, error) {
	o.setDefaults()
	l := &Log{
		fs: o.FS, dir: dir, opts: o,
		topics: map[string]*topic{}, byNumber: map[uint32]*topic{},
		segments:    newSegmentFiles(o.FS, dir),
		writerDone:  make(chan struct{}),
		flushWanted: make(chan struct{}, 1),
		stop:        make(chan struct{}),
	}
	l.work.L, l.space.L = &l.mu, &l.mu
	l.offsets.init()
	if err := l.recover(); err != nil {
		l.abandon()
		return nil, err
	}
	go l.writeLoop()
	l.background.Go(l.flushLoop)
	if o.MaintenanceInterval > 0 {
		l.background.Go(l.maintainLoop)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full() {
		l.wantFlush() // the last process had more memory
	}
	return l, nil
}

// abandon frees what a failed Open has taken.
func (l *Log) abandon() {
	l.wal.close()
	if l.lock != nil {
		l.lock.Close()
	}
}

// Close waits until everything queued is durable, stops the goroutines, and frees files and lock. Nothing may be called
// after it; chunks that are still held stay readable until their Release.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closing {
		l.mu.Unlock()
		return ErrClosed
	}
	l.closing = true
	if l.syncTimer != nil {
		l.syncTimer.Stop()
	}
	l.work.Signal()
	l.space.Broadcast()
	l.mu.Unlock()
	close(l.stop)
	l.background.Wait()
	<-l.writerDone
	err := l.lastFlush()
	l.retireAll()
	for _, closing := range []func() error{l.segments.close, l.wal.close, l.lock.Close} {
		if cerr := closing(); err == nil {
			err = cerr
		}
	}
	l.dropSlabs()
	return err
}

// replayableBytes is how much WAL a closed log may leave to be replayed. A small database is so closed without touching its
// segments.
const replayableBytes = 4 << 20

// lastFlush flushes if there is much to replay, and ends flushing.
func (l *Log) lastFlush() error {
	l.flushMu.Lock()
	defer l.flushMu.Unlock()
	defer func() { l.closed = true }()
	if err := l.failed(); err != nil {
		return err
	}
	if l.stats.walBytes.Load()-l.walAtFlush.Load() < replayableBytes {
		return nil
	}
	return l.flush()
}
