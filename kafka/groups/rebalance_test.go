package groups

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

func TestMembersComeAndGo(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		first := h.join(request())
		h.equal("leader", first.Leader, first.MemberID)
		h.equal("generation", first.Generation, int32(1))
		h.assign([]JoinResult{first})
		joining := h.begin(request())
		waits(h, joining)
		h.expect("heartbeat", h.heartbeat(first), errs.rebalance)
		h.expect("sync", answered(h, h.beginSync(first, nil)).Err, errs.rebalance)
		first = h.join(rejoin(first))
		second := answered(h, joining)
		h.equal("generation", first.Generation, int32(2))
		h.equal("generation", second.Generation, int32(2))
		h.equal("leader", second.Leader, first.MemberID)
		h.equal("members told to the leader", len(first.Members), 2)
		h.equal("members told to the other", len(second.Members), 0)
		follower := h.beginSync(second, nil)
		waits(h, follower)
		h.equal("state", h.state(), "CompletingRebalance")
		mine := answered(h, h.beginSync(first, map[string][]byte{second.MemberID: []byte("all")}))
		h.equal("assignment of the leader", string(mine.Assignment), "")
		h.equal("assignment of the other", string(answered(h, follower).Assignment), "all")
		h.equal("state", h.state(), "Stable")
		for _, m := range []JoinResult{first, second} {
			h.expect("heartbeat", h.heartbeat(m), nil)
		}

		h.expect("leave", h.Leave("g", first.MemberID, ""), nil)
		h.expect("heartbeat of who left", h.heartbeat(first), errs.unknown)
		h.expect("heartbeat", h.heartbeat(second), errs.rebalance)
		second = h.join(rejoin(second))
		h.equal("leader", second.Leader, second.MemberID)
		h.equal("generation", second.Generation, int32(3))
		h.assign([]JoinResult{second})
		h.expect("leave", h.Leave("g", second.MemberID, ""), nil)
		h.equal("state", h.state(), "Empty")
		h.equal("generation", h.join(request()).Generation, int32(5))
	})
}

// A member that does not come back in time is not waited for, however alive it is.
func TestRebalanceTimeout(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		first := h.join(request())
		h.assign([]JoinResult{first})
		joining := h.begin(request())
		h.alive(time.Minute-time.Second, first)
		h.expect("heartbeat", h.heartbeat(first), errs.rebalance)
		waits(h, joining)
		pass(time.Second)
		second := answered(h, joining)
		h.equal("members", len(second.Members), 1)
		h.expect("heartbeat of who was late", h.heartbeat(first), errs.unknown)
	})
}

// Who has joined and does not ask for its assignment is not waited for either, be it the leader.
func TestLeaderDoesNotAssign(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		first := h.join(request())
		joining := h.begin(request())
		first = h.join(rejoin(first))
		second := answered(h, joining)
		following := h.beginSync(second, nil)
		h.alive(time.Minute-time.Second, first)
		waits(h, following)
		pass(time.Second)
		h.expect("sync", answered(h, following).Err, errs.rebalance)
		h.expect("heartbeat of the leader", h.heartbeat(first), errs.unknown)
		second = h.join(rejoin(second))
		h.equal("leader", second.Leader, second.MemberID)
		h.assign([]JoinResult{second})
	})
}

func TestSessionExpiry(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), request())
		h.alive(5*time.Second, rs...)
		h.alive(8*time.Second, rs[1]) // the last heartbeat of the other was 9 seconds ago
		h.expect("heartbeat", h.heartbeat(rs[1]), nil)
		h.alive(time.Second, rs[1])
		h.expect("heartbeat", h.heartbeat(rs[1]), errs.rebalance)
		h.expect("heartbeat of who was silent", h.heartbeat(rs[0]), errs.unknown)
	})
}

// While a member waits for others it sends no heartbeats, and its session does not end.
func TestNoExpiryWhileJoining(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		first := h.join(request())
		h.assign([]JoinResult{first})
		joining := h.begin(request())
		h.alive(30*time.Second, first)
		again := h.begin(rejoin(first))
		second := answered(h, joining)
		first = answered(h, again)
		following := h.beginSync(second, nil)
		h.alive(30*time.Second, first)
		waits(h, following)
		h.expect("sync", answered(h, h.beginSync(first, nil)).Err, nil)
		h.expect("sync", answered(h, following).Err, nil)
	})
}

// A member whose connection ends while it waits keeps its place for the time of its session, and is not taken for joined.
func TestLostConnection(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		first := h.join(request())
		h.assign([]JoinResult{first})
		joining := h.begin(request())
		lost := request()
		lost.ClientID = "lost"
		h.cancelled(lost)
		h.equal("members", len(h.groups["g"].members), 3)
		again := h.begin(rejoin(first))
		waits(h, joining)
		waits(h, again)
		pass(10 * time.Second)
		h.equal("members", len(answered(h, again).Members), 2)
		answered(h, joining)
	})
}

// cancelled begins to join and goes away.
func (h *harness) cancelled(q *JoinRequest) {
	ctx, cancel := h.ctx, h.cancel
	defer func() { h.ctx, h.cancel = ctx, cancel }()
	var gone func()
	h.ctx, gone = newContext()
	answer := h.begin(q)
	waits(h, answer)
	gone()
	if r := answered(h, answer); r.Err == nil {
		h.Fatalf("answered with %+v", r)
	}
}

