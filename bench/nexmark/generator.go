package nexmark

// Kind is the kind of an event.
type Kind uint8

// The kinds, with the numbers the combined layout uses.
const (
	Person Kind = iota
	Auction
	Bid
)

// CombinedTopic is the customary topic for [Generator.AppendCombined].
const CombinedTopic = "nexmark"

// Topic returns the customary topic of the kind in the separate layout.
func (k Kind) Topic() string {
	return [...]string{"nexmark-person", "nexmark-auction", "nexmark-bid"}[k]
}

func (k Kind) String() string { return [...]string{"person", "auction", "bid"}[k] }

// Config chooses what may differ between runs. The zero value is the default of
// each field.
type Config struct {
	BaseMillis      int64  // Time of event 0 since the epoch; 2015-07-15T00:00:00Z.
	EventsPerSecond int64  // Events per second of event time; 100,000.
	Seed            uint64 // Another seed is another auction site.
}

// Proportions and distances of the benchmark.
const (
	block         = 50 // Events that repeat the pattern of kinds.
	peoplePer     = 1
	auctionsPer   = 3
	firstPerson   = 1000
	firstAuction  = 1000
	firstCategory = 10
	categories    = 5

	hotBatch         = 100  // A hot key lasts for that many people or auctions.
	inFlightAuctions = 100  // Cold bids go to so many of the last auctions.
	activePeople     = 1000 // Cold bidders and sellers are among so many last people.
	lead             = 10   // Some bids and auctions name the next few ids, not yet created.
)

// Generator makes events. It does not change, so it may be used by several
// goroutines at once.
type Generator struct {
	Config
	channels channelTable
}

// New returns a generator.
func New(c Config) *Generator {
	if c.BaseMillis == 0 {
		c.BaseMillis = 1436918400000
	}
	if c.EventsPerSecond == 0 {
		c.EventsPerSecond = 100_000
	}
	return &Generator{c, newChannelTable(c.Seed)}
}

// Kind returns the kind of event n.
func (g *Generator) Kind(n int64) Kind {
	switch at := n % block; {
	case at < peoplePer:
		return Person
	case at < peoplePer+auctionsPer:
		return Auction
	}
	return Bid
}

// Time returns the event time of event n in milliseconds since the epoch.
func (g *Generator) Time(n int64) int64 {
	return g.BaseMillis + n/g.EventsPerSecond*1000 + n%g.EventsPerSecond*1000/g.EventsPerSecond
}

// Append appends event n as one flat JSON object without line end: the separate
// layout, a topic per kind. It does not allocate beyond dst.
func (g *Generator) Append(dst []byte, n int64) []byte {
	r := newRandom(g.Seed, uint64(n))
	switch g.Kind(n) {
	case Person:
		return g.appendPerson(dst, n, &r)
	case Auction:
		return g.appendAuction(dst, n, &r)
	}
	return g.appendBid(dst, n, &r)
}

// AppendCombined appends event n in the combined layout, one topic for all:
// {"event_type":2,"person":null,"auction":null,"bid":{...}}.
func (g *Generator) AppendCombined(dst []byte, n int64) []byte {
	before := [...]string{
		`{"event_type":0,"person":`,
		`{"event_type":1,"person":null,"auction":`,
		`{"event_type":2,"person":null,"auction":null,"bid":`,
	}
	after := [...]string{`,"auction":null,"bid":null}`, `,"bid":null}`, `}`}
	k := g.Kind(n)
	dst = append(dst, before[k]...)
	dst = g.Append(dst, n)
	return append(dst, after[k]...)
}

// lastPerson returns the number, from 0, of the last person up to event n.
func lastPerson(n int64) int64 { return n / block }

// lastAuction returns the number, from 0, of the last auction up to event n, -1
// when there is none.
func lastAuction(n int64) int64 {
	at := n%block - peoplePer
	return n/block*auctionsPer + min(at, auctionsPer-1)
}

// anyPerson draws one of the active people or one who is about to register.
func anyPerson(n int64, r *random) int64 {
	people := lastPerson(n) + 1
	active := min(people, activePeople)
	return people - active + r.below(active+lead)
}

// anyAuction draws an auction in flight or one about to open.
func anyAuction(n int64, r *random) int64 {
	last := lastAuction(n)
	first := max(last-inFlightAuctions, 0)
	return first + r.below(last-first+1+lead)
}

// hotPerson returns the who-th person of the batch of people event n is in.
func hotPerson(n, who int64) int64 { return lastPerson(n)/hotBatch*hotBatch + who }
