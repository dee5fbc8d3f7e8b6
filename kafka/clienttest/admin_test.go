package clienttest

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestTopicAdministration: what is done to a topic is there at once and after a kill.
func TestTopicAdministration(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("t", 3, map[string]string{"cleanup.policy": "compact", "segment.bytes": "1048576"}))
		check(t, ad.createTopic("gone", 1, nil))
		if err := ad.createTopic("t", 1, nil); err == nil {
			t.Error("a topic was made twice")
		}
		if err := ad.createTopic("no topic", 1, nil); err == nil {
			t.Error("a topic has a name with a space")
		}
		check(t, ad.addPartitions("t", 5))
		check(t, ad.setConfig("t", "max.message.bytes", "2000"))
		check(t, ad.deleteTopic("gone"))
		for _, when := range []string{"at once", "after a kill"} {
			eventually(t, when+": a topic with 5 partitions, and none that is gone", func() bool {
				topics, err := ad.topics()
				_, gone := topics["gone"]
				return err == nil && topics["t"] == 5 && !gone
			})
			for name, want := range map[string]string{"cleanup.policy": "compact", "segment.bytes": "1048576", "max.message.bytes": "2000"} {
				if got := must[string](t)(ad.config("t", name)); got != want {
					t.Errorf("%s: %s is %q, want %q", when, name, got, want)
				}
			}
			p := must[producer](t)(c.producer(s, producing{codec: "none", acks: 1}))
			if err := p.produce(withPatience(t), record{topic: "t", key: "k", value: fmt.Sprintf("%03000d", 1)}); err == nil {
				t.Errorf("%s: a record is larger than max.message.bytes", when)
			}
			check(t, p.close())
			check(t, ad.close())
			s.restart()
			ad = must[admin](t)(c.admin(s))
		}
		check(t, ad.deleteTopic("t"))
	})
}

// TestDeleteRecords: records that are deleted stay so.
func TestDeleteRecords(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("t", 1, nil))
		p := must[producer](t)(c.producer(s, producing{codec: "none", acks: -1}))
		want := &tally{}
		for i := range 20 {
			v := fmt.Sprint(i)
			check(t, p.produce(withPatience(t), record{topic: "t", key: "k", value: v}))
			if i >= 8 {
				want.add(v)
			}
		}
		check(t, ad.deleteRecords("t", 0, 8))
		for range 2 {
			if first := must[int64](t)(ad.firstOffset("t", 0)); first != 8 {
				t.Errorf("the first offset is %d, want 8", first)
			}
			got := readUntil(t, must[consumer](t)(c.reader(s, "t", readUncommitted)), want)
			if extra := got.without(want); len(extra) > 0 {
				t.Errorf("deleted records came: %q", extra)
			}
			check(t, ad.close())
			s.restart()
			ad = must[admin](t)(c.admin(s))
		}
	})
}

// TestOffsetsByTime: the offset of a time is that of the first record that is not older.
func TestOffsetsByTime(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("t", 1, nil))
		p := must[producer](t)(c.producer(s, producing{codec: "none", acks: -1}))
		start := time.Now().Add(-time.Hour).Truncate(time.Second)
		at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Minute) }
		for i := range 10 {
			check(t, p.produce(withPatience(t), record{topic: "t", key: "k", value: fmt.Sprint(i), time: at(i)}))
		}
		check(t, p.close())
		for range 2 {
			var got []int64
			for _, when := range []time.Time{at(-5), at(0), at(3), at(3).Add(time.Millisecond), at(9)} {
				got = append(got, must[int64](t)(ad.offsetAt("t", 0, when)))
			}
			got = append(got, must[int64](t)(ad.firstOffset("t", 0)), must[int64](t)(ad.endOffset("t", 0)))
			if want := []int64{0, 0, 3, 4, 9, 0, 10}; !slices.Equal(got, want) {
				t.Errorf("offsets %v, want %v", got, want)
			}
			check(t, ad.close())
			s.restart()
			ad = must[admin](t)(c.admin(s))
		}
	})
}
