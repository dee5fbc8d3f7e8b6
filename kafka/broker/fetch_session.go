package broker

import (
	"container/list"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A fetch session remembers the partitions that a client reads, so that its next requests name only those whose offset
// has changed, and the answers only those with news. Requests of a session are numbered by the session epoch:
//
//	id 0, epoch 0    a full request that makes a session, if there is room
//	epoch -1         a full request without a session; ends the one it names
//	id, epoch n      the n-th incremental request
//
// A client that is told that its session is unknown or out of step begins again with a full request.
const (
	maxSessions          = 1000
	maxSessionPartitions = 200_000 // of all sessions, at about 150 bytes each
	sessionIdle          = 2 * time.Minute
)

// fetchSessions are the sessions of a broker.
type fetchSessions struct {
	mu         sync.Mutex
	byID       map[int32]*fetchSession
	byUse      list.List // of *fetchSession, the longest unused first
	partitions int       // of all
}

// fetchSession is one session. A nil session is that of a request without one. What is below owner belongs to the request that has
// opened it.
type fetchSession struct {
	all   *fetchSessions
	id    int32
	byID  bool // topics are named by id
	place *list.Element
	used  time.Time
	size  int  // partitions, as counted
	busy  bool // a request is working with it
	ended bool

	epoch int32 // of the next request
	parts []sessionPartition
	index map[partitionKey]int
}

type partitionKey struct {
	topic     string
	id        [16]byte
	partition int32
}

// sessionPartition is a partition of a session and what its client was told.
type sessionPartition struct {
	wanted
	high, start int64 // -1: to be told whatever it is
}

// open finds what a request wants to read: its own list, or that of its session.
func (ss *fetchSessions) open(b *Broker, req *kmsg.FetchRequest) (*fetchSession, []wanted, error) {
	if req.Version < 7 || req.SessionEpoch <= 0 {
		if req.SessionID != 0 {
			ss.end(req.SessionID)
		}
		wants := wantedOf(req)
		if req.Version < 7 || req.SessionEpoch < 0 || len(wants) == 0 {
			return nil, wants, nil
		}
		return ss.create(wants, req.Version >= 13), wants, nil
	}
	s, err := ss.resume(req)
	if err != nil {
		return nil, nil, err
	}
	if err := s.update(req); err != nil {
		ss.end(s.id) // nobody will get it again
		return nil, nil, err
	}
	wants := make([]wanted, len(s.parts))
	for i := range s.parts {
		wants[i] = s.parts[i].wanted
	}
	return s, wants, nil
}

// wantedOf is the list in a request.
func wantedOf(req *kmsg.FetchRequest) []wanted {
	n := 0
	for i := range req.Topics {
		n += len(req.Topics[i].Partitions)
	}
	wants := make([]wanted, 0, n)
	for i := range req.Topics {
		t := &req.Topics[i]
		for j := range t.Partitions {
			p := &t.Partitions[j]
			wants = append(wants, wanted{
				topic: t.Topic, id: t.TopicID, partition: p.Partition, maxBytes: p.PartitionMaxBytes,
				offset: p.FetchOffset, epoch: p.CurrentLeaderEpoch, lastEpoch: p.LastFetchedEpoch,
			})
		}
	}
	return wants
}

// create makes a session, or returns nil when there is no room for it.
func (ss *fetchSessions) create(wants []wanted, byID bool) *fetchSession {
	s := &fetchSession{
		all: ss, byID: byID, busy: true, epoch: 1,
		parts: make([]sessionPartition, 0, len(wants)), index: make(map[partitionKey]int, len(wants)),
	}
	for _, w := range wants {
		s.put(w)
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	now := time.Now()
	if !ss.makeRoom(len(s.parts), now) {
		return nil
	}
	if ss.byID == nil {
		ss.byID = map[int32]*fetchSession{}
	}
	for s.id == 0 || ss.byID[s.id] != nil {
		s.id = rand.Int32N(math.MaxInt32) + 1
	}
	s.used, s.size = now, len(s.parts)
	s.place = ss.byUse.PushBack(s)
	ss.byID[s.id] = s
	ss.partitions += s.size
	return s
}

// makeRoom ends idle sessions until there is room for one with n partitions; mu is held.
func (ss *fetchSessions) makeRoom(n int, now time.Time) bool {
	for len(ss.byID) >= maxSessions || ss.partitions+n > maxSessionPartitions {
		oldest := ss.byUse.Front()
		if oldest == nil {
			return false
		}
		s := oldest.Value.(*fetchSession)
		if s.busy || now.Sub(s.used) < sessionIdle {
			return false
		}
		ss.remove(s)
	}
	return true
}

func (ss *fetchSessions) remove(s *fetchSession) {
	if !s.ended {
		s.ended = true
		delete(ss.byID, s.id)
		ss.byUse.Remove(s.place)
		ss.partitions -= s.size
	}
}

func (ss *fetchSessions) end(id int32) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s := ss.byID[id]; s != nil {
		ss.remove(s)
	}
}

// resume finds the session of an incremental request, which owns it until leave.
func (ss *fetchSessions) resume(req *kmsg.FetchRequest) (*fetchSession, error) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	s := ss.byID[req.SessionID]
	switch {
	case s == nil:
		return nil, kerr.FetchSessionIDNotFound
	case s.busy || s.epoch != req.SessionEpoch:
		return nil, kerr.InvalidFetchSessionEpoch
	case s.byID != (req.Version >= 13):
		return nil, kerr.FetchSessionTopicIDError
	}
	s.busy, s.used = true, time.Now()
	ss.byUse.MoveToBack(s.place)
	if s.epoch++; s.epoch < 0 {
		s.epoch = 1
	}
	return s, nil
}

