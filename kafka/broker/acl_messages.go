package broker

import (
	"errors"
	"fmt"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// errNoRules is the answer of a broker that has no access rules.
var errNoRules = fmt.Errorf("%w: there are no access rules: kafka.authorization is not enabled", kerr.SecurityDisabled)

// mayRules says whether the peer may do something with access rules.
func (c *call) mayRules(op acls.Operation) error {
	if c.conn.broker.rules == nil {
		return errNoRules
	}
	return c.mayCluster(op)
}

// askedFilter is the filter that a request has in these fields. Version 0 knows literal patterns only.
func askedFilter(version int16, t kmsg.ACLResourceType, name *string, pattern kmsg.ACLResourcePatternType, principal, host *string,
	op kmsg.ACLOperation, permission kmsg.ACLPermissionType) (acls.Filter, error) {
	if version == 0 {
		pattern = kmsg.ACLResourcePatternTypeLiteral
	}
	f := acls.Filter{Type: t, Pattern: pattern, Name: name, Principal: principal, Host: host, Operation: op, Permission: permission}
	if t == 0 || pattern == 0 || op == 0 || permission == 0 ||
		t > kmsg.ACLResourceTypeUser || pattern > kmsg.ACLResourcePatternTypePrefixed || permission > kmsg.ACLPermissionTypeAllow {
		return f, fmt.Errorf("%w: the filter has an unknown type, pattern, operation or permission", kerr.InvalidRequest)
	}
	return f, nil
}

// ruleError is the protocol's error for one of access rules.
func ruleError(err error) error {
	if errors.Is(err, acls.ErrInvalid) {
		return fmt.Errorf("%w: %w", kerr.InvalidRequest, err)
	}
	return err
}
