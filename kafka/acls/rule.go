package acls

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Short names of the protocol's.
type (
	Type      = kmsg.ACLResourceType
	Pattern   = kmsg.ACLResourcePatternType
	Operation = kmsg.ACLOperation
)

const (
	Topic       = kmsg.ACLResourceTypeTopic
	Group       = kmsg.ACLResourceTypeGroup
	Cluster     = kmsg.ACLResourceTypeCluster
	Transaction = kmsg.ACLResourceTypeTransactionalId

	literal  = kmsg.ACLResourcePatternTypeLiteral
	prefixed = kmsg.ACLResourcePatternTypePrefixed
	allow    = kmsg.ACLPermissionTypeAllow
	deny     = kmsg.ACLPermissionTypeDeny
)

// ClusterName is the name of the only resource of type Cluster.
const ClusterName = "kafka-cluster"

// wildcard is any resource, principal or host.
const wildcard = "*"

// Resource is what a rule is about.
type Resource struct {
	Type    Type
	Pattern Pattern // literal or prefixed
	Name    string
}

// Rule allows or denies an operation on resources to a principal, such as User:alice, that connects from a host.
type Rule struct {
	Resource
	Principal, Host string // "User:*" and "*" are any
	Operation       Operation
	Permission      kmsg.ACLPermissionType
}

// ErrInvalid says that a rule makes no sense.
var ErrInvalid = errors.New("invalid access rule")

// Check says what is wrong with a rule.
func (r *Rule) Check() error {
	kind, name, _ := strings.Cut(r.Principal, ":")
	switch {
	case r.Type < Topic || r.Type > kmsg.ACLResourceTypeUser:
		return fmt.Errorf("%w: resource type %s", ErrInvalid, r.Type)
	case r.Pattern != literal && r.Pattern != prefixed:
		return fmt.Errorf("%w: pattern type %s: expected LITERAL or PREFIXED", ErrInvalid, r.Pattern)
	case r.Name == "":
		return fmt.Errorf("%w: the name of the resource is empty", ErrInvalid)
	case r.Type == Cluster && (r.Name != ClusterName || r.Pattern != literal):
		return fmt.Errorf("%w: the cluster is called %s", ErrInvalid, ClusterName)
	case kind != "User" || name == "":
		return fmt.Errorf("%w: principal %q: expected User:name", ErrInvalid, r.Principal)
	case r.Host == "":
		return fmt.Errorf("%w: the host is empty: expected an address or *", ErrInvalid)
	case r.Permission != allow && r.Permission != deny:
		return fmt.Errorf("%w: permission %s: expected ALLOW or DENY", ErrInvalid, r.Permission)
	case r.Operation <= kmsg.ACLOperationAny || r.Operation > kmsg.ACLOperationIdempotentWrite:
		return fmt.Errorf("%w: operation %s", ErrInvalid, r.Operation)
	}
	return nil
}

func compareRules(a, b Rule) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Pattern, b.Pattern),
		cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Permission, b.Permission))
}

// propertyPrefix begins the keys of the properties that rules are kept as; a hash of the rule follows.
const propertyPrefix = "kafka/acl/"

// property is the key and the value that a rule is kept as.
func (r *Rule) property() (key string, value []byte) {
	value, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and names of constants
	}
	sum := sha256.Sum256(value)
	return propertyPrefix + hex.EncodeToString(sum[:16]), value
}

// Filter matches rules. The zero value of each field, or ANY, matches all.
type Filter struct {
	Type            Type
	Pattern         Pattern // MATCH: all rules that concern the resource with this name
	Name            *string
	Principal, Host *string
	Operation       Operation
	Permission      kmsg.ACLPermissionType
}

// Matches says that a rule is one of those that are asked for.
func (f *Filter) Matches(r *Rule) bool {
	return (f.Type <= kmsg.ACLResourceTypeAny || f.Type == r.Type) &&
		(f.Operation <= kmsg.ACLOperationAny || f.Operation == r.Operation) &&
		(f.Permission <= kmsg.ACLPermissionTypeAny || f.Permission == r.Permission) &&
		(f.Principal == nil || *f.Principal == r.Principal) && (f.Host == nil || *f.Host == r.Host) && f.matchesName(r)
}

func (f *Filter) matchesName(r *Rule) bool {
	switch f.Pattern {
	case kmsg.ACLResourcePatternTypeMatch:
		return f.Name == nil || *f.Name == r.Name || r.Pattern == literal && r.Name == wildcard || r.Pattern == prefixed && strings.HasPrefix(*f.Name, r.Name)
	case literal, prefixed:
		if f.Pattern != r.Pattern {
			return false
		}
	}
	return f.Name == nil || *f.Name == r.Name
}

// index finds the rules about a resource. It is not changed once it is made.
type index struct {
	all      []Rule // sorted
	rules    map[Resource][]Rule
	prefixes map[Type][]int // lengths of the names of prefixed resources
}

func newIndex(all []Rule) *index {
	slices.SortFunc(all, compareRules)
	x := &index{all: all, rules: map[Resource][]Rule{}, prefixes: map[Type][]int{}}
	for _, r := range all {
		x.rules[r.Resource] = append(x.rules[r.Resource], r)
		if n := len(r.Name); r.Pattern == prefixed && !slices.Contains(x.prefixes[r.Type], n) {
			x.prefixes[r.Type] = append(x.prefixes[r.Type], n)
		}
	}
	return x
}

// about calls visit with all rules about a resource until it returns false.
func (x *index) about(t Type, name string, visit func(*Rule) bool) {
	if len(x.all) == 0 || !each(x.rules[Resource{t, literal, name}], visit) || !each(x.rules[Resource{t, literal, wildcard}], visit) {
		return
	}
	for _, n := range x.prefixes[t] {
		if n <= len(name) && !each(x.rules[Resource{t, prefixed, name[:n]}], visit) {
			return
		}
	}
}

func each(rules []Rule, visit func(*Rule) bool) bool {
	for i := range rules {
		if !visit(&rules[i]) {
			return false
		}
	}
	return true
}
