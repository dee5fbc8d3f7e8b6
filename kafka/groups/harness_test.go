package groups

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tb is a test, or a run of a property.
type tb interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// harness is a coordinator of a log in memory. All of it lives in the bubble of a test, where time passes when everybody waits.
type harness struct {
	tb
	*Coordinator
	opts   Options
	ctx    context.Context // of requests
	cancel context.CancelFunc
	calls  sync.WaitGroup
}

// bubble runs a test with a coordinator and the clock of a bubble.
func bubble(t *testing.T, o Options, test func(h *harness)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, o)
		defer h.close()
		test(h)
	})
}

func newHarness(t tb, o Options) *harness {
	t.Helper()
	l, err := log.Open("db", log.Options{FS: vfs.NewMem(), MaintenanceInterval: -1})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if err := l.CreateTopic(context.Background(), "t", log.TopicConfig{Partitions: 4}); err != nil {
		t.Fatalf("create: %v", err)
	}
	h := &harness{tb: t, opts: o, Coordinator: New(l, o)}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

func (h *harness) close() {
	h.cancel()
	h.calls.Wait()
	h.Close()
	h.log.Close()
}

// restart lets another coordinator go on with the log. Who waits for an answer does not get it.
func (h *harness) restart() {
	h.Helper()
	h.cancel()
	h.calls.Wait()
	h.Close()
	h.Coordinator = New(h.log, h.opts)
	h.ctx, h.cancel = context.WithCancel(context.Background())
}

// pass lets time pass.
func pass(d time.Duration) {
	time.Sleep(d) // The clock is that of the bubble.
	synctest.Wait()
}

// request is what a consumer of topic t says by default.
func request() *JoinRequest {
	return &JoinRequest{Group: "g", ClientID: "client", Host: "/here", Session: 10 * time.Second, Rebalance: time.Minute,
		Kind: "consumer", Protocols: protocols("range")}
}

func protocols(names ...string) []Protocol {
	var all []Protocol
	for _, name := range names {
		all = append(all, Protocol{Name: name, Metadata: subscribe("t")})
	}
	return all
}

// subscribe is what a consumer of topics says about itself.
func subscribe(topics ...string) []byte {
	b := []byte{0, 0, 0, 0, 0, byte(len(topics))}
	for _, t := range topics {
		b = append(append(b, 0, byte(len(t))), t...)
	}
	return append(b, 0, 0, 0, 0) // no user data
}

func static(instance string) *JoinRequest {
	q := request()
	q.Instance = instance
	return q
}

// begin begins a join.
func (h *harness) begin(q *JoinRequest) <-chan JoinResult {
	answer := make(chan JoinResult, 1)
	c, ctx := h.Coordinator, h.ctx
	h.calls.Go(func() { answer <- c.Join(ctx, q) })
	synctest.Wait()
	return answer
}

// answered is an answer that must be there.
func answered[R any](h *harness, answer <-chan R) R {
	h.Helper()
	synctest.Wait()
	select {
	case r := <-answer:
		return r
	default:
		h.Fatalf("there is no answer")
		panic("unreachable")
	}
}

func waits[R any](h *harness, answer <-chan R) {
	h.Helper()
	synctest.Wait()
	select {
	case r := <-answer:
		h.Fatalf("answered with %+v", r)
	default:
	}
}

func (h *harness) join(q *JoinRequest) JoinResult {
	h.Helper()
	return answered(h, h.begin(q))
}

// rejoin is a request of a member that is one.
func rejoin(r JoinResult) *JoinRequest {
	q := request()
	q.MemberID = r.MemberID
	return q
}

func (h *harness) beginSync(r JoinResult, assignments map[string][]byte) <-chan SyncResult {
	answer := make(chan SyncResult, 1)
	c, ctx := h.Coordinator, h.ctx
	h.calls.Go(func() {
		answer <- c.Sync(ctx, &SyncRequest{Group: "g", MemberID: r.MemberID, Generation: r.Generation, Assignments: assignments})
	})
	synctest.Wait()
	return answer
}

// form makes a stable group: the first joins alone, then the others, and it joins again with them.
func (h *harness) form(qs ...*JoinRequest) []JoinResult {
	h.Helper()
	rs := []JoinResult{h.join(qs[0])}
	if len(qs) > 1 {
		var joining []<-chan JoinResult
		for _, q := range qs[1:] {
			joining = append(joining, h.begin(q))
		}
		again := *qs[0]
		again.MemberID = rs[0].MemberID
		rs[0] = h.join(&again)
		for _, answer := range joining {
			rs = append(rs, answered(h, answer))
		}
	}
	h.assign(rs)
	return rs
}

// assign lets the leader assign to everybody its own id and the generation.
func (h *harness) assign(rs []JoinResult) {
	h.Helper()
	var syncing []<-chan SyncResult
	for _, r := range rs {
		h.expect("join", r.Err, nil)
		var all map[string][]byte
		if r.Leader == r.MemberID {
			all = map[string][]byte{}
			for _, m := range r.Members {
				all[m.MemberID] = assignment(m.MemberID, r.Generation)
			}
		}
		syncing = append(syncing, h.beginSync(r, all))
	}
	for i, answer := range syncing {
		s := answered(h, answer)
		h.expect("sync", s.Err, nil)
		h.equal("assignment", string(s.Assignment), string(assignment(rs[i].MemberID, rs[i].Generation)))
	}
}

func assignment(id string, generation int32) []byte {
	return fmt.Appendf(nil, "%s in %d", id, generation)
}

func (h *harness) heartbeat(r JoinResult) error {
	return h.Heartbeat("g", r.MemberID, "", r.Generation)
}

// alive lets time pass while members send heartbeats.
func (h *harness) alive(d time.Duration, rs ...JoinResult) {
	for ; d > 0; d -= time.Second {
		for _, r := range rs {
			h.heartbeat(r)
		}
		pass(min(d, time.Second))
	}
}

func (h *harness) expect(what string, got, want error) {
	h.Helper()
	if !errors.Is(got, want) {
		h.Fatalf("%s: %v, expected %v", what, got, want)
	}
}

func (h *harness) equal(what string, got, want any) {
	h.Helper()
	if got != want {
		h.Fatalf("%s: %v, expected %v", what, got, want)
	}
}

// commit commits an offset as somebody.
func (h *harness) commit(q Commit) error {
	q.Group = "g"
	end, err := h.BeginCommit(q)
	if err != nil {
		return err
	}
	defer end()
	return h.log.CommitOffsets(context.Background(), []log.GroupOffset{{Group: "g", Topic: "t", Offset: 1, CommitMillis: time.Now().UnixMilli()}})
}

func (h *harness) state() string {
	d, _ := h.Describe("g")
	return d.State
}

var errs = struct{ rebalance, generation, unknown, fenced error }{
	kerr.RebalanceInProgress, kerr.IllegalGeneration, kerr.UnknownMemberID, kerr.FencedInstanceID,
}
