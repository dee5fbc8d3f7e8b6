package log

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"strconv"
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
	SegmentBytes int64            // segment.bytes of topics that do not say: 128 MiB
	CacheBytes   int64            // bound of the memory for tails: 64 MiB
	Now          func() time.Time // time.Now
	Logger       *slog.Logger     // no diagnostics

	// Settings hold for topics that do not make them, by Kafka's names, see TopicSettings.
	Settings map[string]string

	// MaintenanceInterval is how often retention and compaction are looked after: 5 minutes. Negative: never, only by
	// ApplyRetention and Compact.
	MaintenanceInterval time.Duration

	MaxTransactionTimeout time.Duration // that a producer may ask for: 15 minutes
	TransactionalIDExpiry time.Duration // how long an idle transactional id is kept: 7 days
	ProducerExpiry        time.Duration // how long a partition remembers an idle producer: 1 day

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
	if o.MaxTransactionTimeout <= 0 {
		o.MaxTransactionTimeout = 15 * time.Minute
	}
	if o.TransactionalIDExpiry <= 0 {
		o.TransactionalIDExpiry = 7 * 24 * time.Hour
	}
	if o.ProducerExpiry <= 0 {
		o.ProducerExpiry = 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Log is an open log.
//
// The naive way is a file per partition: append the batch, sync the file, acknowledge. It costs a sync per active partition
// and commit, and a commit that touches several partitions is not atomic. So there is one write-ahead log for everything, and
// the partitions' files are written from memory afterwards. docs/design/log-layout.md has the measurements.
//
// The way of a group, by goroutine:
//
//	caller    plan      checks it and finds its partitions; Append checks what producers sent besides
//	          enqueue   under mu: what depends on the turn (sequences, transactions), LSN and offsets, a copy into the slab,
//	                    the queue
//	writer    takeRound everything queued, up to 8 MiB
//	          writeRound seals the records, one vectored write, one fdatasync
//	          publish   tails, high watermarks, group offsets, topics; then done and the waiters, in order
//	flusher   flush     tails to segments, sync, checkpoint; WAL files and slabs become free
//	deadline  aborts transactions whose time is over
//	maintain  retention and compaction, every few minutes
//
// What must hold:
//
//   - The order of LSNs is the order of sequencing, of writing, of publishing, and of the calls of done. What a partition's
//     offsets are follows from it, so a replay of the WAL gives every record the offset it had.
//   - Nothing is published before it is as durable as Options.Ack says. With fsync nobody ever reads what a power cut can
//     take back.
//   - A WAL record is valid or it is not: it has a checksum over everything, and carries LSN, generation and position, so that
//     neither old bytes of a recycled file nor copies are taken for one. Rounds never span files, and a file is synced before
//     the next is begun.
//   - The first record that does not fit is the end, unless a later one proves that it was durable: see walScan.
//   - After an end that was not a clean close the log goes on in a new file, since remains of a torn round might fit behind
//     what is written next.
//   - A checkpoint never says more than what is synced, and nothing it names is removed or overwritten before the next
//     checkpoint is durable.
//   - Producers and transactions are decided about under mu, in the order of LSNs, and shown to readers when published. A
//     checkpoint of what was decided waits until that is durable.
//   - Everything that fails in writing or syncing fails for good: what the kernel has dropped once it will not bring back.
//
// Locks, in the order they may be taken: compactMu, metaMu, flushMu, topicsMu, mu, partition.mu, and the rest, which are leaves.
// metaMu, a checkpoint and a full queue wait for the writer, which waits for nobody, and a full queue waits for the flusher; so
// nobody commits while holding flushMu.
//
// Tried and left: a timer to gather more for a round only lowers the throughput of those who wait for their commits. Taking any
// valid record behind the end for a proof of damage refuses logs that a power cut has torn, and going on in the same file
// after a crash brings lost records back behind new ones; the power-cut tests fail with either.
type Log struct {
	fs   vfs.FS
	dir  string
	opts Options
	lock io.Closer

	metaMu sync.Mutex // held through a change of topics, from check to durable

	defaults map[string]string // Options.Settings, complete with those that are options of their own
	policy   *policy           // of topics that make no settings

	topicsMu   sync.RWMutex
	topics     map[string]*topic
	byNumber   map[uint32]*topic
	byID       map[[16]byte]*topic
	lastNumber uint32

	offsets groupOffsets
	props   properties
	epoch   int32  // leader epoch, see beginEpoch; never changes after Open
	reach   *reach // during Open only

	// The sequencer's view of producers, guarded by mu, as is partition.producers.
	producers producerIDs
	txns      txns

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

// Dir is the directory that the log was opened in.
func (l *Log) Dir() string { return l.dir }

// Options are those the log was opened with, defaults filled in. Settings must not be changed.
func (l *Log) Options() Options { return l.opts }

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
		topics: map[string]*topic{}, byNumber: map[uint32]*topic{}, byID: map[[16]byte]*topic{},
		segments:    newSegmentFiles(o.FS, dir),
		writerDone:  make(chan struct{}),
		flushWanted: make(chan struct{}, 1),
		stop:        make(chan struct{}),
	}
	l.work.L, l.space.L = &l.mu, &l.mu
	if err := l.setDefaults(); err != nil {
		return nil, err
	}
	l.offsets.init()
	l.txns.init()
	if err := l.recover(); err != nil {
		l.abandon()
		return nil, err
	}
	go l.writeLoop()
	l.background.Go(l.flushLoop)
	l.background.Go(l.deadlineLoop)
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

// setDefaults takes over the settings that hold for all topics.
func (l *Log) setDefaults() error {
	l.defaults = map[string]string{"segment.bytes": strconv.FormatInt(l.opts.SegmentBytes, 10)}
	maps.Copy(l.defaults, l.opts.Settings)
	for _, name := range sortedKeys(l.defaults) {
		if err := checkSetting(name, l.defaults[name]); err != nil {
			return fmt.Errorf("log options: %w", err)
		}
	}
	l.policy = newPolicy(l.defaults)
	return nil
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
