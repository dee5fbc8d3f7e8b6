package exec

import (
	"context"
	"sync"
)

// purger deletes the records of repartition topics that were consumed for good.
// That waits for the log, which workers must not, so it has a goroutine.
type purger struct {
	rt     *Runtime
	mu     sync.Mutex
	due    map[partitionName]int64 // Offsets up to which records are not needed.
	kick   chan struct{}
	cancel context.CancelFunc
	ended  chan struct{}
}

type partitionName struct {
	topic     string
	partition int32
}

// purgeEvery is how many records are consumed before they are deleted.
const purgeEvery = 1 << 16

func (p *purger) start(rt *Runtime) {
	p.rt, p.due = rt, map[partitionName]int64{}
	p.kick, p.ended = make(chan struct{}, 1), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go p.serve(ctx)
}

func (p *purger) stop() {
	p.cancel()
	<-p.ended
}

// add asks for the deletion of the records below the offset.
func (p *purger) add(topic string, partition int32, before int64) {
	p.mu.Lock()
	p.due[partitionName{topic, partition}] = before
	p.mu.Unlock()
	select {
	case p.kick <- struct{}{}:
	default:
	}
}

// serve is the purger's goroutine.
func (p *purger) serve(ctx context.Context) {
	defer close(p.ended)
	for {
		select {
		case <-p.kick:
		case <-ctx.Done():
			return
		}
		p.mu.Lock()
		due := p.due
		p.due = map[partitionName]int64{}
		p.mu.Unlock()
		for name, before := range due {
			if err := p.rt.opts.Log.DeleteRecords(ctx, name.topic, name.partition, before); err != nil && ctx.Err() == nil {
				// The query may have been dropped with its topics by now.
				p.rt.opts.Logger.Warn("consumed records stay", "topic", name.topic, "partition", name.partition, "err", err)
			}
		}
	}
}

// purge has consumed records of the input deleted, if they are many by now.
func (in *input) purge() {
	if in.upstream == nil {
		return
	}
	if done := in.durable.Load(); done-in.purged >= purgeEvery {
		in.purged = done
		in.task.rt.purger.add(in.topic, in.partition, done)
	}
}
