package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Fetch: 4-17.
//
//   - 4: isolation levels; with read_committed the answer ends at the last stable offset and lists the aborted transactions, by first
//     offset. Batches are as they were produced, so the first may begin below the offset asked for.
//   - The limits of bytes are for batches after the first: an answer that could have records has at least one batch.
//   - Waits until there are min bytes, but not with an error in any partition.
//   - 5: the start of the partition. 7: sessions, see fetch_session.go. 9: the client's leader epoch is checked.
//   - 12: the epoch of the client's last record is checked against the history; if they differ the answer says where.
//   - 13: topics by id only.
//   - Follower fetching, racks and snapshots are for clusters and ignored.
func (b *Broker) fetch(ctx context.Context, c *call, req *kmsg.FetchRequest) (kmsg.Response, error) {
	s, wants, err := b.sessions.open(b, req)
	if err != nil {
		return newFetchAnswer(req.Version, codeOf(err), 0), nil
	}
	defer s.leave()
	f := newFetcher(b, c, req)
	f.readAll(wants)
	if !f.enough() && req.MaxWaitMillis > 0 {
		if err := f.wait(ctx, time.Duration(req.MaxWaitMillis)*time.Millisecond); err != nil {
			f.release()
			return nil, err
		}
	}
	a := newFetchAnswer(req.Version, 0, s.idOrNone())
	a.fetcher = f
	s.note(f)
	return a, nil
}

// wanted is a partition that a client reads, as it asked for it.
type wanted struct {
	topic     string
	id        [16]byte
	partition int32
	maxBytes  int32
	offset    int64
	epoch     int32 // the leader epoch that the client takes for the present one, -1 if it does not say
	lastEpoch int32 // the leader epoch of the last record it has, likewise
}

// reading is what was found in a wanted partition.
type reading struct {
	wanted
	code                int16
	start, stable, high int64
	diverged            bool
	divergedEpoch       int32
	divergedEnd         int64

	chunk  *log.Chunk // nil: no records
	bytes  int        // of the records, also when they were let go
	end    int64      // where reading stops for now
	stale  bool       // to be read again
	silent bool       // left out of the answer: the session has told it before
}

// mark takes down the offsets of the partition, as they were when it was read.
func (r *reading) mark(i log.Isolation, m log.Watermarks) {
	r.start, r.stable, r.high, r.end = m.Start, m.Stable, m.High, m.High
	if i == log.ReadCommitted {
		r.end = m.Stable
	}
}

// fetcher reads the partitions of one Fetch.
type fetcher struct {
	b         *Broker
	call      *call
	conn      *conn
	isolation log.Isolation
	byID      bool
	minBytes  int
	maxBytes  int
	granted   int64 // of Broker.fetchMemory
	reads     []reading
	bytes     int  // of all reads
	urgent    bool // an error or a divergence is to be told, or there is more than fits
}

func newFetcher(b *Broker, c *call, req *kmsg.FetchRequest) *fetcher {
	f := &fetcher{b: b, call: c, conn: c.conn, isolation: log.ReadUncommitted, byID: req.Version >= 13, minBytes: int(req.MinBytes)}
	if req.IsolationLevel == 1 {
		f.isolation = log.ReadCommitted
	}
	f.maxBytes = min(max(int(req.MaxBytes), 0), b.opts.MaxFetchBytes)
	f.minBytes = min(f.minBytes, f.maxBytes) // more would never be answered
	return f
}

// enough says that there is no reason to wait.
func (f *fetcher) enough() bool { return f.urgent || f.bytes >= f.minBytes || len(f.reads) == 0 }

// readAll reads partitions in the order given, as far as the limits go.
func (f *fetcher) readAll(wants []wanted) {
	f.reads = make([]reading, len(wants))
	for i := range wants {
		f.reads[i] = reading{wanted: wants[i], stale: true}
	}
	f.readStale()
}

