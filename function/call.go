package function

import (
	"maps"
	"strings"
	"time"

	"github.com/leatdb/leat/types"
)

// Configure sets the properties that functions may read: those whose names begin
// with ksql.functions.<lower-case name>. or ksql.functions._global_. reach the
// call sites made afterwards.
func (r *Registry) Configure(properties map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.config = properties
}

// Config returns the properties for the named function.
func (r *Registry) Config(name string) map[string]string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	own := "ksql.functions." + strings.ToLower(name) + "."
	var out map[string]string
	for k, v := range r.config {
		if strings.HasPrefix(k, own) || strings.HasPrefix(k, "ksql.functions._global_.") {
			if out == nil {
				out = make(map[string]string)
			}
			out[k] = v
		}
	}
	return out
}

// With returns a registry of the functions that r has now, for which properties
// (those of a query) go before the configured ones. It is r itself when none of
// them is for functions.
func (r *Registry) With(properties map[string]string) *Registry {
	var own map[string]string
	for k, v := range properties {
		if strings.HasPrefix(k, "ksql.functions.") {
			if own == nil {
				own = make(map[string]string)
			}
			own[k] = v
		}
	}
	if own == nil {
		return r
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	config := maps.Clone(r.config)
	if config == nil {
		config = own
	}
	maps.Copy(config, own)
	return &Registry{funcs: maps.Clone(r.funcs), config: config, now: r.now}
}

// SetClock gives the functions that tell the time, at call sites made afterwards,
// another clock than time.Now.
func (r *Registry) SetClock(now func() time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = now
}

func (r *Registry) clock() func() time.Time {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.now
}

// Kernel returns the kernel of one call site of a scalar function. The types in
// call are those that resolution gave: the overload is found again from them. It
// also tells whether the function is volatile.
func (r *Registry) Kernel(name string, call *Call) (Kernel, bool, error) {
	args := make([]Arg, len(call.Args))
	for i, t := range call.Args {
		args[i] = Arg{Type: t}
		switch {
		case call.Lambda != nil && call.Lambda[i] != nil:
			args[i] = Arg{Params: anyCount, Bind: func([]*types.Type) (*types.Type, error) { return t, nil }}
		case t == nil:
			args[i] = Arg{Unit: true}
		}
	}
	c, err := r.ResolveScalar(name, args)
	if err != nil {
		return nil, false, err
	}
	call.Config, call.Now = r.Config(name), r.clock()
	k, err := c.Overload.New(call)
	return k, c.Overload.Volatile, err
}

// anyCount is the parameter count of a lambda that fits every lambda parameter.
const anyCount = -1
