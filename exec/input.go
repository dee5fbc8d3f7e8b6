package exec

import (
	"errors"
	"fmt"
	"sort"
	"sync/atomic"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/types"
)

// input reads one partition of a topic for a task and decodes it into batches of
// its source. A batch is handed on in one or several rounds.
type input struct {
	leaf      *leaf
	task      *task
	topic     string
	partition int32
	group     string
	table     bool
	upstream  *stage // The stage that writes the topic; nil when others do.
	source    *source
	feed      *feed

	// Shared with those who watch and control the task.
	pos     atomic.Int64 // The first offset that was not handed on yet.
	durable atomic.Int64 // What pos was at the last commit that is durable.
	limit   atomic.Int64 // Offsets from here on are not to be read.
	waiting atomic.Bool  // The log has been asked to wake the task.

	first     int64 // Where a push query begins.
	chunk     log.Chunk
	records   log.Records // The last stretch decoded from chunk.
	next      int64       // The offset behind records.
	cur       int         // The first row of source.good that was not handed on.
	from      int         // The first row of the round.
	dry       bool        // There was nothing to read at the start of the round.
	committed int64
	purged    int64 // Records below need no longer be deleted.
	cancel    func()
}

// readBytes is how much is read at once.
const readBytes = 1 << 20

// start puts the input at the offset.
func (in *input) start(offset int64) {
	in.next, in.committed, in.purged = offset, offset, offset
	in.durable.Store(offset)
	in.pos.Store(offset)
}

// ready tells whether there are rows to hand on.
func (in *input) ready() bool { return in.cur < len(in.source.good) }

// time is the row time of the next row.
func (in *input) time() int64 { return in.source.batch.Time[in.source.good[in.cur]] }

// load reads and decodes until there are rows, or nothing more to read.
// It tells whether the position has moved.
func (in *input) load() (moved bool, err error) {
	for !in.ready() {
		if in.next >= in.limit.Load() {
			return moved, nil
		}
		if in.next >= in.chunk.Next || in.chunk.Empty() {
			if err := in.read(); err != nil {
				return moved, err
			}
			if in.chunk.Empty() {
				if in.chunk.Next > in.next { // The rest was compacted away.
					in.next, moved = min(in.chunk.Next, in.limit.Load()), true
					in.pos.Store(in.next)
				}
				return moved, nil
			}
		}
		if err := in.decode(); err != nil {
			return moved, err
		}
		moved = true
	}
	return moved, nil
}

// read gets the next chunk. Records that were deleted before they were read are
// skipped.
func (in *input) read() error {
	l := in.task.rt.opts.Log
	err := l.Read(in.topic, in.partition, in.next, readBytes, &in.chunk)
	var gone *log.OffsetRangeError
	if errors.As(err, &gone) && in.next < gone.Start {
		in.task.rt.opts.Logger.Warn("records were deleted before they were processed", "query", in.task.query.plan.ID,
			"topic", in.topic, "partition", in.partition, "from", in.next, "to", gone.Start)
		in.next = gone.Start
		err = l.Read(in.topic, in.partition, in.next, readBytes, &in.chunk)
	}
	if err != nil {
		return fmt.Errorf("read %s-%d: %w", in.topic, in.partition, err)
	}
	return nil
}

// decode makes a batch of the next records of the chunk.
func (in *input) decode() error {
	r := &in.records
	next, err := in.chunk.Decode(r, in.next, in.task.roundRows())
	if err != nil {
		return err
	}
	if limit := in.limit.Load(); next > limit {
		r.N = sort.Search(r.N, func(i int) bool { return r.Offset[i] >= limit })
		next = limit
	}
	in.next = next
	if err := in.source.load(r); err != nil {
		return fmt.Errorf("decode %s-%d: %w", in.topic, in.partition, err)
	}
	in.cur = 0
	if in.upstream == nil {
		in.task.count.rowsIn.Add(int64(r.N))
	}
	in.advance()
	return nil
}

// roundRows is how many rows each input decodes at once. A task with very many
// inputs, as push queries over wide topics have them, takes fewer of each.
func (t *task) roundRows() int {
	const full = 4
	rows := t.rt.opts.batchRows
	if n := len(t.inputs); n > full {
		rows = min(rows, max(64, rows*full/n))
	}
	return rows
}

// advance makes known that the rows before cur were handed on.
func (in *input) advance() {
	good := in.source.good
	if in.cur < len(good) {
		in.pos.Store(in.records.Offset[good[in.cur]])
		in.source.reportBad(good[in.cur])
		return
	}
	in.pos.Store(in.next)
	in.source.reportBad(types.BatchRows)
}

// done tells whether the input was consumed as far as it may and can be.
func (in *input) done() bool {
	pos := in.pos.Load()
	if pos >= in.limit.Load() {
		return true
	}
	end, err := in.task.rt.opts.Log.EndOffset(in.topic, in.partition)
	return err == nil && pos >= end
}

// await asks the log to wake the task when there is more to read.
func (in *input) await() {
	if in.next >= in.limit.Load() || in.waiting.Swap(true) {
		return
	}
	in.cancel = in.task.rt.opts.Log.Notify(in.topic, in.partition, in.next, in.awake)
}

func (in *input) awake() {
	in.waiting.Store(false)
	in.task.wake()
}

// letGo gives the memory of the log back, if all rows were handed on.
func (in *input) letGo() {
	if !in.ready() {
		in.chunk.Release()
	}
}

// close ends the input.
func (in *input) close() {
	if in.cancel != nil {
		in.cancel()
		in.cancel = nil
	}
	in.waiting.Store(false)
	in.chunk.Release()
}

// release drops the decoded columns.
func (in *input) release() {
	if in.ready() {
		return // Paused in the middle of a batch.
	}
	in.chunk.Release()
	in.records = log.Records{}
	in.source.release()
	in.cur = 0
}
