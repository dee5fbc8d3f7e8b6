package nexmark

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The bytes of the first million events. They change only with the benchmark
// itself, and then every figure measured before is of another benchmark.
func TestFirstMillion(t *testing.T) {
	for _, c := range []struct {
		name   string
		events int64
		append func(g *Generator, dst []byte, n int64) []byte
		want   string
	}{
		{"separate", 1_000_000, (*Generator).Append, "035a258dc8adb812066651f56618f2125db3dec0b362e4e4c3e5e2e2a090d72d"},
		{"combined", 100_000, (*Generator).AppendCombined, "56376afced7eb6b92662dc30ced7c30439f49631a1e971585a32210a21c7b957"},
	} {
		g, sum, buf := New(Config{}), sha256.New(), []byte(nil)
		for n := range c.events {
			buf = append(c.append(g, buf, n), '\n')
			if len(buf) > 1<<16 || n == c.events-1 {
				sum.Write(buf)
				buf = buf[:0]
			}
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != c.want {
			t.Errorf("the first %d events of the %s layout have SHA-256 %s, want %s", c.events, c.name, got, c.want)
		}
	}
}

func TestAnyOrder(t *testing.T) {
	a, b := New(Config{}), New(Config{})
	var forward []string
	for n := range int64(500) {
		forward = append(forward, string(a.Append(nil, 1e9+n)))
	}
	for n := int64(499); n >= 0; n-- {
		if got := string(b.Append(nil, 1e9+n)); got != forward[n] {
			t.Fatalf("event %d depends on the events before it: %s and %s", n, forward[n], got)
		}
	}
	if string(New(Config{Seed: 1}).Append(nil, 7)) == string(a.Append(nil, 7)) {
		t.Error("the seed makes no difference")
	}
}

func TestNoAllocations(t *testing.T) {
	g, buf, n := New(Config{}), make([]byte, 0, 4096), int64(0)
	if allocs := testing.AllocsPerRun(1000, func() { buf = g.AppendCombined(buf[:0], n); n++ }); allocs != 0 {
		t.Errorf("%v allocations per event", allocs)
	}
}

type person struct {
	ID                                                           int64
	Name, EmailAddress, CreditCard, City, State, DateTime, Extra string
}

type auction struct {
	ID                    int64
	ItemName, Description string
	InitialBid, Reserve   int64
	DateTime, Expires     string
	Seller, Category      int64
	Extra                 string
}

type bid struct {
	Auction, Bidder, Price        int64
	Channel, URL, DateTime, Extra string
}

type combined struct {
	EventType int `json:"event_type"`
	Person    *person
	Auction   *auction
	Bid       *bid
}

// events returns the events first..first+n-1, read strictly.
func events(t *testing.T, g *Generator, first, n int64) []combined {
	t.Helper()
	out := make([]combined, n)
	for i := range out {
		text := g.AppendCombined(nil, first+int64(i))
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.DisallowUnknownFields()
		if err := d.Decode(&out[i]); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return out
}

const layout = "2006-01-02 15:04:05.000"

func parse(t *testing.T, text string) time.Time {
	t.Helper()
	out, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEventsAreWellFormed(t *testing.T) {
	g := New(Config{})
	people, auctions := int64(1000), int64(1000)
	card := regexp.MustCompile(`^\d{4} \d{4} \d{4} \d{4}$`)
	email := regexp.MustCompile(`^[a-z ]{0,6}@[a-z ]{0,4}\.com$`)
	start := time.Date(2015, 7, 15, 0, 0, 0, 0, time.UTC)
	for n, e := range events(t, g, 0, 20_000) {
		now := start.Add(time.Duration(n/100) * time.Millisecond)
		switch {
		case e.Person != nil:
			p := e.Person
			if e.EventType != 0 || n%50 != 0 || p.ID != people || !parse(t, p.DateTime).Equal(now) || !card.MatchString(p.CreditCard) || !email.MatchString(p.EmailAddress) {
				t.Fatalf("event %d: %+v", n, *p)
			}
			people++
		case e.Auction != nil:
			a := e.Auction
			open := parse(t, a.Expires).Sub(now)
			if e.EventType != 1 || a.ID != auctions || !parse(t, a.DateTime).Equal(now) || open < time.Millisecond || open > 40*time.Millisecond ||
				a.Reserve < a.InitialBid+100 || a.Category < 10 || a.Category > 14 || a.Seller < 1000 || a.Seller >= people+lead {
				t.Fatalf("event %d: %+v", n, *a)
			}
			auctions++
		default:
			b := e.Bid
			if e.EventType != 2 || !parse(t, b.DateTime).Equal(now) || b.Auction < 1000 || b.Auction >= auctions+lead || b.Bidder < 1000 || b.Bidder >= people+lead ||
				b.Price < 100 || b.Price > 100_000_000 || len(b.Extra) < 50 || len(b.Extra) > 85 {
				t.Fatalf("event %d: %+v", n, *b)
			}
		}
	}
}

// near fails when got is further from want than the share off.
func near(t *testing.T, what string, got, want, off float64) {
	t.Helper()
	if math.Abs(got-want) > off*want {
		t.Errorf("%s: %.4f, want %.4f within %.0f %%", what, got, want, off*100)
	}
}

func TestProportions(t *testing.T) {
	const n = 200_000
	g := New(Config{})
	c, urls, hotAuction := map[string]float64{}, map[string]string{}, int64(0)
	perAuction := map[int64]float64{}
	for i, e := range events(t, g, 1_000_000, n) {
		switch {
		case e.Person != nil:
			c["people"]++
		case e.Auction != nil:
			c["auctions"]++
			if e.Auction.Seller%100 == 0 {
				c["hot seller"]++
			}
			c["category "+fmt.Sprint(e.Auction.Category)]++
		default:
			b := e.Bid
			c["bids"]++
			hotAuction = firstAuction + lastAuction(1_000_000+int64(i))/100*100
			count(c, "hot auction", b.Auction == hotAuction)
			count(c, "hot bidder", b.Bidder%100 == 1)
			count(c, "hot channel", !strings.HasPrefix(b.Channel, "channel-"))
			count(c, "not yet created", b.Auction > firstAuction+lastAuction(1_000_000+int64(i)))
			count(c, "band 1", b.Price < 10_000)
			count(c, "band 2", b.Price >= 10_000 && b.Price < 1_000_000)
			count(c, "q14", 0.908*float64(b.Price) > 1e6 && 0.908*float64(b.Price) < 50e6)
			count(c, "q21", !strings.HasPrefix(b.Channel, "channel-") || strings.Contains(b.URL, "&channel_id="))
			c["letters c"] += float64(strings.Count(b.Extra, "c"))
			c["letters"] += float64(len(b.Extra))
			perAuction[b.Auction]++
			if u, ok := urls[b.Channel]; ok && u != b.URL {
				t.Fatalf("channel %s has the URLs %s and %s", b.Channel, u, b.URL)
			}
			urls[b.Channel] = b.URL
		}
	}
	if c["people"] != n*1/50 || c["auctions"] != n*3/50 || c["bids"] != n*46/50 {
		t.Errorf("people, auctions, bids are not 1:3:46: %v", c)
	}
	bids := c["bids"]
	near(t, "bids on the hot auction", c["hot auction"]/bids, 0.5, 0.03)
	near(t, "bids by hot bidders", c["hot bidder"]/bids, 0.75, 0.03)
	near(t, "auctions of hot sellers", c["hot seller"]/c["auctions"], 0.75, 0.03)
	near(t, "bids on hot channels", c["hot channel"]/bids, 0.5, 0.03)
	near(t, "bids on auctions not yet created", c["not yet created"]/bids, 0.046, 0.1)
	near(t, "bids below 10,000", c["band 1"]/bids, 1.0/3, 0.03)
	near(t, "bids below 1,000,000", c["band 2"]/bids, 1.0/3, 0.03)
	near(t, "bids that pass q14", c["q14"]/bids, 0.28, 0.05)
	near(t, "bids that pass q21", c["q21"]/bids, 0.95, 0.02)
	near(t, "letters c", c["letters c"]/c["letters"], 1.0/26, 0.06)
	for k := range 5 {
		near(t, "category", c[fmt.Sprint("category ", 10+k)]/c["auctions"], 0.2, 0.1)
	}
	if len(urls) < 9_500 || len(urls) > 10_004 {
		t.Errorf("%d channels, want nearly 10,004", len(urls))
	}
	top := 0.0
	for _, x := range perAuction {
		top = max(top, x)
	}
	if top/bids > 0.01 {
		t.Errorf("the hottest auction has %.4f of all bids: hot keys must move on", top/bids)
	}
}

func count(c map[string]float64, what string, yes bool) {
	if yes {
		c[what]++
	}
}

// Sizes on the wire, as computed from other generators.
func TestSizes(t *testing.T) {
	g := New(Config{})
	var size, number [3]float64
	total, n, buf := 0.0, int64(100_000), []byte(nil)
	for i := range n {
		buf = g.Append(buf[:0], i)
		size[g.Kind(i)] += float64(len(buf))
		number[g.Kind(i)]++
		total += float64(len(g.AppendCombined(buf[:0], i)))
	}
	near(t, "bytes of a person", size[Person]/number[Person], 315, 0.05)
	near(t, "bytes of an auction", size[Auction]/number[Auction], 643, 0.05)
	near(t, "bytes of a bid", size[Bid]/number[Bid], 254, 0.05)
	near(t, "bytes of a combined event", total/float64(n), 331, 0.05)
}

func TestTime(t *testing.T) {
	for _, millis := range []int64{0, 1436918400000, 951782400000, 951868800000 - 1, 4107542400000, 253402300799999, -1, 1709164800000} {
		if got, want := string(appendTime(nil, millis)), time.UnixMilli(millis).UTC().Format(layout); got != want {
			t.Errorf("%d: got %s, want %s", millis, got, want)
		}
	}
	g := New(Config{EventsPerSecond: 3, BaseMillis: 1000})
	for n, want := range map[int64]int64{0: 1000, 1: 1333, 2: 1666, 3: 2000, 3e15: 1e18 + 1000} {
		if got := g.Time(n); got != want {
			t.Errorf("event %d is at %d, want %d", n, got, want)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	g, buf := New(Config{}), []byte(nil)
	size := 0
	for n := range b.N {
		buf = g.Append(buf[:0], int64(n))
		size += len(buf)
	}
	b.SetBytes(int64(size / b.N))
}
