package crashtest

import (
	"context"
	"fmt"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/log"
)

// inFlight is how many groups are handed to the log before the first of them is
// acknowledged.
const inFlight = 4

// feeder brings the workload into an open database, from wherever it stands.
type feeder struct {
	work   Workload
	groups []group
	db     *leat.DB
	build  batches

	// slow waits before every group until the one before is processed, not only
	// where a turn begins.
	slow bool
	// acked is told, in order, how many groups are acknowledged.
	acked func(groups int)
	// settling is told when everything before a group is waited for.
	settling func(group int)
}

// position asks the log how many groups are in, and how many records.
func position(l *log.Log) (groups int, e ends, err error) {
	n, err := l.EndOffset(progressTopic, 0)
	if err != nil {
		return 0, e, err
	}
	for t, topic := range inputTopics {
		for p := range e[t] {
			if e[t][p], err = l.EndOffset(topic, int32(p)); err != nil {
				return 0, e, err
			}
		}
	}
	return int(n), e, nil
}

// feed produces all groups from the given one on and returns when everything is
// processed.
func (f *feeder) feed(ctx context.Context, from int) error {
	acks := make(chan error, inFlight)
	open, acked := 0, from
	await := func(atMost int) error {
		for ; open > atMost; open-- {
			if err := <-acks; err != nil {
				return fmt.Errorf("producing group %d: %w", acked, err)
			}
			acked++
			f.acked(acked)
		}
		return nil
	}
	for i := from; i < len(f.groups); i++ {
		if f.slow || f.groups[i].first {
			if err := await(0); err != nil {
				return err
			}
			f.settling(i)
			if err := f.db.Settle(ctx); err != nil {
				return err
			}
		}
		if err := await(inFlight - 1); err != nil {
			return err
		}
		g := log.Group{Writes: f.build.build(f.work, f.groups, i)}
		f.db.Log().Commit(&g, func(_ log.LSN, err error) { acks <- err })
		open++
	}
	if err := await(0); err != nil {
		return err
	}
	f.settling(len(f.groups))
	return f.db.Settle(ctx)
}
