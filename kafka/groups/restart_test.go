package groups

import (
	"reflect"
	"testing"
	"time"
)

// A restart keeps generation, members and assignments, and sessions begin anew.
func TestRestart(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		rs := h.form(request(), static("one"))
		before, _ := h.Describe("g")
		h.alive(9*time.Second, rs[1])
		h.restart()
		after, _ := h.Describe("g")
		if !reflect.DeepEqual(before, after) {
			t.Errorf("%+v became %+v", before, after)
		}
		h.alive(9*time.Second, rs[1])
		for _, r := range rs {
			h.expect("heartbeat", h.heartbeat(r), nil)
			s := answered(h, h.beginSync(r, nil))
			h.equal("assignment", string(s.Assignment), string(assignment(r.MemberID, r.Generation)))
		}
		h.restart()
		h.alive(10*time.Second, rs[1])
		h.expect("heartbeat", h.heartbeat(rs[1]), errs.rebalance)
		h.expect("heartbeat of who did not come back", h.heartbeat(rs[0]), errs.unknown)
	})
}

func TestRestartOfAnEmptyGroup(t *testing.T) {
	bubble(t, Options{}, func(h *harness) {
		m := h.form(request())[0]
		h.expect("leave", h.Leave("g", m.MemberID, ""), nil)
		h.restart()
		h.equal("state", h.state(), "Empty")
		h.equal("generation", h.join(request()).Generation, m.Generation+2)
	})
}

// A group that is saved in the middle of a rebalance is not taken for a stable one, whose members have nothing assigned.
func TestRestartInRebalance(t *testing.T) {
	for _, completing := range []bool{false, true} {
		bubble(t, Options{}, func(h *harness) {
			rs := h.form(request(), request(), static("one"))
			h.expect("leave", h.Leave("g", rs[0].MemberID, ""), nil)
			left := rs[1:]
			if completing {
				q := rejoin(rs[2])
				q.Instance = "one"
				first, second := h.begin(rejoin(rs[1])), h.begin(q)
				left = []JoinResult{answered(h, first), answered(h, second)}
			}
			h.mu.Lock()
			h.save(h.groups["g"], nil) // as the return of a static member just before does
			h.mu.Unlock()
			h.restart()
			for _, m := range left {
				h.expect("heartbeat", h.heartbeat(m), errs.rebalance)
			}
			q := rejoin(left[1])
			q.Instance = "one"
			first, second := h.begin(rejoin(left[0])), h.begin(q)
			h.assign([]JoinResult{answered(h, first), answered(h, second)})
		})
	}
}
