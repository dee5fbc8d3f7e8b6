package groups

import (
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// state of a group.
type state uint8

const (
	empty      state = iota // no members, perhaps offsets
	preparing               // waits for members to join
	completing              // waits for the leader's assignment
	stable
)

func (s state) String() string {
	return [...]string{"Empty", "PreparingRebalance", "CompletingRebalance", "Stable"}[s]
}

// group is a consumer group.
type group struct {
	name       string
	state      state
	generation int32
	kind       string // the protocol type, such as "consumer"
	protocol   string // that all members use, from completing on
	leader     string // id of a member
	members    []*member
	pending    map[string]*timer // ids that were given out and have not joined yet
	emptySince time.Time
	durable    bool // a property says something about it

	timer     timer         // preparing: the end of the joining; later: of the syncing
	due       bool          // preparing: the time for joining is over
	gathering bool          // preparing: it is the first, and waits for InitialDelay
	newcomers bool          // gathering: somebody has joined in this delay
	grace     time.Duration // gathering: how much longer it may take
	commits   int           // that have begun in this generation: the next waits for them
	assigning bool          // completing: the leader's assignment is being saved
}

// member is a member of a group.
type member struct {
	id         string
	instance   string // of a static member; "" of a dynamic one
	clientID   string
	host       string
	session    time.Duration
	rebalance  time.Duration
	protocols  []Protocol
	assignment []byte

	expiry   timer
	joining  chan JoinResult // the answer of Join that it waits for
	syncing  chan SyncResult // the answer of Sync
	owesSync bool            // it has joined this generation and not asked for its assignment yet
}

// Protocol is a way to assign partitions that a member knows, and what it has to say for that.
type Protocol struct {
	Name     string
	Metadata []byte
}

func (g *group) find(id string) *member {
	i := slices.IndexFunc(g.members, func(m *member) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return g.members[i]
}

func (g *group) static(instance string) *member {
	i := slices.IndexFunc(g.members, func(m *member) bool { return m.instance == instance })
	if i < 0 {
		return nil
	}
	return g.members[i]
}

// rebalanceTimeout is how long a round of joining takes at most.
func (g *group) rebalanceTimeout() time.Duration {
	var longest time.Duration
	for _, m := range g.members {
		longest = max(longest, m.rebalance)
	}
	return longest
}

func (m *member) metadata(protocol string) []byte {
	for i := range m.protocols {
		if m.protocols[i].Name == protocol {
			return m.protocols[i].Metadata
		}
	}
	return nil
}

func (m *member) supports(protocol string) bool {
	return slices.ContainsFunc(m.protocols, func(p Protocol) bool { return p.Name == protocol })
}

// common says that all members but one know a protocol.
func (g *group) common(protocol string, but *member) bool {
	for _, m := range g.members {
		if m != but && !m.supports(protocol) {
			return false
		}
	}
	return true
}

// accepts says that a member with these protocols fits into the group; me is what it has been, or nil.
func (g *group) accepts(kind string, protocols []Protocol, me *member) bool {
	if kind == "" || len(protocols) == 0 || len(g.members) > 0 && kind != g.kind {
		return false
	}
	return slices.ContainsFunc(protocols, func(p Protocol) bool { return g.common(p.Name, me) })
}

// choose counts votes: every member has one, for the first of its protocols that all know. Of equals, that which the older
// member wants wins.
func (g *group) choose() string {
	votes := map[string]int{}
	best := ""
	for _, m := range g.members {
		for i := range m.protocols {
			if name := m.protocols[i].Name; g.common(name, nil) {
				votes[name]++
				break
			}
		}
	}
	for _, m := range g.members {
		for i := range m.protocols {
			if name := m.protocols[i].Name; votes[name] > votes[best] {
				best = name
			}
		}
	}
	return best
}

// subscriptions returns the topics of all members, or false if they cannot be told.
func (g *group) subscriptions() (map[string]bool, bool) {
	topics := map[string]bool{}
	for _, m := range g.members {
		of, ok := subscription(g.kind, m.metadata(g.protocol))
		if !ok {
			return nil, false
		}
		for _, t := range of {
			topics[t] = true
		}
	}
	return topics, true
}

// subscription reads the topics out of what a consumer says about itself, sorted.
func subscription(kind string, metadata []byte) ([]string, bool) {
	if kind != "consumer" {
		return nil, false
	}
	r := reader{metadata}
	if !r.skip(2) {
		return nil, false
	}
	n, ok := r.int(4)
	var topics []string
	for ; ok && n > 0; n-- {
		var size int
		if size, ok = r.int(2); ok && size <= len(r.b) {
			topics = append(topics, string(r.b[:size]))
			r.b = r.b[size:]
		} else {
			ok = false
		}
	}
	slices.Sort(topics)
	return topics, ok
}

// reader reads big-endian numbers.
type reader struct{ b []byte }

func (r *reader) skip(n int) bool {
	if len(r.b) < n {
		return false
	}
	r.b = r.b[n:]
	return true
}

func (r *reader) int(size int) (n int, ok bool) {
	if len(r.b) < size {
		return 0, false
	}
	for _, c := range r.b[:size] {
		n = n<<8 | int(c)
	}
	return n, r.skip(size)
}

// sameSubscription says that a change of what a member says is none of its subscription. What is not a consumer's is not known, and
// taken for the same.
func sameSubscription(kind string, old, new []byte) bool {
	a, ok := subscription(kind, old)
	b, ok2 := subscription(kind, new)
	return ok == ok2 && slices.Equal(a, b)
}

// describe lists the members as the leader is told about them.
func (g *group) describe() []kmsg.JoinGroupResponseMember {
	all := make([]kmsg.JoinGroupResponseMember, len(g.members))
	for i, m := range g.members {
		all[i].MemberID, all[i].InstanceID, all[i].ProtocolMetadata = m.id, optional(m.instance), m.metadata(g.protocol)
	}
	return all
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func sameProtocols(a, b []Protocol) bool {
	return slices.EqualFunc(a, b, func(a, b Protocol) bool { return a.Name == b.Name && string(a.Metadata) == string(b.Metadata) })
}

// answerJoin and answerSync end what a member waits for.
func (m *member) answerJoin(r JoinResult) {
	if m.joining != nil {
		m.joining <- r
		m.joining = nil
	}
}

func (m *member) answerSync(r SyncResult) {
	if m.syncing != nil {
		m.syncing <- r
		m.syncing = nil
	}
}

// dismiss ends what a member waits for with an error.
func (m *member) dismiss(err *kerr.Error) {
	m.answerJoin(JoinResult{Err: err, MemberID: m.id})
	m.answerSync(SyncResult{Err: err})
}
