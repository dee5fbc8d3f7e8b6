// Package groups coordinates classic consumer groups: who is a member, which generation it is, who leads and what everybody has
// been assigned. It knows nothing of connections and little of the wire: its errors are those of the protocol.
//
// A Coordinator holds all groups under one lock, which is never held while anything waits: a transition takes microseconds, and
// 1,000 members send a heartbeat every few seconds each. Requests that have to wait for other members (Join, Sync) wait on a
// channel of their member. Two goroutines serve all groups: the clock, which fires the deadlines of a heap, and the keeper,
// which makes groups durable and expires offsets.
//
// A group is saved as a property of the log when its assignments are known, when a static member comes back under a new id,
// and when it becomes empty. So after a restart members go on where they were: their heartbeats are those of the generation that
// was saved, and nobody has to rebalance. Sessions begin anew then. Offsets are the log's; the coordinator only says who may
// commit, see BeginCommit.
package groups
