package function

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is the kind of a function. A name belongs to one kind only.
type Kind uint8

// The kinds of functions; None is that of an unknown name.
const (
	None Kind = iota
	ScalarKind
	AggregateKind
	TableKind
)

func (k Kind) String() string { return [...]string{"UNKNOWN", "SCALAR", "AGGREGATE", "TABLE"}[k] }

// Function is a function of any kind: exactly one of the pointers is set.
type Function struct {
	Scalar    *Scalar
	Aggregate *Aggregate
	Table     *TableFunction
}

// Kind tells which pointer is set.
func (f Function) Kind() Kind {
	switch {
	case f.Scalar != nil:
		return ScalarKind
	case f.Aggregate != nil:
		return AggregateKind
	case f.Table != nil:
		return TableKind
	}
	return None
}

// Info returns what the function tells about itself.
func (f Function) Info() *Info {
	switch f.Kind() {
	case ScalarKind:
		return &f.Scalar.Info
	case AggregateKind:
		return &f.Aggregate.Info
	case TableKind:
		return &f.Table.Info
	}
	return nil
}

// Signatures returns one signature per overload, in order of declaration. The
// trailing literals of aggregates are parameters like the others.
func (f Function) Signatures() []Signature {
	var out []Signature
	switch f.Kind() {
	case ScalarKind:
		for i := range f.Scalar.Overloads {
			out = append(out, f.Scalar.Overloads[i].signature())
		}
	case AggregateKind:
		for i := range f.Aggregate.Overloads {
			out = append(out, f.Aggregate.Overloads[i].signature())
		}
	case TableKind:
		for i := range f.Table.Overloads {
			out = append(out, f.Table.Overloads[i].signature())
		}
	}
	return out
}

func (o *ScalarOverload) signature() Signature { return Signature{o.Params, o.Variadic, o.Result} }

func (o *TableOverload) signature() Signature { return Signature{o.Params, o.Variadic, o.Result} }

func (o *AggregateOverload) signature() Signature {
	return Signature{slices.Concat(o.Params, o.Literals), o.Variadic, o.Result}
}

// Registry holds the functions by name. It may be used by several goroutines.
type Registry struct {
	mu     sync.RWMutex
	funcs  map[string]Function
	config map[string]string
	now    func() time.Time // nil: time.Now.
}

// NewRegistry returns a registry with every built-in function.
func NewRegistry() *Registry {
	r := &Registry{funcs: make(map[string]Function, 160)}
	for _, f := range builtinScalars() {
		must(r.RegisterScalar(f))
	}
	for _, f := range Aggregates() {
		must(r.RegisterAggregate(f))
	}
	for _, f := range builtinTables() {
		must(r.RegisterTable(f))
	}
	return r
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// RegisterScalar adds a scalar function. The registry reads f from then on, so
// it must not be changed.
func (r *Registry) RegisterScalar(f *Scalar) error {
	guarded := *f
	guarded.Overloads = slices.Clone(f.Overloads)
	for i := range guarded.Overloads {
		o := &guarded.Overloads[i]
		if err := checkOverload(f.Name, o.signature(), o.New != nil, o.Returns != nil); err != nil {
			return err
		}
		o.New = guardNotNull(o.Params, o.Variadic, o.New)
	}
	return r.add(f.Name, len(f.Overloads), Function{Scalar: &guarded})
}

// RegisterAggregate adds an aggregate function, as RegisterScalar does.
func (r *Registry) RegisterAggregate(f *Aggregate) error {
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if err := checkOverload(f.Name, o.signature(), o.New != nil, o.Returns != nil); err != nil {
			return err
		}
	}
	return r.add(f.Name, len(f.Overloads), Function{Aggregate: f})
}

// RegisterTable adds a table function, as RegisterScalar does.
func (r *Registry) RegisterTable(f *TableFunction) error {
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if err := checkOverload(f.Name, o.signature(), o.New != nil, o.Returns != nil); err != nil {
			return err
		}
	}
	return r.add(f.Name, len(f.Overloads), Function{Table: f})
}

func checkOverload(name string, sig Signature, hasNew, hasReturns bool) error {
	switch {
	case !hasNew:
		return fmt.Errorf("function %s: an overload has no implementation", name)
	case !hasReturns && sig.Result.String() == "":
		return fmt.Errorf("function %s: an overload has neither a result type nor a function to find it", name)
	case sig.Variadic >= len(sig.Params):
		return fmt.Errorf("function %s: the repeated parameter %d does not exist", name, sig.Variadic)
	}
	return nil
}

func (r *Registry) add(name string, overloads int, f Function) error {
	if err := checkName(name); err != nil {
		return err
	}
	if overloads == 0 {
		return fmt.Errorf("function %s has no overloads", name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.funcs[name]; ok {
		return fmt.Errorf("function %s exists already, as a function of kind %s", name, old.Kind())
	}
	r.funcs[name] = f
	return nil
}

// checkName holds function names to upper-case identifiers, so that they can be
// called without quotes.
func checkName(name string) error {
	ok := name != ""
	for i := range len(name) {
		c := name[i]
		ok = ok && (c >= 'A' && c <= 'Z' || c == '_' || i > 0 && c >= '0' && c <= '9')
	}
	if !ok {
		return fmt.Errorf("%q cannot be the name of a function: expected upper-case letters, digits and underscores, beginning with no digit", name)
	}
	return nil
}

// Lookup returns the named function; names are case-insensitive.
func (r *Registry) Lookup(name string) (Function, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	f, ok := r.funcs[strings.ToUpper(name)]
	return f, ok
}

// Kind returns the kind of the named function, None when there is none.
func (r *Registry) Kind(name string) Kind {
	f, _ := r.Lookup(name)
	return f.Kind()
}

// Names returns the names of all functions in alphabetical order.
func (r *Registry) Names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.funcs))
}
