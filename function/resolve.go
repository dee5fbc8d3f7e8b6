package function

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/types"
)

// Arg is what the resolver knows of one argument of a call: a value (Type set,
// types.NullType for a NULL literal), a time unit, or a lambda (Bind set).
type Arg struct {
	Type *types.Type
	Unit bool
	// Literal tells that the argument is a literal and SQL is its text, for the
	// configuration arguments of aggregates.
	Literal bool
	SQL     string
	// Params is the number of parameters of a lambda. Bind binds its body for
	// parameters of the given types and returns the type of the body. It is
	// called once, after the overload has been chosen from the other arguments.
	Params int
	Bind   func(params []*types.Type) (*types.Type, error)
}

// Resolved is what resolution finds out about a call besides its overload.
type Resolved struct {
	// Args are the types the arguments must be cast to: their own type where no
	// implicit cast is needed, the parameter's type for a NULL literal, the type
	// of the body for a lambda, nil for a time unit.
	Args []*types.Type
	// Lambdas[i] are the parameter types of argument i when that is a lambda.
	Lambdas [][]*types.Type
	Return  *types.Type
}

// ScalarCall is a resolved call of a scalar function.
type ScalarCall struct {
	Func     *Scalar
	Overload *ScalarOverload
	Resolved
}

// AggregateUse is a resolved call of an aggregate function. The last
// arguments, from Overload.Columns on, are the literals; Args has their types, too.
type AggregateUse struct {
	Func     *Aggregate
	Overload *AggregateOverload
	Resolved
}

// TableCall is a resolved call of a table function.
type TableCall struct {
	Func     *TableFunction
	Overload *TableOverload
	Resolved
}

// ResolveScalar finds the overload of a scalar function for the arguments:
// first without implicit casts, then with them (INT to BIGINT to DECIMAL to
// DOUBLE; STRING to DATE, TIME, TIMESTAMP and BYTES). Errors say what would
// have been accepted.
func (r *Registry) ResolveScalar(name string, args []Arg) (*ScalarCall, error) {
	f, err := r.lookupKind(name, ScalarKind)
	if err != nil {
		return nil, err
	}
	i, res, err := resolve(f, args, true)
	if err != nil {
		return nil, err
	}
	o := &f.Scalar.Overloads[i]
	if res.Return, err = returnType(f, args, res, o.Returns); err != nil {
		return nil, err
	}
	return &ScalarCall{f.Scalar, o, res.Resolved}, nil
}

// ResolveTable is ResolveScalar for table functions.
func (r *Registry) ResolveTable(name string, args []Arg) (*TableCall, error) {
	f, err := r.lookupKind(name, TableKind)
	if err != nil {
		return nil, err
	}
	i, res, err := resolve(f, args, true)
	if err != nil {
		return nil, err
	}
	o := &f.Table.Overloads[i]
	if res.Return, err = returnType(f, args, res, o.Returns); err != nil {
		return nil, err
	}
	return &TableCall{f.Table, o, res.Resolved}, nil
}

// ResolveAggregate finds the overload of an aggregate function: its columns
// need exactly the declared types, its trailing configuration literals.
func (r *Registry) ResolveAggregate(name string, args []Arg) (*AggregateUse, error) {
	f, err := r.lookupKind(name, AggregateKind)
	if err != nil {
		return nil, err
	}
	i, res, err := resolve(f, args, false)
	if err != nil {
		return nil, err
	}
	o := &f.Aggregate.Overloads[i]
	columns := o.Columns(len(args))
	for k, a := range args[columns:] {
		if !a.Literal {
			return nil, fmt.Errorf("argument %d (%s) of %s must be a literal, but is the expression %s; write the value itself",
				columns+k+1, res.params[columns+k].Name, f.Info().Name, a.SQL)
		}
	}
	all := res.Args
	res.Args = all[:columns]
	res.Return, err = returnType(f, args, res, o.Returns)
	if err != nil {
		return nil, err
	}
	res.Args = all
	return &AggregateUse{f.Aggregate, o, res.Resolved}, nil
}

func (r *Registry) lookupKind(name string, want Kind) (Function, error) {
	f, ok := r.Lookup(name)
	if !ok {
		return f, r.unknown(name)
	}
	if f.Kind() != want {
		return f, fmt.Errorf("%s is a function of kind %s; expected one of kind %s here", f.Info().Name, f.Kind(), want)
	}
	return f, nil
}

// matched is a candidate overload with what its patterns were matched to.
type matched struct {
	Resolved
	overload int
	sig      Signature
	params   []Param // sig.Params, one per argument.
	vars     bindings
}

