package crashtest

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// plannedDeath is when a child is killed: after it has said a word a number of
// times and then a while has passed.
type plannedDeath struct {
	word  string // Empty: counted from the start of the process.
	times int
	then  time.Duration
}

// drawDeath chooses when the next child dies, so that all records are in when
// all kills are done.
func (r *run) drawDeath() plannedDeath {
	millis := func(n int) time.Duration { return time.Duration(r.rng.IntN(1000*n)) * time.Microsecond }
	mean := (len(r.groups)-r.acked)/max(r.Kills-r.sum.Kills, 1) + 1
	switch draw := r.rng.IntN(100); {
	case r.acked == 0 && r.sum.Kills < r.Kills/10: // The statements are made in the first lives only.
		return plannedDeath{word: saysOpen, times: 1, then: millis(60)}
	case draw < 15:
		return plannedDeath{then: millis(150)} // Start and recovery.
	case draw < 25:
		return plannedDeath{word: saysOpen, times: 1, then: millis(50)}
	case draw < 40:
		return plannedDeath{word: saysSettling, times: 1 + r.rng.IntN(2), then: millis(30)}
	default:
		return plannedDeath{word: saysAck, times: 1 + r.rng.IntN(4*mean), then: millis(30)}
	}
}

// drawOrder chooses settings of the database that must not change any result.
func (r *run) drawOrder() order {
	pick := func(values ...string) string { return values[r.rng.IntN(len(values))] }
	return order{
		Dir: r.crash, Task: feedTask, Work: r.work,
		StateMemory: pick("", "8MiB", "1MiB"), StateFlush: pick("", "20", "200"), CommitEvery: pick("", "1", "20"), Workers: pick("", "1", "3"),
	}
}

// oneLife runs a child until its death and checks what it found.
func (r *run) oneLife(ctx context.Context) error {
	death := r.drawDeath()
	l, err := r.start(ctx, r.drawOrder())
	if err != nil {
		return err
	}
	var fuse <-chan time.Time
	light := func() {
		if fuse == nil {
			fuse = time.After(death.then)
		}
	}
	if death.word == "" {
		light()
	}
	silence := time.NewTimer(killTimeout)
	defer silence.Stop()
	left := death.times
	for alive := true; alive; {
		select {
		case w, ok := <-l.words:
			if !ok {
				alive = false // Dead by itself, which wait reports.
				continue
			}
			silence.Reset(killTimeout)
			r.heard(l, w)
			if w[0] == death.word {
				left--
			}
			// All is in before the death that was drawn: it dies now.
			if w[0] == death.word && left == 0 || w[0] == saysSettled {
				light()
			}
		case <-fuse:
			alive = false
			l.kill()
		case <-silence.C:
			alive = false
			l.kill()
			r.say("a database process said nothing for %v", killTimeout)
		case <-ctx.Done():
			alive = false
			l.kill()
		}
	}
	for w := range l.words { // What it said before it died counts.
		r.heard(l, w)
	}
	if err := l.wait(true); err != nil {
		return err
	}
	r.sum.Kills++
	r.progress("%d of %d kills, %d of %d groups", r.sum.Kills, r.Kills, r.acked, len(r.groups))
	return ctx.Err()
}

// heard takes note of what a child of the interrupted run says.
func (r *run) heard(l *life, w []string) {
	switch w[0] {
	case saysAt:
		r.longest = max(r.longest, time.Since(l.started))
		r.checkStart(r.crash, w[1:])
	case saysAck:
		r.acknowledged(r.crash, w[1])
	}
}

func (r *run) acknowledged(dir, groups string) {
	if dir == r.crash {
		r.acked = max(r.acked, number(groups))
	}
}

// checkStart compares what a new process found with what the one before was
// told: all acknowledged groups, perhaps some of those that were under way, and
// nothing but whole groups.
func (r *run) checkStart(dir string, words []string) {
	if dir != r.crash {
		return
	}
	groups, found := number(words[0]), strings.Join(words[1:], " ")
	if groups < r.acked {
		for t := range r.ends[0] {
			for p := range r.ends[0][t] {
				r.sum.Lost += r.ends[r.acked][t][p] - r.ends[groups][t][p]
			}
		}
		r.say("%d groups were acknowledged, only %d are there", r.acked, groups)
	}
	if groups > len(r.groups) || groups > r.acked+inFlight {
		r.sum.Duplicated += int64(groups - r.acked)
		r.say("%d groups were acknowledged and at most %d under way, but %d are there", r.acked, inFlight, groups)
		groups = min(groups, len(r.groups))
	}
	if want := r.ends[groups].String(); want != found {
		r.sum.Different++
		r.say("with %d groups in, the partitions of %s should end at %s, not at %s", groups, strings.Join(inputTopics[:], ", "), want, found)
	}
	r.acked = max(r.acked, groups)
}

func number(word string) int {
	n, _ := strconv.Atoi(word)
	return n
}