// The first rebalance of an empty group waits for those who come a little later, but not for ever.
func TestInitialDelay(t *testing.T) {
	bubble(t, Options{InitialDelay: 3 * time.Second}, func(h *harness) {
		first := h.begin(request())
		pass(2 * time.Second)
		second := h.begin(request())
		pass(2 * time.Second)
		waits(h, first)
		pass(2 * time.Second)
		h.equal("members", len(answered(h, first).Members), 2)
		h.equal("generation", answered(h, second).Generation, int32(1))
	})
}

func TestProtocols(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		both := request()
		both.Protocols = protocols("cooperative-sticky", "range")
		first := h.join(both)
		h.equal("protocol", first.Protocol, "cooperative-sticky")
		other := request()
		other.Protocols = protocols("roundrobin")
		h.expect("join without a common protocol", h.join(other).Err, kerr.InconsistentGroupProtocol)
		other = request()
		other.Kind = "connect"
		h.expect("join of another kind", h.join(other).Err, kerr.InconsistentGroupProtocol)

		joining := h.begin(request())
		again := *both
		again.MemberID = first.MemberID
		first = h.join(&again)
		old := answered(h, joining)
		h.equal("protocol", first.Protocol, "range")
		h.equal("protocol", old.Protocol, "range")
		h.assign([]JoinResult{first, old})
		wrong := SyncRequest{Group: "g", MemberID: old.MemberID, Generation: old.Generation, Protocol: "cooperative-sticky"}
		h.expect("sync with another protocol", h.Sync(h.ctx, &wrong).Err, kerr.InconsistentGroupProtocol)
		h.expect("leave", h.Leave("g", old.MemberID, ""), nil)
		h.equal("protocol", h.join(&again).Protocol, "cooperative-sticky")
	})
}

// The majority decides between protocols that all know.
func TestProtocolVote(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		var qs []*JoinRequest
		for _, names := range [][]string{{"a", "b"}, {"b", "a"}, {"c", "b", "a"}} {
			q := request()
			q.Protocols = protocols(names...)
			qs = append(qs, q)
		}
		h.equal("protocol", h.form(qs...)[0].Protocol, "b")
	})
}

// A repeated join of a member whose answer was lost changes nothing; the leader asks for a rebalance with it, as does who
// wants something else.
func TestRepeatedJoin(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), request())
		again := h.join(rejoin(rs[1]))
		h.equal("generation", again.Generation, rs[1].Generation)
		h.expect("heartbeat", h.heartbeat(rs[0]), nil)
		waits(h, h.begin(rejoin(rs[0])))
		h.expect("heartbeat", h.heartbeat(rs[1]), errs.rebalance)
	})
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), request())
		q := rejoin(rs[1])
		q.Protocols[0].Metadata = subscribe("t", "u")
		waits(h, h.begin(q))
		h.expect("heartbeat", h.heartbeat(rs[0]), errs.rebalance)
	})
}

// Who has no id gets one first, and the group waits for it until its session ends.
func TestMemberIDRequired(t *testing.T) {
	bubble(t, Options{MaxMembers: 2}, func(h *harness) {
		q := request()
		q.NeedsID = true
		r := h.join(q)
		h.expect("join", r.Err, kerr.MemberIDRequired)
		first := h.join(rejoin(r))
		h.equal("id", first.MemberID, r.MemberID)
		h.assign([]JoinResult{first})

		pending := h.join(q)
		h.expect("join", pending.Err, kerr.MemberIDRequired)
		h.expect("join of a third", h.join(q).Err, kerr.GroupMaxSizeReached)
		h.expect("heartbeat", h.heartbeat(first), nil) // nobody has joined yet
		h.expect("heartbeat of who has not joined", h.heartbeat(pending), errs.unknown)
		again := h.begin(rejoin(first))
		waits(h, again) // for the one that was promised a place
		pass(10 * time.Second)
		h.equal("members", len(answered(h, again).Members), 1)
		h.expect("join behind the session", h.join(rejoin(pending)).Err, errs.unknown)

		pending = h.join(q)
		h.expect("leave of who has not joined", h.Leave("g", pending.MemberID, ""), nil)
		h.expect("join behind it", h.join(rejoin(pending)).Err, errs.unknown)
	})
}

func TestRefusedJoins(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		for what, c := range map[string]struct {
			change func(*JoinRequest)
			err    error
		}{
			"no group":         {func(q *JoinRequest) { q.Group = "" }, kerr.InvalidGroupID},
			"a short session":  {func(q *JoinRequest) { q.Session = time.Second }, kerr.InvalidSessionTimeout},
			"a long session":   {func(q *JoinRequest) { q.Session = time.Hour }, kerr.InvalidSessionTimeout},
			"an unknown id":    {func(q *JoinRequest) { q.MemberID = "me" }, errs.unknown},
			"no protocols":     {func(q *JoinRequest) { q.Protocols = nil }, kerr.InconsistentGroupProtocol},
			"a query's group":  {func(q *JoinRequest) { q.Group = ownPrefix + "default_query_CSAS_S_1" }, kerr.GroupAuthorizationFailed},
			"no protocol type": {func(q *JoinRequest) { q.Kind = "" }, kerr.InconsistentGroupProtocol},
		} {
			q := request()
			c.change(q)
			h.expect(what, h.join(q).Err, c.err)
		}
		h.equal("groups", len(h.List()), 0)
	})
}
