package broker

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// sessionPeer fetches with a session.
type sessionPeer struct {
	*peer
	id, epoch int32
	version   int16
}

// fetch sends a request of the session and returns what was told.
func (s *sessionPeer) fetch(change func(*kmsg.FetchRequest)) (map[string]string, int16) {
	s.t.Helper()
	req := kmsg.NewPtrFetchRequest()
	req.MaxBytes, req.SessionID, req.SessionEpoch = 50<<20, s.id, s.epoch
	if change != nil {
		change(req)
	}
	resp := ask[*kmsg.FetchResponse](s.peer, req, s.version)
	if resp.ErrorCode == 0 {
		s.id = resp.SessionID
		s.epoch++
	}
	return partitions(resp), resp.ErrorCode
}

func (s *sessionPeer) want(change func(*kmsg.FetchRequest), want map[string]string) {
	s.t.Helper()
	got, code := s.fetch(change)
	if code != 0 || !maps.Equal(got, want) {
		s.t.Fatalf("got %v, error %d, want %v", got, code, want)
	}
}

func TestSessionTellsOnlyNews(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 3)
	one := batch(1, "a")
	size := fmt.Sprint(len(one))
	s := &sessionPeer{peer: b.dial(), version: 11}
	s.want(func(req *kmsg.FetchRequest) {
		for p := range int32(3) {
			addPartition(req, "t", p, 0)
		}
	}, map[string]string{"t-0": "0", "t-1": "0", "t-2": "0"})
	if s.id == 0 {
		t.Fatal("no session was made")
	}
	s.want(nil, map[string]string{})
	b.append("t", 1, one)
	s.want(nil, map[string]string{"t-1": size})
	s.want(nil, map[string]string{"t-1": size}) // the client has not moved on
	s.want(func(req *kmsg.FetchRequest) { addPartition(req, "t", 1, 1) }, map[string]string{})

	// Another partition joins, one leaves.
	b.createTopic("u", 1)
	s.want(func(req *kmsg.FetchRequest) {
		addPartition(req, "u", 0, 0)
		gone := kmsg.NewFetchRequestForgottenTopic()
		gone.Topic, gone.Partitions = "t", []int32{0}
		req.ForgottenTopics = append(req.ForgottenTopics, gone)
	}, map[string]string{"u-0": "0"})
	b.append("t", 0, one)
	b.append("t", 2, one)
	s.want(nil, map[string]string{"t-2": size})

	// An error is told until it is over.
	s.want(func(req *kmsg.FetchRequest) { addPartition(req, "u", 0, 7) }, map[string]string{"u-0": kerr.OffsetOutOfRange.Message, "t-2": size})
	s.want(func(req *kmsg.FetchRequest) { addPartition(req, "t", 2, 1) }, map[string]string{"u-0": kerr.OffsetOutOfRange.Message})
	s.want(func(req *kmsg.FetchRequest) { addPartition(req, "u", 0, 0) }, map[string]string{"u-0": "0"})
	s.want(nil, map[string]string{})

	// Without records, a moved start is news too.
	if err := b.log.DeleteRecords(testContext(t), "t", 2, 1); err != nil {
		t.Fatal(err)
	}
	s.want(nil, map[string]string{"t-2": "0"})
	s.want(nil, map[string]string{})
}

func TestSessionByTopicID(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	info, _ := b.log.Topic("t")
	add := func(req *kmsg.FetchRequest) {
		addPartition(req, "", 0, 0)
		req.Topics[0].TopicID = info.ID
	}
	s := &sessionPeer{peer: b.dial(), version: 16}
	s.want(add, map[string]string{"-0": "0"})
	one := batch(1, "a")
	b.append("t", 0, one)
	s.want(nil, map[string]string{"-0": fmt.Sprint(len(one))})

	// A topic made anew under the name is another one.
	ctx := testContext(t)
	if err := b.log.DeleteTopic(ctx, "t"); err != nil {
		t.Fatal(err)
	}
	b.createTopic("t", 1)
	s.want(nil, map[string]string{"-0": kerr.UnknownTopicID.Message})

	s.version = 12
	if _, code := s.fetch(nil); code != kerr.FetchSessionTopicIDError.Code {
		t.Fatalf("names in a session of ids: %d", code)
	}
}

func TestSessionEpochs(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	add := func(req *kmsg.FetchRequest) { addPartition(req, "t", 0, 0) }
	s := &sessionPeer{peer: b.dial(), version: 11}
	s.fetch(add)
	first := s.id

	for _, c := range []struct {
		id, epoch int32
		want      *kerr.Error
	}{{first, 2, kerr.InvalidFetchSessionEpoch}, {first + 1, 1, kerr.FetchSessionIDNotFound}, {0, 1, kerr.FetchSessionIDNotFound}} {
		if _, code := s.fetch(func(req *kmsg.FetchRequest) { req.SessionID, req.SessionEpoch = c.id, c.epoch }); code != c.want.Code {
			t.Errorf("id %d, epoch %d: %d, want %v", c.id, c.epoch, code, c.want)
		}
	}
	s.want(nil, map[string]string{}) // it has survived

	// A full request in a session ends it and makes another.
	s.epoch = 0
	s.want(add, map[string]string{"t-0": "0"})
	if s.id == first || s.id == 0 {
		t.Fatalf("session %d after %d", s.id, first)
	}
	second := s.id
	s.epoch = -1
	s.want(add, map[string]string{"t-0": "0"})
	if s.id != 0 {
		t.Fatalf("session %d was made", s.id)
	}
	s.id, s.epoch = second, 1
	if _, code := s.fetch(nil); code != kerr.FetchSessionIDNotFound.Code {
		t.Fatal(code)
	}
}

// When busy partitions fill every answer, the others get their turn.
func TestSessionServesAllPartitionsInTurn(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 3)
	one := batch(1, string(make([]byte, 1000)))
	for p := range int32(3) {
		b.append("t", p, one, one)
	}
	s := &sessionPeer{peer: b.dial(), version: 11}
	served := map[string]int{}
	offsets := [3]int64{}
	for round := range 6 {
		got, _ := s.fetch(func(req *kmsg.FetchRequest) {
			req.MaxBytes = 1
			for p := range int32(3) {
				if round == 0 || offsets[p] > 0 {
					addPartition(req, "t", p, offsets[p])
				}
			}
		})
		for name, size := range got {
			if size != "0" {
				served[name]++
				offsets[name[2]-'0']++
			}
		}
	}
	if served["t-0"] != 2 || served["t-1"] != 2 || served["t-2"] != 2 {
		t.Fatal(served)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	var ss fetchSessions
	wants := func(n int) []wanted {
		w := make([]wanted, n)
		for i := range w {
			w[i].partition = int32(i)
		}
		return w
	}
	var first *fetchSession
	for i := range maxSessions {
		s := ss.create(wants(1), false)
		if s == nil {
			t.Fatalf("session %d was refused", i)
		}
		s.leave()
		if first == nil {
			first = s
		}
	}
	if ss.create(wants(1), false) != nil {
		t.Fatal("there is no bound of sessions")
	}
	first.used = time.Now().Add(-2 * sessionIdle)
	if s := ss.create(wants(1), false); s == nil || !first.ended || len(ss.byID) != maxSessions {
		t.Fatal("the idle session was not replaced")
	}
	ss = fetchSessions{}
	if ss.create(wants(maxSessionPartitions+1), false) != nil || ss.create(wants(maxSessionPartitions), false) == nil || ss.create(wants(1), false) != nil {
		t.Fatal("partitions are not bounded")
	}
}
