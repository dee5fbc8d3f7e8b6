package groups

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// TestRandomConsumers lets consumers come, leave, die, fall silent and come back under the same name, commits take their time
// and the coordinator be restarted. Whenever things have been quiet for a while everybody who lives has its share.
func TestRandomConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Without the deadline of t, which is not for the clock of a bubble.
		rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) {
			f := newFleet(rt)
			defer f.closeAll()
			for range rapid.IntRange(1, 4).Draw(rt, "episodes") {
				for range rapid.IntRange(1, 12).Draw(rt, "actions") {
					f.act(rt)
					f.grows()
				}
				pass(3 * time.Minute)
				f.settled()
			}
		})
	})
}

var fleetProtocols = [][]string{{"cooperative-sticky", "range"}, {"range", "cooperative-sticky"}, {"range"}}

// act does something, drawn at random.
func (f *fleet) act(rt *rapid.T) {
	one := func() int { return rapid.IntRange(0, len(f.alive)-1).Draw(rt, "consumer") }
	span := func() time.Duration {
		return time.Duration(rapid.IntRange(0, 40_000).Draw(rt, "millis")) * time.Millisecond
	}
	action := rapid.SampledFrom([]string{"start", "start", "static", "leave", "die", "silence", "commit", "restart", "pass", "pass"}).Draw(rt, "action")
	switch action {
	case "start":
		f.start("", protocols(rapid.SampledFrom(fleetProtocols).Draw(rt, "protocols")...))
	case "static":
		f.start(rapid.SampledFrom([]string{"one", "two"}).Draw(rt, "instance"), protocols("range"))
	case "restart":
		f.restartAll()
		f.generation = 0 // what was not assigned yet is forgotten
	case "pass":
		pass(span())
	case "leave", "die":
		if len(f.alive) > 0 {
			f.stop(one(), action == "leave")
		}
	case "silence":
		if len(f.alive) > 0 {
			c, d := f.alive[one()], span()
			f.mu.Lock()
			c.silence = time.Now().Add(d)
			f.mu.Unlock()
		}
	case "commit":
		if len(f.alive) > 0 {
			f.slowCommit(f.alive[one()], span())
		}
	}
	if rapid.Bool().Draw(rt, "wait") {
		synctest.Wait()
	}
}

// slowCommit commits as a consumer, and takes its time.
func (f *fleet) slowCommit(c *consumer, d time.Duration) {
	synctest.Wait()
	end, err := f.BeginCommit(Commit{Group: "g", MemberID: c.id, Instance: c.instance, Generation: c.generation})
	if err != nil {
		return
	}
	pass(d)
	end()
}

// grows checks that the generation only grows.
func (f *fleet) grows() {
	f.Coordinator.mu.Lock()
	defer f.Coordinator.mu.Unlock()
	if g := f.groups["g"]; g != nil {
		if g.generation < f.generation {
			f.Fatalf("generation %d follows %d", g.generation, f.generation)
		}
		f.generation = g.generation
	}
}