// update takes over the changes of an incremental request.
func (s *fetchSession) update(req *kmsg.FetchRequest) error {
	for _, w := range wantedOf(req) {
		s.put(w)
	}
	s.forget(req.ForgottenTopics)
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	if s.ended {
		return kerr.FetchSessionIDNotFound
	}
	s.all.partitions += len(s.parts) - s.size
	s.size = len(s.parts)
	if s.all.partitions > maxSessionPartitions {
		return fmt.Errorf("%w: there are too many partitions in sessions", kerr.FetchSessionIDNotFound)
	}
	return nil
}

func (w *wanted) key() partitionKey { return partitionKey{w.topic, w.id, w.partition} }

// put adds a partition, or changes what is wanted of it.
func (s *fetchSession) put(w wanted) {
	if i, ok := s.index[w.key()]; ok {
		s.parts[i].wanted = w
		return
	}
	s.index[w.key()] = len(s.parts)
	s.parts = append(s.parts, sessionPartition{wanted: w, high: -1, start: -1})
}

func (s *fetchSession) forget(topics []kmsg.FetchRequestForgottenTopic) {
	if len(topics) == 0 {
		return
	}
	gone := map[int]bool{}
	for i := range topics {
		for _, p := range topics[i].Partitions {
			if at, ok := s.index[partitionKey{topics[i].Topic, topics[i].TopicID, p}]; ok {
				gone[at] = true
			}
		}
	}
	kept := s.parts[:0]
	for i, p := range s.parts {
		if !gone[i] {
			kept = append(kept, p)
		}
	}
	s.arrange(kept)
}

// arrange gives the partitions another order.
func (s *fetchSession) arrange(parts []sessionPartition) {
	s.parts = parts
	clear(s.index)
	for i := range parts {
		s.index[parts[i].key()] = i
	}
}

func (s *fetchSession) idOrNone() int32 {
	if s == nil {
		return 0
	}
	return s.id
}

// note takes down what an answer tells, and leaves out of it what is known. The partitions with records go behind the others, so
// that a busy one cannot take all the room all the time.
func (s *fetchSession) note(f *fetcher) {
	if s == nil {
		return
	}
	var served, rest []sessionPartition
	for i := range s.parts {
		p, r := &s.parts[i], &f.reads[i]
		r.silent = r.chunk == nil && r.code == 0 && !r.diverged && r.high == p.high && r.start == p.start
		p.high, p.start = r.high, r.start
		if r.chunk != nil {
			served = append(served, *p)
		}
	}
	if len(served) > 0 && len(served) < len(s.parts) {
		for i := range s.parts {
			if f.reads[i].chunk == nil {
				rest = append(rest, s.parts[i])
			}
		}
		s.arrange(append(rest, served...))
	}
}

// leave lets the next request have the session.
func (s *fetchSession) leave() {
	if s == nil {
		return
	}
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	s.busy = false
}
