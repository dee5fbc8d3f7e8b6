package clienttest

import (
	"slices"
	"testing"
)

// TestGroup follows a group through joins, a kill of the server, a leave and a crash, while records come. All of them are seen.
func TestGroup(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("work", 6, nil))
		var tallies []*tally
		var stops []func()
		join := func() member {
			m := must[member](t)(c.member(s, membership{group: "g", topic: "work"}))
			seen, stop := collect(t, m)
			tallies, stops = append(tallies, seen), append(stops, stop)
			return m
		}
		w := startWriter(t, c, s, "work")
		join()
		waitForShares(t, s, "g", 6)
		b := join()
		waitForShares(t, s, "g", 3, 3)
		third := join()
		waitForShares(t, s, "g", 2, 2, 2)
		eventually(t, "each member reads", func() bool {
			return !slices.ContainsFunc(tallies, func(y *tally) bool { return y.len() == 0 })
		})
		s.restart()
		w.waitForMore(t, 50)
		waitForShares(t, s, "g", 2, 2, 2)
		stops[1]()
		check(t, b.close())
		waitForShares(t, s, "g", 3, 3)
		stops[2]()
		third.crash()
		waitForShares(t, s, "g", 6)
		join()
		waitForShares(t, s, "g", 3, 3)
		w.waitForMore(t, 50)
		w.stop()
		seen := &tally{}
		eventually(t, "the group has seen every record", func() bool {
			for _, y := range tallies {
				for v := range y.snapshot() {
					seen.add(v)
				}
			}
			return seen.has(&w.acked)
		})
		if extra := seen.without(&w.tried); len(extra) > 0 {
			t.Errorf("values that nobody wrote: %.3q", extra)
		}
	})
}

// TestStaticMembers: the restart of a static member makes no rebalance, and a kill of the server no more than one.
func TestStaticMembers(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("work", 4, nil))
		join := func(instance string) (member, *tally, func()) {
			m := must[member](t)(c.member(s, membership{group: "g", topic: "work", instance: instance}))
			seen, stop := collect(t, m)
			return m, seen, stop
		}
		stays, staySeen, _ := join("stays")
		goes, goneSeen, stop := join("goes")
		waitForShares(t, s, "g", 2, 2)
		w := startWriter(t, c, s, "work")
		w.waitForMore(t, 50)
		eventually(t, "both read", func() bool { return staySeen.len() > 0 && goneSeen.len() > 0 })
		eventually(t, "both are in one generation", func() bool { return stays.generation() == goes.generation() })
		before := stays.generation()
		stop()
		check(t, goes.close())
		goes, againSeen, _ := join("goes")
		eventually(t, "the static member reads again", func() bool { return againSeen.len() > 0 })
		same := func(after string) {
			t.Helper()
			for name, m := range map[string]member{"stayed": stays, "came back": goes} {
				if now := m.generation(); now != before {
					t.Errorf("after %s the member that %s is in generation %d, and was in %d", after, name, now, before)
				}
			}
		}
		same("the member's restart")
		s.restart()
		stayed, came := staySeen.len(), againSeen.len()
		w.waitForMore(t, 50)
		eventually(t, "both read on", func() bool { return staySeen.len() > stayed && againSeen.len() > came })
		waitForShares(t, s, "g", 2, 2)
		for _, m := range []member{stays, goes} {
			if now := m.generation(); now > before+1 { // A client may join again when its connection breaks; if it leads, that is one rebalance.
				t.Errorf("the kill led from generation %d to %d", before, now)
			}
		}
		w.stop()
		seen := &tally{}
		eventually(t, "every record is seen", func() bool {
			for _, y := range []*tally{staySeen, goneSeen, againSeen} {
				for v := range y.snapshot() {
					seen.add(v)
				}
			}
			return seen.has(&w.acked)
		})
	})
}