// resolve chooses the overload of f and types its arguments, all but the result.
func resolve(f Function, args []Arg, casts bool) (int, *matched, error) {
	sigs := f.Signatures()
	candidates := match(sigs, args, false)
	if len(candidates) == 0 && casts {
		candidates = match(sigs, args, true)
	}
	if len(candidates) == 0 {
		return 0, nil, noMatch(f, args)
	}
	best := slices.MaxFunc(candidates, prefer)
	for _, c := range candidates {
		if c != best && prefer(c, best) == 0 {
			return 0, nil, ambiguous(f, args, candidates)
		}
	}
	if err := best.bindLambdas(f.Info().Name, args); err != nil {
		return 0, nil, err
	}
	best.typeNulls()
	return best.overload, best, nil
}

// match returns every signature that accepts the arguments.
func match(sigs []Signature, args []Arg, casts bool) []*matched {
	var out []*matched
	for i, sig := range sigs {
		params := expand(sig.Params, sig.Variadic, len(args))
		if len(params) != len(args) {
			continue
		}
		m := &matched{overload: i, sig: sig, params: params, vars: bindings{}}
		m.Args = make([]*types.Type, len(args))
		m.Lambdas = make([][]*types.Type, len(args))
		ok := true
		for k := 0; k < len(args) && ok; k++ {
			m.Args[k], ok = m.vars.accept(params[k].Type, args[k], casts)
		}
		if ok {
			out = append(out, m)
		}
	}
	return out
}

// expand repeats the variadic parameter so that there are n in all; when that
// is impossible the result has another length.
func expand(params []Param, variadic, n int) []Param {
	if variadic < 0 || n < len(params)-1 {
		return params
	}
	out := make([]Param, 0, n)
	out = append(out, params[:variadic]...)
	for range n - (len(params) - 1) {
		out = append(out, params[variadic])
	}
	return append(out, params[variadic+1:]...)
}

// prefer orders candidates by the tie-breaks of the dialect; the greater is the
// better one.
func prefer(a, b *matched) int {
	if va, vb := a.sig.Variadic >= 0, b.sig.Variadic >= 0; va != vb {
		return boolOrder(!va)
	}
	if d := len(a.sig.Params) - len(b.sig.Params); d != 0 {
		return d
	}
	if d := b.countParams(Pattern.generic) - a.countParams(Pattern.generic); d != 0 {
		return d
	}
	isAny := func(p Pattern) bool { return p.Kind == PatternAny }
	if aa, ba := a.countParams(isAny) > 0, b.countParams(isAny) > 0; aa != ba {
		return boolOrder(!aa)
	}
	return a.sig.Variadic - b.sig.Variadic
}

func boolOrder(better bool) int {
	if better {
		return 1
	}
	return -1
}

func (m *matched) countParams(is func(Pattern) bool) int {
	n := 0
	for _, p := range m.sig.Params {
		if is(p.Type) {
			n++
		}
	}
	return n
}

// bindLambdas binds the lambda arguments in order: the result of one may bind a
// type variable that the next one takes.
func (m *matched) bindLambdas(name string, args []Arg) error {
	for i, a := range args {
		if a.Bind == nil {
			continue
		}
		p := m.params[i].Type
		in := make([]*types.Type, len(p.Params))
		for k, x := range p.Params {
			if in[k] = m.vars.subst(x); in[k] == nil {
				return fmt.Errorf("the type of parameter %d of the lambda in argument %d of %s is unknown, because another argument is a NULL literal; give that a type with CAST", k+1, i+1, name)
			}
		}
		body, err := a.Bind(in)
		if err != nil {
			return err
		}
		m.Lambdas[i] = in
		t, ok := m.vars.accept(*p.Result, Arg{Type: body}, false)
		if !ok {
			want := p.Result.String()
			if t := m.vars.subst(*p.Result); t != nil {
				want = t.String()
			}
			return fmt.Errorf("the lambda in argument %d of %s must return %s, but returns %s; use CAST", i+1, name, want, body)
		}
		m.Args[i] = t
	}
	return nil
}

// typeNulls gives NULL literals the type of their parameter.
func (m *matched) typeNulls() {
	for i, t := range m.Args {
		if t == nil || t.Kind != types.Null {
			continue
		}
		p := m.params[i].Type
		switch {
		case p.Kind == PatternLambda:
			p = *p.Result
		case p.Kind == PatternDecimal:
			m.Args[i] = m.anyDecimal()
			continue
		}
		if t := m.vars.subst(p); t != nil {
			m.Args[i] = t
		}
	}
}

// anyDecimal returns the type of the first decimal argument: a NULL takes it.
func (m *matched) anyDecimal() *types.Type {
	for _, t := range m.Args {
		if t != nil && t.Kind == types.Decimal {
			return t
		}
	}
	return types.DecimalOf(1, 0)
}

func returnType(f Function, args []Arg, m *matched, returns func([]*types.Type) (*types.Type, error)) (*types.Type, error) {
	if returns != nil {
		t, err := returns(m.Args)
		if err != nil {
			return nil, fmt.Errorf("%s%s: %w", f.Info().Name, argTypes(args), err)
		}
		return t, nil
	}
	if t := m.vars.subst(m.sig.Result); t != nil {
		return t, nil
	}
	return types.NullType, nil
}
