package groups

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

func newContext() (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background())
}

func (h *harness) heartbeatOf(r JoinResult, instance string) error {
	return h.Heartbeat("g", r.MemberID, instance, r.Generation)
}

// A static member that comes back gets a new id and keeps its assignment. Nobody has to rebalance, and who has the old id is fenced.
func TestStaticMemberComesBack(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), static("one"))
		old := rs[1]
		now := h.join(static("one"))
		h.expect("join", now.Err, nil)
		h.equal("generation", now.Generation, old.Generation)
		h.equal("the same id", now.MemberID == old.MemberID, false)
		h.expect("heartbeat of the other", h.heartbeat(rs[0]), nil)
		s := answered(h, h.beginSync(now, nil))
		h.equal("assignment", string(s.Assignment), string(assignment(old.MemberID, old.Generation)))

		h.expect("heartbeat of the old", h.heartbeatOf(old, "one"), errs.fenced)
		h.expect("heartbeat of the old without its name", h.heartbeat(old), errs.unknown)
		h.expect("commit of the old", h.commit(Commit{MemberID: old.MemberID, Instance: "one", Generation: old.Generation}), errs.fenced)
		h.expect("leave of the old", h.Leave("g", old.MemberID, "one"), errs.fenced)
		q := static("one")
		q.MemberID = old.MemberID
		h.expect("join of the old", h.join(q).Err, errs.fenced)
		sync := SyncRequest{Group: "g", MemberID: old.MemberID, Instance: "one", Generation: old.Generation}
		h.expect("sync of the old", h.Sync(h.ctx, &sync).Err, errs.fenced)
		h.expect("heartbeat", h.heartbeatOf(now, "one"), nil)
		h.expect("commit", h.commit(Commit{MemberID: now.MemberID, Instance: "one", Generation: now.Generation}), nil)
		h.expect("leave by name", h.Leave("g", "", "one"), nil)
		h.expect("heartbeat of the other", h.heartbeat(rs[0]), errs.rebalance)
	})
}

// A static leader that comes back is told to skip the assignment, or that another leads, if it does not know how to skip.
func TestStaticLeaderComesBack(t *testing.T) {
	for _, may := range []bool{true, false} {
		bubble(t, Options{}, func(h *harness) {
			rs := h.form(static("one"), request())
			q := static("one")
			q.MaySkip = may
			now := h.join(q)
			h.equal("leads", now.Leader == now.MemberID, may)
			h.equal("skips", now.SkipAssignment, may)
			h.expect("heartbeat of the other", h.heartbeat(rs[1]), nil)
			s := answered(h, h.beginSync(now, nil))
			h.equal("assignment", string(s.Assignment), string(assignment(rs[0].MemberID, rs[0].Generation)))
			joining := h.begin(request())
			other := h.begin(rejoin(rs[1]))
			q.MemberID = now.MemberID
			now = h.join(q)
			h.equal("leader of the next generation", now.Leader, now.MemberID)
			h.assign([]JoinResult{now, answered(h, joining), answered(h, other)})
		})
	}
}

// With another subscription it does cause a rebalance.
func TestStaticMemberComesBackWithAnotherSubscription(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), static("one"))
		q := static("one")
		q.Protocols[0].Metadata = subscribe("t", "u")
		joining := h.begin(q)
		waits(h, joining)
		h.expect("heartbeat of the other", h.heartbeat(rs[0]), errs.rebalance)
		first := h.join(rejoin(rs[0]))
		h.equal("generation", answered(h, joining).Generation, first.Generation)
	})
}

// A static member that is away keeps its place through a rebalance, until its session ends; who waited under the same name is fenced.
func TestStaticMemberIsAway(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		q := static("one")
		q.Session, q.Rebalance = 2*time.Minute, 30*time.Second
		r := request()
		r.Rebalance = 30 * time.Second
		rs := h.form(r, q)
		joining, again := h.begin(r), *r
		again.MemberID = rs[0].MemberID
		other := h.begin(&again)
		pass(30 * time.Second)
		r0, r2 := answered(h, other), answered(h, joining)
		h.equal("members", len(r0.Members), 3)
		h.assign([]JoinResult{r0, r2})
		h.alive(90*time.Second, r0, r2)
		h.expect("heartbeat behind its session", h.heartbeat(r0), errs.rebalance)
		h.equal("members", len(h.groups["g"].members), 2)
	})
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), request())
		waiting := h.begin(static("one"))
		another := h.begin(static("one"))
		h.expect("join", answered(h, waiting).Err, errs.fenced)
		h.begin(rejoin(rs[0]))
		h.begin(rejoin(rs[1]))
		h.expect("join", answered(h, another).Err, nil)
	})
}

