package nexmark

import "strconv"

// Sizes the benchmark declares for each kind, in bytes of its own accounting:
// numbers count eight, strings their length, and extra fills up to the size.
const (
	personSize  = 200
	auctionSize = 500
	bidSize     = 100
)

var (
	firstNames = [...]string{"Agnes", "Bruno", "Clara", "David", "Edith", "Felix", "Greta", "Hugo", "Irene", "Jonas", "Karin"}
	lastNames  = [...]string{"Adler", "Becker", "Conrad", "Dreyer", "Engel", "Fuchs", "Graf", "Hahn", "Jansen"}
	cities     = [...]string{"Tucson", "Oakland", "San Diego", "Nampa", "Salem", "Eugene", "Tacoma", "Spokane", "Casper", "Laramie"}
	states     = [...]string{"AZ", "CA", "ID", "OR", "WA", "WY"}
)

func pick[T any](r *random, from []T) T { return from[r.below(int64(len(from)))] }

func (g *Generator) appendPerson(dst []byte, n int64, r *random) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, firstPerson+lastPerson(n), 10)
	dst = append(dst, `,"name":"`...)
	used := 8 - len(dst)
	dst = append(dst, pick(r, firstNames[:])...)
	dst = append(dst, ' ')
	dst = append(dst, pick(r, lastNames[:])...)
	used += len(dst)
	dst = append(dst, `","emailAddress":"`...)
	used -= len(dst)
	dst = r.word(dst, 7, ' ')
	dst = append(dst, '@')
	dst = r.word(dst, 5, ' ')
	dst = append(dst, ".com"...)
	used += len(dst)
	dst = append(dst, `","creditCard":"`...)
	for i := range 4 {
		if i > 0 {
			dst = append(dst, ' ')
		}
		digits := uint32(r.below(10000))
		dst = append(dst, "0000"...)
		putTwo(dst[len(dst)-4:], digits/100)
		putTwo(dst[len(dst)-2:], digits%100)
	}
	city, state := pick(r, cities[:]), pick(r, states[:])
	used += 19 + len(city) + len(state)
	dst = append(dst, `","city":"`...)
	dst = append(dst, city...)
	dst = append(dst, `","state":"`...)
	dst = append(dst, state...)
	dst = append(dst, `","dateTime":"`...)
	dst = appendTime(dst, g.Time(n))
	return appendExtra(dst, r, used, personSize)
}

func (g *Generator) appendAuction(dst []byte, n int64, r *random) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, firstAuction+lastAuction(n), 10)
	dst = append(dst, `,"itemName":"`...)
	used := 6*8 - len(dst)
	dst = r.word(dst, 20, ' ')
	used += len(dst)
	dst = append(dst, `","description":"`...)
	used -= len(dst)
	dst = r.word(dst, 100, ' ')
	used += len(dst)
	initial := r.price()
	dst = append(dst, `","initialBid":`...)
	dst = strconv.AppendInt(dst, initial, 10)
	dst = append(dst, `,"reserve":`...)
	dst = strconv.AppendInt(dst, initial+r.price(), 10)
	now := g.Time(n)
	dst = append(dst, `,"dateTime":"`...)
	dst = appendTime(dst, now)
	dst = append(dst, `","expires":"`...)
	dst = appendTime(dst, now+g.auctionMillis(n, r))
	seller := hotPerson(n, 0)
	if r.oneIn(4) {
		seller = anyPerson(n, r)
	}
	dst = append(dst, `","seller":`...)
	dst = strconv.AppendInt(dst, firstPerson+seller, 10)
	dst = append(dst, `,"category":`...)
	dst = strconv.AppendInt(dst, firstCategory+r.below(categories), 10)
	dst = append(dst, `,"extra":"`...)
	return appendPadding(dst, r, used, auctionSize)
}

// auctionMillis draws how long an auction stays open: on average until as many
// auctions as are in flight have opened after it.
func (g *Generator) auctionMillis(n int64, r *random) int64 {
	horizon := g.Time(n+inFlightAuctions*block/auctionsPer) - g.Time(n)
	return 1 + r.below(max(2*horizon, 1))
}

func (g *Generator) appendBid(dst []byte, n int64, r *random) []byte {
	auction := lastAuction(n) / hotBatch * hotBatch
	if r.oneIn(2) {
		auction = anyAuction(n, r)
	}
	bidder := hotPerson(n, 1) // Not the hot seller.
	if r.oneIn(4) {
		bidder = anyPerson(n, r)
	}
	dst = append(dst, `{"auction":`...)
	dst = strconv.AppendInt(dst, firstAuction+auction, 10)
	dst = append(dst, `,"bidder":`...)
	dst = strconv.AppendInt(dst, firstPerson+bidder, 10)
	dst = append(dst, `,"price":`...)
	dst = strconv.AppendInt(dst, r.price(), 10)
	dst = append(dst, `,"channel":"`...)
	dst = g.channels.append(dst, r)
	dst = append(dst, `","dateTime":"`...)
	dst = appendTime(dst, g.Time(n))
	return appendExtra(dst, r, 4*8, bidSize)
}

// appendExtra ends the event after an open string with member extra.
func appendExtra(dst []byte, r *random, used, size int) []byte {
	return appendPadding(append(dst, `","extra":"`...), r, used, size)
}

// appendPadding appends letters that bring the event from used to size on
// average, between a fifth less and a fifth more, and ends it.
func appendPadding(dst []byte, r *random, used, size int) []byte {
	if rest := size - used; rest > 0 {
		spread := (rest + 2) / 5
		dst = r.letters(dst, rest-spread+int(r.below(int64(max(2*spread, 1)))))
	}
	return append(dst, `"}`...)
}
