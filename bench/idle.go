package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"time"

	"github.com/leatdb/leat"
)

// IdleOptions sizes the benchmark of idle queries.
type IdleOptions struct {
	Dir      string // Where to keep the data; it must exist.
	Queries  int
	Stretch  time.Duration // How long to watch the process do nothing.
	Progress func(format string, args ...any)
}

// Idle measures what persistent queries cost that have worked and have nothing
// to do any more: bytes of each, and CPU time of the process. The limit is the
// same engine, over the same stretch, without the queries.
func Idle(ctx context.Context, out io.Writer, o IdleOptions) (err error) {
	if o.Queries < 1 || o.Stretch <= 0 {
		return fmt.Errorf("%d queries over %s: both must be more than nothing", o.Queries, o.Stretch)
	}
	db, err := leat.Open(ctx, filepath.Join(o.Dir, "idle"), leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.Exec(ctx, `CREATE STREAM visits (id BIGINT KEY, page VARCHAR) WITH (KAFKA_TOPIC='visits', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO visits (id, page) VALUES (1, 'start'); INSERT INTO visits (id, page) VALUES (2, 'help');`); err != nil {
		return err
	}
	o.Progress("the engine without queries")
	limit := idleStretch(o.Stretch)
	before := heapBytes()
	for i := range o.Queries {
		if i%50 == 0 {
			o.Progress("starting query %d of %d", i, o.Queries)
		}
		if _, err := db.Exec(ctx, fmt.Sprintf("CREATE TABLE idle_%d AS SELECT page, COUNT(*) AS n FROM visits GROUP BY page EMIT CHANGES;", i)); err != nil {
			return err
		}
	}
	if err := db.Settle(ctx); err != nil {
		return err
	}
	o.Progress("the engine with %d idle queries", o.Queries)
	used := idleStretch(o.Stretch)
	each := (heapBytes() - before) / int64(o.Queries)
	fmt.Fprintf(out, "%d idle queries   %s bytes each\n", o.Queries, short(float64(each)))
	fmt.Fprintf(out, "CPU of the process over %s   %.2f ms/s   limit (no queries) %.2f ms/s\n", o.Stretch, perSecond(used), perSecond(limit))
	return nil
}

// idleStretch watches the process for a while, after it has come to rest and
// idle tasks have given back their memory.
func idleStretch(stretch time.Duration) usage {
	time.Sleep(idleAfter)
	rest()
	began, cpu := time.Now(), cpuTime()
	time.Sleep(stretch)
	return usage{wall: time.Since(began), cpu: cpuTime() - cpu}
}

// idleAfter is more than tasks, log and state put off: the memory of batches, and
// the flush of what was committed last.
const idleAfter = 8 * time.Second

// perSecond is milliseconds of CPU in a second.
func perSecond(u usage) float64 { return u.cpu.Seconds() / u.wall.Seconds() * 1000 }

// heapBytes are the bytes of all live objects.
func heapBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
