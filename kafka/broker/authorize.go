package broker

import (
	"fmt"
	"net"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// may says whether the peer of a call may do something: nil, or the error that Kafka has for that type of resource.
func (c *call) may(op acls.Operation, t acls.Type, name string) error {
	a := c.conn.broker.rules
	if a == nil || a.Allows(&c.conn.peer.Subject, op, t, name) {
		return nil
	}
	return c.refused(op, t, name)
}

func (c *call) refused(op acls.Operation, t acls.Type, name string) error {
	code := kerr.ClusterAuthorizationFailed
	switch t {
	case acls.Topic:
		code = kerr.TopicAuthorizationFailed
	case acls.Group:
		code = kerr.GroupAuthorizationFailed
	case acls.Transaction:
		code = kerr.TransactionalIDAuthorizationFailed
	}
	return fmt.Errorf("%w: %s has no right to %s %s %s", code, c.conn.peer.Principal, op, t, name)
}

func (c *call) mayTopic(op acls.Operation, name string) error { return c.may(op, acls.Topic, name) }
func (c *call) mayGroup(op acls.Operation, name string) error { return c.may(op, acls.Group, name) }
func (c *call) mayCluster(op acls.Operation) error            { return c.may(op, acls.Cluster, acls.ClusterName) }

// mayTransaction is about the transactional id of a request, which may have none.
func (c *call) mayTransaction(op acls.Operation, id *string) error {
	if id == nil {
		return nil
	}
	return c.may(op, acls.Transaction, *id)
}

// mayCreate says whether the peer may make a topic: the cluster or the topic allows it.
func (c *call) mayCreate(topic string) error {
	if c.mayCluster(kmsg.ACLOperationCreate) == nil {
		return nil
	}
	return c.mayTopic(kmsg.ACLOperationCreate, topic)
}

// mayProduce says whether the peer may have a producer id: it may write to something.
func (c *call) mayProduce() error {
	err := c.mayCluster(kmsg.ACLOperationIdempotentWrite)
	if err != nil && c.conn.broker.rules.AllowsAny(&c.conn.peer.Subject, kmsg.ACLOperationWrite, acls.Topic) {
		return nil
	}
	return err
}

// mayConfigs says whether the peer may do something with the settings of a resource.
func (c *call) mayConfigs(op acls.Operation, kind kmsg.ConfigResourceType, name string) error {
	if kind == kmsg.ConfigResourceTypeTopic {
		return c.mayTopic(op, name)
	}
	return c.mayCluster(op)
}

// guarded are the APIs that ask whether the peer may do what it wants, and those that everybody may use. While there are access rules,
// others are for who may do everything.
var guarded = map[int16]bool{
	0: true, 1: true, 2: true, 3: true, 8: true, 9: true, 10: true, 11: true, 12: true, 13: true, 14: true, 15: true, 16: true, 17: true,
	18: true, 19: true, 20: true, 21: true, 22: true, 23: true, 24: true, 25: true, 26: true, 28: true, 29: true, 30: true, 31: true, 32: true, 33: true, 35: true, 36: true,
	37: true, 42: true, 43: true, 44: true, 46: true, 47: true, 50: true, 51: true, 60: true, 61: true, 65: true, 66: true, 75: true,
}

// guard ends the connection of who asks for an API that does not ask by itself.
func (b *Broker) guard(c *call) error {
	if b.rules == nil || guarded[c.api.key] {
		return nil
	}
	if err := c.mayCluster(kmsg.ACLOperationClusterAction); err != nil {
		return fmt.Errorf("%w: %s: %w", errSecurity, c.api.name, err)
	}
	return nil
}

// operations are those that there are on each type of resource.
var operations = map[acls.Type][]acls.Operation{
	acls.Topic: {
		kmsg.ACLOperationRead, kmsg.ACLOperationWrite, kmsg.ACLOperationCreate, kmsg.ACLOperationDelete, kmsg.ACLOperationAlter,
		kmsg.ACLOperationDescribe, kmsg.ACLOperationDescribeConfigs, kmsg.ACLOperationAlterConfigs,
	},
	acls.Group: {kmsg.ACLOperationRead, kmsg.ACLOperationDelete, kmsg.ACLOperationDescribe},
	acls.Cluster: {
		kmsg.ACLOperationCreate, kmsg.ACLOperationAlter, kmsg.ACLOperationDescribe, kmsg.ACLOperationClusterAction,
		kmsg.ACLOperationDescribeConfigs, kmsg.ACLOperationAlterConfigs, kmsg.ACLOperationIdempotentWrite,
	},
}

// notAsked is what answers have for authorized operations that nobody has asked for.
const notAsked = -1 << 31

// mayAll returns the operations that the peer may do, a bit each, if it is asked for.
func (c *call) mayAll(asked bool, t acls.Type, name string) int32 {
	if !asked {
		return notAsked
	}
	var bits int32
	for _, op := range operations[t] {
		if c.may(op, t, name) == nil {
			bits |= 1 << op
		}
	}
	return bits
}

// hostOf is the address of a peer without its port.
func hostOf(addr net.Addr) string {
	if host, _, err := net.SplitHostPort(addr.String()); err == nil {
		return host
	}
	return addr.String()
}
