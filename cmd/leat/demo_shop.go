package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat"
)

// shop makes up the visitors of a web shop: a few pages get most of the clicks,
// some pages are slow, and an order follows a few clicks.
type shop struct {
	random *rand.Rand
	now    time.Time
	clicks atomic.Int64
	orders atomic.Int64
}

func newShop(now time.Time) *shop {
	return &shop{random: rand.New(rand.NewPCG(uint64(now.UnixNano()), 7)), now: now}
}

var (
	shopPages = []string{"/", "/search", "/shoes", "/shirts", "/cart", "/checkout", "/hats", "/help", "/account", "/sale", "/bags", "/jobs"}
	shopItems = []string{"boots", "sneakers", "shirt", "hat", "backpack", "socks"}
	shopNames = []string{"Ada", "Alan", "Barbara", "Claude", "Donald", "Edsger", "Frances", "Grace", "Ken", "Leslie", "Margaret", "Niklaus"}
	countries = []string{"DE", "US", "GB", "FR", "JP", "BR", "IN", "KE"}
)

const shopUsers = 500

func (s *shop) users() []any {
	out := make([]any, shopUsers)
	for i := range out {
		out[i] = map[string]any{"ID": userID(i), "NAME": fmt.Sprintf("%s %d", shopNames[i%len(shopNames)], i),
			"COUNTRY": countries[s.skewed(len(countries))], "ROWTIME": s.now}
	}
	return out
}

func userID(i int) string { return fmt.Sprintf("u%03d", i) }

// skewed draws a number below n, small ones most often.
func (s *shop) skewed(n int) int {
	return int(float64(n) * math.Pow(s.random.Float64(), 2.2))
}

// run inserts clicks and orders at the given rate until ctx ends.
func (s *shop) run(ctx context.Context, db *leat.DB, perSecond int) error {
	const perRound = 20 // Rounds per second.
	tick := time.NewTicker(time.Second / perRound)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-tick.C:
			if err := s.round(ctx, db, now, max(1, perSecond/perRound)); err != nil {
				return err
			}
		}
	}
}

func (s *shop) round(ctx context.Context, db *leat.DB, now time.Time, n int) error {
	// Visitors come and go: at any moment a part of them is there.
	first := int(now.Unix()) * 7 % shopUsers
	var clicks, orders []any
	for range n {
		user := userID((first + s.skewed(shopUsers/3)) % shopUsers)
		page := shopPages[s.skewed(len(shopPages))]
		clicks = append(clicks, map[string]any{"USER_ID": user, "PAGE": page, "STATUS": s.status(), "MILLIS": s.millis(page), "ROWTIME": now})
		if s.random.IntN(100) < 2 {
			amount := math.Round(s.random.ExpFloat64()*4000) / 100
			orders = append(orders, map[string]any{"USER_ID": user, "ITEM": shopItems[s.skewed(len(shopItems))], "AMOUNT": amount, "ROWTIME": now})
		}
	}
	if err := db.Insert(ctx, "CLICKS", clicks...); err != nil {
		return err
	}
	if err := db.Insert(ctx, "ORDERS", orders...); err != nil {
		return err
	}
	s.clicks.Add(int64(len(clicks)))
	s.orders.Add(int64(len(orders)))
	return nil
}

func (s *shop) status() int {
	switch n := s.random.IntN(1000); {
	case n < 6:
		return 500
	case n < 40:
		return 404
	case n < 100:
		return 304
	}
	return 200
}

func (s *shop) millis(page string) int {
	base := 40.0
	if page == "/search" || page == "/checkout" {
		base = 160
	}
	return int(base * (0.3 + s.random.ExpFloat64()))
}