// readStale reads the partitions that have not been read, or whose records were let go.
func (f *fetcher) readStale() {
	f.granted += f.b.fetchMemory.take(int64(f.maxBytes) - f.granted)
	var names topicCursor
	for i := range f.reads {
		r := &f.reads[i]
		if !r.stale {
			continue
		}
		f.bytes -= r.bytes
		*r = reading{wanted: r.wanted, start: -1, stable: -1, high: -1}
		if err := f.read(r, &names); err != nil {
			r.code, r.start, r.stable, r.high = codeOf(err), -1, -1, -1
		}
		f.bytes += r.bytes
		f.urgent = f.urgent || r.code != 0 || r.diverged
	}
	if keep := int64(f.bytes); keep < f.granted {
		f.b.fetchMemory.give(f.granted - keep)
		f.granted = keep
	}
}

// read reads one partition.
func (f *fetcher) read(r *reading, names *topicCursor) error {
	if f.byID {
		name, err := names.find(f.b, r.id)
		if err != nil {
			return err
		}
		r.topic = name
	}
	if err := f.call.mayTopic(kmsg.ACLOperationRead, r.topic); err != nil {
		return err
	}
	l := f.b.log
	marks, err := l.Watermarks(r.topic, r.partition)
	if err != nil {
		return err
	}
	if err := l.CheckLeaderEpoch(r.epoch); err != nil {
		return err
	}
	if r.lastEpoch >= 0 {
		if err := f.compareHistory(r); err != nil {
			return err
		}
	}
	r.mark(f.isolation, marks)
	if r.diverged {
		return nil
	}
	return f.readRecords(r)
}

// compareHistory looks whether the last record that the client has is in the log.
func (f *fetcher) compareHistory(r *reading) error {
	epoch, end, err := f.b.log.EpochEnd(r.topic, r.partition, r.lastEpoch)
	if err != nil {
		return err
	}
	if epoch < 0 {
		return fmt.Errorf("%w: nothing is known of leader epoch %d", kerr.OffsetOutOfRange, r.lastEpoch)
	}
	if epoch < r.lastEpoch || end < r.offset {
		r.diverged, r.divergedEpoch, r.divergedEnd = true, epoch, end
	}
	return nil
}

// readRecords reads the records of a partition that is in order. The first that has any gives at least one batch.
func (f *fetcher) readRecords(r *reading) error {
	room := min(int(f.granted), f.maxBytes) - f.bytes
	inside := r.start <= r.offset && r.offset <= r.high
	if inside && room <= 0 && f.bytes > 0 {
		f.urgent = f.urgent || r.offset < r.end
		return nil
	}
	c := f.conn.takeChunk()
	if err := f.b.log.Fetch(r.topic, r.partition, r.offset, max(min(room, int(r.maxBytes)), 1), f.isolation, c); err != nil {
		f.conn.giveChunk(c)
		return err
	}
	r.mark(f.isolation, log.Watermarks{Start: c.LogStart, Stable: c.LastStable, High: c.HighWatermark})
	n := c.Bytes()
	if n == 0 || f.bytes > 0 && n > room {
		f.urgent = f.urgent || n > 0
		f.conn.giveChunk(c)
		return nil
	}
	r.chunk, r.bytes = c, n
	f.urgent = f.urgent || c.Next < r.end
	return nil
}

// letGo releases the records that were read; they are read again when they are needed.
func (f *fetcher) letGo() {
	for i := range f.reads {
		r := &f.reads[i]
		if r.chunk != nil {
			f.conn.giveChunk(r.chunk)
			r.chunk, r.stale = nil, true
		}
	}
	f.b.fetchMemory.give(f.granted)
	f.granted = 0
}

// detach gives the log's memory back, once the bytes are elsewhere.
func (f *fetcher) detach() {
	for i := range f.reads {
		if c := f.reads[i].chunk; c != nil {
			f.conn.giveChunk(c)
			f.reads[i].chunk = nil
		}
	}
}

func (f *fetcher) release() {
	f.detach()
	f.b.fetchMemory.give(f.granted)
	f.granted = 0
}

// topicCursor finds the names of topic ids that come in runs.
type topicCursor struct {
	known bool
	id    [16]byte
	name  string
	err   error
}

func (n *topicCursor) find(b *Broker, id [16]byte) (string, error) {
	if !n.known || n.id != id {
		t, err := b.topicByID(id)
		*n = topicCursor{true, id, t.Name, err}
	}
	return n.name, n.err
}
