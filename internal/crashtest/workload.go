package crashtest

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/leatdb/leat/log"
)

// Workload is the input of a run, all of it a function of these numbers.
type Workload struct {
	Seed    uint64 `json:"seed"`
	Records int    `json:"records"` // In all input topics together.
	Phases  int    `json:"phases"`
	Group   int    `json:"group"` // Records that are produced at once.
}

// partitions is how many every topic has, but those named otherwise.
const partitions = 2

// The input topics, in the order in which counts of their records are kept.
const (
	clicks = iota
	carts
	offers
	users
	inputs
)

var inputTopics = [inputs]string{"clicks", "carts", "offers", "users"}

// progressTopic has one record per group, so that its end is the number of
// groups that are in.
const progressTopic = "progress"

// turn is one of the two parts of a phase.
type turn uint8

const (
	quietTurn turn = iota // USERS and OFFERS.
	busyTurn              // CLICKS and CARTS.
)

// group is the outline of a group of records.
type group struct {
	phase   int
	turn    turn
	first   bool // Of its turn: all before it must be settled.
	records int
	click   int // Clicks before it.
}

// Timing of the events. Every user clicks once in userMillis, on average; one
// click in lateOne is late, by up to lateMillis, which is more than some windows
// wait.
const (
	firstMillis = int64(1_900_000_000_000)
	userMillis  = 20_000
	lateOne     = 32
	lateMillis  = 180_000
	// cartOne says which part of the records of a busy turn is carts.
	cartOne = 5
	// brokenOne says which part of the clicks is not JSON.
	brokenOne = 1000
)

// outline cuts the records into groups: phases of unequal size, a tenth of each
// for the quiet turn.
func (w Workload) outline() []group {
	rng := rand.New(rand.NewPCG(w.Seed, 1))
	var groups []group
	left, click := w.Records, 0
	for phase := 0; left > 0; phase++ {
		size := left
		if rest := w.Phases - phase; rest > 1 {
			mean := max(left/rest, 10)
			size = min(left, mean/4+rng.IntN(mean*3/2))
		}
		quiet := max(size/10, 1)
		for t, n := range [...]int{quietTurn: quiet, busyTurn: size - quiet} {
			for first := true; n > 0; first = false {
				g := group{phase: phase, turn: turn(t), first: first, records: min(n, w.Group), click: click}
				if g.turn == busyTurn {
					click += g.clicks()
				}
				groups = append(groups, g)
				n -= g.records
			}
		}
		left -= size
	}
	return groups
}

// clicks is how many clicks a busy group has; the others are carts.
func (g group) clicks() int { return g.records - g.records/cartOne }

// keys is how many users there are.
func (w Workload) keys() int { return min(max(w.Records/500, 8), 2000) }

// clickMillis is the time from one click to the next.
func (w Workload) clickMillis() int64 { return int64(userMillis / w.keys()) }

// batches builds the records of a group. It may be used again for the next.
type batches struct {
	topics [inputs][partitions]log.BatchBuilder
	marker log.BatchBuilder
	key    []byte
	value  []byte
}

// build makes the records of group i and returns them as one atomic write.
func (b *batches) build(w Workload, groups []group, i int) []log.Write {
	for t := range b.topics {
		for p := range b.topics[t] {
			b.topics[t][p].Reset()
		}
	}
	rng := rand.New(rand.NewPCG(w.Seed, uint64(i)+2))
	if groups[i].turn == quietTurn {
		b.quiet(w, groups[i], rng)
	} else {
		b.busy(w, groups[i], rng)
	}
	var writes []log.Write
	for t := range b.topics {
		for p := range b.topics[t] {
			if batch := b.topics[t][p].Bytes(); batch != nil {
				writes = append(writes, log.Write{Topic: inputTopics[t], Partition: int32(p), Batch: batch})
			}
		}
	}
	b.marker.Reset()
	b.marker.Append(nil, strconv.AppendInt(nil, int64(i), 10), nil, firstMillis)
	return append(writes, log.Write{Topic: progressTopic, Partition: 0, Batch: b.marker.Bytes()})
}

// quiet makes changes of users, some of them deletions, and offers that lie in
// the time of the clicks to come.
func (b *batches) quiet(w Workload, g group, rng *rand.Rand) {
	now := firstMillis + int64(g.click)*w.clickMillis()
	for k := range g.records {
		user := rng.IntN(w.keys())
		switch {
		case k%2 == 0 && rng.IntN(10) == 0:
			b.add(users, user, now+int64(k), nil)
		case k%2 == 0:
			b.add(users, user, now+int64(k), fmt.Appendf(b.value[:0], `{"TIER":"t%d","PHASE":%d}`, rng.IntN(5), g.phase))
		default:
			at := now + int64(rng.IntN(60_000))
			b.add(offers, user, at, fmt.Appendf(b.value[:0], `{"OFFER":%d,"PRICE":%d}`, g.phase*1_000_000+k, rng.IntN(10_000)))
		}
	}
}

// busy makes clicks with a cart among every few of them.
func (b *batches) busy(w Workload, g group, rng *rand.Rand) {
	click := g.click
	for k := range g.records {
		user := rng.IntN(w.keys())
		at := firstMillis + int64(click)*w.clickMillis()
		if k%cartOne == cartOne-1 {
			b.add(carts, user, at-int64(rng.IntN(5000)), fmt.Appendf(b.value[:0], `{"ITEM":"i%d","PIECES":%d}`, rng.IntN(500), 1+rng.IntN(9)))
			continue
		}
		if rng.IntN(lateOne) == 0 {
			at -= int64(rng.IntN(lateMillis))
		}
		value := fmt.Appendf(b.value[:0], `{"PAGE":"/p/%d","MILLIS":%d,"SEQ":%d}`, rng.IntN(200), rng.IntN(2000), click)
		if rng.IntN(brokenOne) == 0 {
			value = value[:len(value)/2]
		}
		b.add(clicks, user, at, value)
		click++
	}
}

// add appends a record of a user.
func (b *batches) add(topic, user int, at int64, value []byte) {
	b.key = fmt.Appendf(b.key[:0], "u%04d", user)
	if value != nil {
		b.value = value
	}
	b.topics[topic][log.MurmurPartition(b.key, partitions)].Append(b.key, value, nil, at)
}

// ends is the number of records in each partition of the input after some
// groups.
type ends [inputs][partitions]int64

func (e *ends) String() string {
	s := ""
	for t := range e {
		for p := range e[t] {
			s += fmt.Sprintf(" %d", e[t][p])
		}
	}
	return s[1:]
}

// allEnds returns the ends after every number of groups, from none to all.
func (w Workload) allEnds(groups []group) []ends {
	all := make([]ends, 1, len(groups)+1)
	var b batches
	for i := range groups {
		b.build(w, groups, i)
		e := all[i]
		for t := range b.topics {
			for p := range b.topics[t] {
				e[t][p] += int64(b.topics[t][p].Len())
			}
		}
		all = append(all, e)
	}
	return all
}
