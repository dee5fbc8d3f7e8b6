package broker

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// served is everything that is served, and what ApiVersions answers from.
func served() apiTable {
	return index(
		large(pipelined(handle(0, 13, (*Broker).produce))),
		handle(4, 17, (*Broker).fetch),
		handle(1, 10, (*Broker).listOffsets),
		handle(0, 12, (*Broker).metadata),
		handle(2, 9, (*Broker).offsetCommit),
		handle(1, 9, (*Broker).offsetFetch),
		handle(0, 6, (*Broker).findCoordinator),
		handle(0, 9, (*Broker).joinGroup),
		handle(0, 4, (*Broker).heartbeat),
		handle(0, 5, (*Broker).leaveGroup),
		handle(0, 5, (*Broker).syncGroup),
		handle(0, 6, (*Broker).describeGroups),
		handle(0, 5, (*Broker).listGroups),
		handle(0, 1, (*Broker).saslHandshake),
		handle(0, 4, (*Broker).apiVersions),
		handle(0, 7, (*Broker).createTopics),
		handle(0, 6, (*Broker).deleteTopics),
		handle(0, 2, (*Broker).deleteRecords),
		handle(0, 5, (*Broker).initProducerID),
		handle(2, 4, (*Broker).offsetForLeaderEpoch),
		handle(0, 3, (*Broker).addPartitionsToTxn),
		handle(0, 4, (*Broker).addOffsetsToTxn),
		handle(0, 5, (*Broker).endTxn),
		handle(0, 5, (*Broker).txnOffsetCommit),
		handle(0, 3, (*Broker).describeACLs),
		handle(0, 3, (*Broker).createACLs),
		handle(0, 3, (*Broker).deleteACLs),
		handle(0, 4, (*Broker).describeConfigs),
		handle(0, 2, (*Broker).alterConfigs),
		handle(0, 4, (*Broker).describeLogDirs),
		handle(0, 2, (*Broker).saslAuthenticate),
		handle(0, 3, (*Broker).createPartitions),
		handle(0, 2, (*Broker).deleteGroups),
		handle(0, 2, (*Broker).electLeaders),
		handle(0, 1, (*Broker).incrementalAlterConfigs),
		handle(0, 0, (*Broker).listPartitionReassignments),
		handle(0, 0, (*Broker).offsetDelete),
		handle(0, 0, (*Broker).describeUserSCRAMCredentials),
		handle(0, 0, (*Broker).alterUserSCRAMCredentials),
		handle(0, 2, (*Broker).describeCluster),
		handle(0, 0, (*Broker).describeProducers),
		handle(0, 0, (*Broker).describeTransactions),
		handle(0, 2, (*Broker).listTransactions),
		handle(0, 0, (*Broker).describeTopicPartitions),
	)
}

// api is a request that is served.
type api struct {
	key      int16
	min, max int16 // versions
	name     string
	shape    []shape
	fresh    func() kmsg.Request
	handle   func(*Broker, context.Context, *call, kmsg.Request) (kmsg.Response, error)

	// pipelined says that the handler must not wait for anything but room, and returns a *later: calls begin in the order
	// of arrival while earlier ones still wait. It must be done with the memory of the request when it returns.
	pipelined bool
	large     bool // the frame may be as large as Options.MaxFrameBytes
}

// handle serves versions min to max of a request with a method of Broker.
func handle[M any, R interface {
	*M
	kmsg.Request
}](min, max int16, fn func(*Broker, context.Context, *call, R) (kmsg.Response, error)) *api {
	key := R(new(M)).Key()
	return &api{
		key: key, min: min, max: max, name: kmsg.Key(key).Name(),
		shape: shapeOf(key),
		fresh: func() kmsg.Request { return R(new(M)) },
		handle: func(b *Broker, ctx context.Context, c *call, req kmsg.Request) (kmsg.Response, error) {
			return fn(b, ctx, c, req.(R))
		},
	}
}

func pipelined(a *api) *api {
	a.pipelined = true
	return a
}

func large(a *api) *api {
	a.large = true
	return a
}

// apiTable is indexed by key; keys that are not served are nil.
type apiTable []*api

func index(all ...*api) apiTable {
	var t apiTable
	for _, a := range all {
		for int(a.key) >= len(t) {
			t = append(t, nil)
		}
		if t[a.key] != nil {
			panic(fmt.Sprintf("broker: %s is registered twice", a.name))
		}
		t[a.key] = a
	}
	return t
}

func (t apiTable) find(key int16) *api {
	if key < 0 || int(key) >= len(t) {
		return nil
	}
	return t[key]
}

// call is a request on its way: decoded by the reader of its connection, run and answered by the worker.
type call struct {
	conn        *conn
	api         *api
	version     int16
	correlation int32
	clientID    string // as the client says
	req         kmsg.Request
	frame       *frame // req points into it; nil once a pipelined call has begun
	tooNew      bool   // an ApiVersions request of an unknown version: req is empty

	answer   kmsg.Response // nil: nothing is sent
	err      error         // ends the connection
	hangUp   error         // ends it when the answer is sent
	begun    bool          // the handler has returned
	finished chan struct{} // closed when the answer is sent
}

// later is the answer of a pipelined API.
type later struct {
	kmsg.Response // nil

	// wait returns the answer when it is ready, and gives up with an error when ctx ends.
	wait func(ctx context.Context) (kmsg.Response, error)
}

// begin runs the handler of a call.
func (b *Broker) begin(ctx context.Context, c *call) {
	c.begun = true
	if c.err = b.admit(c); c.err != nil {
		return
	}
	c.answer, c.err = c.api.handle(b, ctx, c, c.req)
}

// end waits for the answer of a call that has begun.
func (c *call) end(ctx context.Context) (kmsg.Response, error) {
	if l, ok := c.answer.(*later); ok && c.err == nil {
		return l.wait(ctx)
	}
	return c.answer, c.err
}
