package acls

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Options of an authorizer.
type Options struct {
	SuperUsers     []string // principals that may do everything, such as User:alice
	AllowUnmatched bool     // what no rule is about is allowed to everybody
}

// Authorizer decides who may do what. Methods may be called from many goroutines. There must be only one for a log.
type Authorizer struct {
	log  *log.Log
	opts Options

	changing sync.Mutex // one change after the other
	rules    atomic.Pointer[index]
}

// Open reads the rules of a log.
func Open(l *log.Log, o Options) (*Authorizer, error) {
	for _, p := range o.SuperUsers {
		if kind, name, _ := strings.Cut(p, ":"); kind != "User" || name == "" {
			return nil, fmt.Errorf("super user %q: expected User:name", p)
		}
	}
	a := &Authorizer{log: l, opts: o}
	var all []Rule
	for _, p := range l.Properties(propertyPrefix) {
		var r Rule
		err := json.Unmarshal(p.Value, &r)
		if err == nil {
			err = r.Check()
		}
		if err != nil {
			return nil, fmt.Errorf("access rule in the log, property %q: %w", p.Key, err)
		}
		all = append(all, r)
	}
	a.rules.Store(newIndex(all))
	return a, nil
}

// Subject is who wants to do something.
type Subject struct {
	Principal string // such as User:alice
	Host      string // the address it connects from
	Role      auth.Role
}

// implied are the operations of which to be allowed one allows another.
var implied = map[Operation][]Operation{
	kmsg.ACLOperationDescribe:        {kmsg.ACLOperationRead, kmsg.ACLOperationWrite, kmsg.ACLOperationDelete, kmsg.ACLOperationAlter},
	kmsg.ACLOperationDescribeConfigs: {kmsg.ACLOperationAlterConfigs},
}

// Allows decides.
func (a *Authorizer) Allows(s *Subject, op Operation, t Type, name string) bool {
	if a.super(s) {
		return true
	}
	found, allowed, denied := false, roleAllows(s.Role, op, t), false
	a.rules.Load().about(t, name, func(r *Rule) bool {
		found = true
		if r.concerns(s) {
			denied = r.Permission == deny && (r.Operation == op || r.Operation == kmsg.ACLOperationAll)
			allowed = allowed || r.Permission == allow && r.covers(op)
		}
		return !denied
	})
	return !denied && (allowed || !found && a.opts.AllowUnmatched)
}

// AllowsAny decides whether the operation is allowed on any resource of a type, whatever its name.
func (a *Authorizer) AllowsAny(s *Subject, op Operation, t Type) bool {
	x := a.rules.Load()
	if a.super(s) {
		return true
	}
	denies := func(r *Rule) bool {
		return r.Type == t && r.Permission == deny && r.concerns(s) && (r.Operation == op || r.Operation == kmsg.ACLOperationAll)
	}
	everything := slices.ContainsFunc(x.all, func(r Rule) bool { return denies(&r) && r.Pattern == literal && r.Name == wildcard })
	if everything {
		return false
	}
	if a.opts.AllowUnmatched || roleAllows(s.Role, op, t) {
		return true
	}
	return slices.ContainsFunc(x.all, func(r Rule) bool {
		return r.Type == t && r.Permission == allow && r.concerns(s) && r.covers(op) && !slices.ContainsFunc(x.all, func(d Rule) bool {
			return denies(&d) && (d.Resource == r.Resource || d.Pattern == prefixed && r.Name != wildcard && strings.HasPrefix(r.Name, d.Name))
		})
	})
}

func (a *Authorizer) super(s *Subject) bool {
	return s.Role == auth.Admin || slices.Contains(a.opts.SuperUsers, s.Principal)
}

func (r *Rule) concerns(s *Subject) bool {
	return (r.Principal == s.Principal || r.Principal == "User:"+wildcard) && (r.Host == wildcard || r.Host == s.Host)
}

func (r *Rule) covers(op Operation) bool {
	return r.Operation == op || r.Operation == kmsg.ACLOperationAll || slices.Contains(implied[op], r.Operation)
}

// granted are the operations on each type of resource that the role read and, above it, the role write allow.
var granted = map[Type]struct{ read, write []Operation }{
	Topic: {
		[]Operation{kmsg.ACLOperationRead, kmsg.ACLOperationDescribe, kmsg.ACLOperationDescribeConfigs},
		[]Operation{kmsg.ACLOperationWrite, kmsg.ACLOperationCreate, kmsg.ACLOperationDelete, kmsg.ACLOperationAlter, kmsg.ACLOperationAlterConfigs},
	},
	Group:       {[]Operation{kmsg.ACLOperationRead, kmsg.ACLOperationDescribe}, []Operation{kmsg.ACLOperationDelete}},
	Cluster:     {[]Operation{kmsg.ACLOperationDescribe, kmsg.ACLOperationDescribeConfigs}, []Operation{kmsg.ACLOperationCreate, kmsg.ACLOperationIdempotentWrite}},
	Transaction: {[]Operation{kmsg.ACLOperationDescribe}, []Operation{kmsg.ACLOperationWrite}},
}

func roleAllows(role auth.Role, op Operation, t Type) bool {
	g := granted[t]
	return role.Includes(auth.Read) && slices.Contains(g.read, op) || role.Includes(auth.Write) && slices.Contains(g.write, op)
}

// List returns the rules that a filter matches, sorted.
func (a *Authorizer) List(f *Filter) []Rule {
	var out []Rule
	for _, r := range a.rules.Load().all {
		if f.Matches(&r) {
			out = append(out, r)
		}
	}
	return out
}

// Create adds rules, all or none; those that are there already do no harm.
func (a *Authorizer) Create(ctx context.Context, rules []Rule) error {
	a.changing.Lock()
	defer a.changing.Unlock()
	all := slices.Clone(a.rules.Load().all)
	var ps []log.Property
	for _, r := range rules {
		if err := r.Check(); err != nil {
			return err
		}
		if !slices.Contains(all, r) {
			key, value := r.property()
			ps = append(ps, log.Property{Key: key, Value: value})
			all = append(all, r)
		}
	}
	return a.change(ctx, ps, all)
}

// Delete removes the rules that filters match, and returns them for each filter; a rule counts for the first.
func (a *Authorizer) Delete(ctx context.Context, filters []Filter) ([][]Rule, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	deleted := make([][]Rule, len(filters))
	var kept []Rule
	var ps []log.Property
	for _, r := range a.rules.Load().all {
		i := slices.IndexFunc(filters, func(f Filter) bool { return f.Matches(&r) })
		if i < 0 {
			kept = append(kept, r)
			continue
		}
		deleted[i] = append(deleted[i], r)
		key, _ := r.property()
		ps = append(ps, log.Property{Key: key})
	}
	return deleted, a.change(ctx, ps, kept)
}

func (a *Authorizer) change(ctx context.Context, ps []log.Property, all []Rule) error {
	if len(ps) == 0 {
		return nil
	}
	if err := a.log.SetProperties(ctx, ps...); err != nil {
		return fmt.Errorf("access rules: %w", err)
	}
	a.rules.Store(newIndex(all))
	return nil
}
