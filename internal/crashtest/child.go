package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/leatdb/leat"
)

// task is what a child is to do.
type task string

const (
	// feedTask produces the workload, from where it stands, and then waits to be
	// killed.
	feedTask task = "feed"
	// finishTask does the same, writes the rows of the tables to tablesFile and
	// closes the database.
	finishTask task = "finish"
	// keysTask fills a table with as many keys as the workload has records, and
	// waits to be killed.
	keysTask task = "keys"
	// answerTask asks for one row of that table as soon as it can.
	answerTask task = "answer"
)

// order is what the parent tells a child.
type order struct {
	Dir  string   `json:"dir"`
	Task task     `json:"task"`
	Work Workload `json:"work"`
	// Settings of the database, which must not change any result.
	StateMemory string `json:"stateMemory,omitempty"`
	StateFlush  string `json:"stateFlush,omitempty"`
	CommitEvery string `json:"commitEvery,omitempty"`
	Workers     string `json:"workers,omitempty"`
}

// What a child says, a line each, as it happens.
const (
	saysOpen     = "open"     // The database is open.
	saysAt       = "at"       // groups, then the ends of the input partitions: what it found.
	saysAck      = "ack"      // groups: how many are acknowledged.
	saysSettling = "settling" // group: what comes before it is waited for.
	saysSettled  = "settled"  // Everything is in and processed.
	saysRow      = "row"      // The answer of answerTask.
	saysClosed   = "closed"   // The database is closed.
)

// tablesFile is where finishTask leaves the rows of the tables, in the data
// directory.
const tablesFile = "tables.txt"

// RunChild does what the parent asks for. It returns early when in, the pipe
// that the parent holds, ends: a child does not outlive its parent.
func RunChild(ctx context.Context, arg string, in io.Reader, out io.Writer) error {
	var o order
	if err := json.Unmarshal([]byte(arg), &o); err != nil {
		return fmt.Errorf("crash child: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // Ends with the pipe, which is open as long as the parent lives.
		io.Copy(io.Discard, in)
		cancel()
	}()
	c := &child{order: o, out: out}
	return c.run(ctx)
}

type child struct {
	order order
	mu    sync.Mutex
	out   io.Writer
}

// say writes a line to the parent. It is one write, so a kill does not cut it.
func (c *child) say(words ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprint(c.out, fmt.Sprintln(words...))
}

func (c *child) run(ctx context.Context) error {
	db, err := leat.Open(ctx, c.order.Dir, c.order.options()...)
	if err != nil {
		return err
	}
	c.say(saysOpen)
	switch c.order.Task {
	case keysTask:
		err = c.fillKeys(ctx, db)
	case answerTask:
		err = c.answer(ctx, db)
	default:
		err = c.feed(ctx, db)
	}
	if err == nil && c.order.Task == finishTask {
		err = c.writeTables(ctx, db)
	}
	if err == nil {
		c.say(saysSettled)
		if c.order.Task != finishTask {
			<-ctx.Done()
		}
	}
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		c.say(saysClosed)
	}
	return err
}

func (o *order) options() []leat.Option {
	opts := []leat.Option{
		leat.WithProperty("auto.offset.reset", "earliest"),
		leat.WithProperty("cache.max.bytes.buffering", "0"),
	}
	for _, p := range [][2]string{{"state.memory", o.StateMemory}, {"state.flush.interval.ms", o.StateFlush},
		{"commit.interval.ms", o.CommitEvery}, {"workers", o.Workers}} {
		if p[1] != "" {
			opts = append(opts, leat.WithProperty(p[0], p[1]))
		}
	}
	return opts
}

// feed declares the workload and brings in what is missing.
func (c *child) feed(ctx context.Context, db *leat.DB) error {
	if err := declare(ctx, db); err != nil {
		return err
	}
	n, e, err := position(db.Log())
	if err != nil {
		return err
	}
	c.say(saysAt, n, e.String())
	f := feeder{
		work: c.order.Work, groups: c.order.Work.outline(), db: db,
		acked:    func(groups int) { c.say(saysAck, groups) },
		settling: func(group int) { c.say(saysSettling, group) },
	}
	return f.feed(ctx, n)
}

func (c *child) writeTables(ctx context.Context, db *leat.DB) error {
	lines, err := tableRows(ctx, db)
	if err != nil {
		return err
	}
	return os.WriteFile(c.order.Dir+"/"+tablesFile, []byte(strings.Join(lines, "\n")), 0o644)
}