func TestFencing(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), request())
		m := rs[1]
		for _, generation := range []int32{m.Generation - 1, m.Generation + 1} {
			of := m
			of.Generation = generation
			h.expect("heartbeat", h.heartbeat(of), errs.generation)
			h.expect("sync", answered(h, h.beginSync(of, nil)).Err, errs.generation)
			h.expect("commit", h.commit(Commit{MemberID: m.MemberID, Generation: generation}), errs.generation)
		}
		nobody := JoinResult{MemberID: "nobody", Generation: m.Generation}
		h.expect("heartbeat", h.heartbeat(nobody), errs.unknown)
		h.expect("sync", answered(h, h.beginSync(nobody, nil)).Err, errs.unknown)
		h.expect("commit", h.commit(Commit{MemberID: "nobody", Generation: m.Generation}), errs.unknown)
		h.expect("leave", h.Leave("g", "nobody", ""), errs.unknown)
		h.expect("simple commit", h.commit(Commit{Generation: -1}), errs.unknown)
		h.expect("commit", h.commit(Commit{MemberID: m.MemberID, Generation: m.Generation}), nil)
		for _, r := range rs {
			h.expect("leave", h.Leave("g", r.MemberID, ""), nil)
		}
		h.expect("commit of who left", h.commit(Commit{MemberID: m.MemberID, Generation: m.Generation}), errs.unknown)
		h.expect("simple commit", h.commit(Commit{Generation: -1}), nil)
	})
}

// A member commits while others join, but not when it has joined itself; the next generation waits for a commit under way.
func TestCommitsInRebalance(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), request())
		h.expect("leave", h.Leave("g", rs[0].MemberID, ""), nil)
		m := rs[1]
		end, err := h.BeginCommit(Commit{Group: "g", MemberID: m.MemberID, Generation: m.Generation})
		h.expect("commit", err, nil)
		joining := h.begin(rejoin(m))
		waits(h, joining)
		end()
		next := answered(h, joining)
		h.equal("generation", next.Generation, m.Generation+1)
		h.expect("commit of the old generation", h.commit(Commit{MemberID: m.MemberID, Generation: m.Generation}), errs.generation)
		h.expect("commit before the sync", h.commit(Commit{MemberID: m.MemberID, Generation: next.Generation}), errs.rebalance)
		h.assign([]JoinResult{next})
		h.expect("commit", h.commit(Commit{MemberID: m.MemberID, Generation: next.Generation}), nil)
	})
}

func TestDeleteGroup(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		h.expect("delete", h.Delete(h.ctx, "g"), kerr.GroupIDNotFound)
		_, err := h.Subscribed("g")
		h.expect("subscribed", err, kerr.GroupIDNotFound)
		m := h.join(request())
		h.assign([]JoinResult{m})
		h.expect("commit", h.commit(Commit{MemberID: m.MemberID, Generation: m.Generation}), nil)
		h.expect("delete", h.Delete(h.ctx, "g"), kerr.NonEmptyGroup)
		topics, err := h.Subscribed("g")
		h.expect("subscribed", err, nil)
		h.equal("topics", len(topics), 1)
		h.equal("subscribed to t", topics["t"], true)
		h.expect("leave", h.Leave("g", m.MemberID, ""), nil)
		topics, err = h.Subscribed("g")
		h.expect("subscribed", err, nil)
		h.equal("topics", len(topics), 0)
		h.expect("delete", h.Delete(h.ctx, "g"), nil)
		h.equal("groups", len(h.List()), 0)
		h.equal("offsets", len(h.log.GroupOffsets("g")), 0)
		h.restart()
		h.equal("groups behind a restart", len(h.List()), 0)
	})
}

// Offsets go when the group has been empty for the time of the retention, and the group with them.
func TestRetention(t *testing.T) {
	bubble(t, Options{Retention: time.Hour, CheckInterval: time.Minute}, func(h *harness) {
		m := h.join(request())
		h.assign([]JoinResult{m})
		h.expect("commit", h.commit(Commit{MemberID: m.MemberID, Generation: m.Generation}), nil)
		h.alive(2*time.Hour, m)
		h.equal("offsets of a group with members", len(h.log.GroupOffsets("g")), 1)
		h.expect("leave", h.Leave("g", m.MemberID, ""), nil)
		pass(59 * time.Minute)
		h.equal("offsets", len(h.log.GroupOffsets("g")), 1)
		pass(3 * time.Minute)
		h.equal("offsets", len(h.log.GroupOffsets("g")), 0)
		h.equal("groups", len(h.List()), 0)
	})
}

// The groups of queries are seen and not touched.
func TestOwnGroups(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		const name = ownPrefix + "default_query_CTAS_T_1"
		_, err := h.BeginCommit(Commit{Group: name, Generation: -1})
		h.expect("commit", err, kerr.GroupAuthorizationFailed)
		h.expect("delete", h.Delete(h.ctx, name), kerr.GroupAuthorizationFailed)
		_, err = h.Subscribed(name)
		h.expect("deletion of offsets", err, kerr.GroupAuthorizationFailed)
		h.expect("heartbeat", h.Heartbeat(name, "me", "", 1), kerr.GroupAuthorizationFailed)
		h.expect("leave", h.Leave(name, "me", ""), kerr.GroupAuthorizationFailed)
	})
}
