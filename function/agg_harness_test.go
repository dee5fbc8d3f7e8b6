package function_test

import (
	"fmt"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// memState is a function.State in plain memory.
type memState struct {
	words  []uint64
	stride int
	blobs  [][]byte
	perRow int
}

// newState makes room for groups of an accumulator that begins behind one
// foreign word and one foreign blob, which it must leave alone.
func newState(a function.Accumulator, groups int) (*memState, function.Slots) {
	w, b := a.Size()
	s := &memState{stride: w + 2, perRow: b + 2}
	s.words = make([]uint64, groups*s.stride)
	s.blobs = make([][]byte, groups*s.perRow)
	for g := range groups {
		for _, i := range []int{0, s.stride - 1} {
			s.words[g*s.stride+i] = 0xDEAD
		}
		for _, i := range []int{0, s.perRow - 1} {
			s.blobs[g*s.perRow+i] = []byte("foreign")
		}
	}
	return s, function.Slots{Word: 1, Blob: 1}
}

// intact tells whether nothing but the accumulator's slots was written.
func (s *memState) intact() bool {
	for g := range len(s.words) / s.stride {
		if s.words[g*s.stride] != 0xDEAD || s.words[(g+1)*s.stride-1] != 0xDEAD ||
			string(s.blobs[g*s.perRow]) != "foreign" || string(s.blobs[(g+1)*s.perRow-1]) != "foreign" {
			return false
		}
	}
	return true
}

func (s *memState) Words() []uint64                 { return s.words }
func (s *memState) Stride() int                     { return s.stride }
func (s *memState) Blob(group uint32, i int) []byte { return s.blobs[int(group)*s.perRow+i] }
func (s *memState) SetBlob(group uint32, i int, b []byte) {
	at := &s.blobs[int(group)*s.perRow+i]
	*at = append((*at)[:0], b...) // The old memory is reused, as in package state.
}

// testing is what *testing.T and *rapid.T have in common.
type reporter interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

var registry = function.NewRegistry()

// aggregator makes the accumulator of a call and returns its result type.
// Literals follow the column types: int32, bool.
func aggregator(t reporter, name string, args []*types.Type, literals ...any) (function.Accumulator, *types.Type) {
	t.Helper()
	a, typ, err := newAggregator(name, args, nil, literals...)
	if err != nil {
		t.Fatal(err)
	}
	return a, typ
}

func newAggregator(name string, args []*types.Type, config map[string]string, literals ...any) (function.Accumulator, *types.Type, error) {
	var list []function.Arg
	for _, a := range args {
		list = append(list, function.Arg{Type: a})
	}
	call := &function.AggregateCall{Args: args, Config: config}
	for _, l := range literals {
		v := types.NewVector(types.IntegerType)
		if _, ok := l.(bool); ok {
			v = types.NewVector(types.BooleanType)
		}
		if err := v.AppendAny(l); err != nil {
			return nil, nil, err
		}
		list = append(list, function.Arg{Type: v.Type, Literal: true})
		call.Literals = append(call.Literals, v)
	}
	use, err := registry.ResolveAggregate(name, list)
	if err != nil {
		return nil, nil, err
	}
	call.Return = use.Return
	a, err := use.Overload.New(call)
	return a, use.Return, err
}

// columnOf makes a vector of Go values.
func columnOf(t reporter, typ *types.Type, values ...any) *types.Vector {
	t.Helper()
	v := types.NewVector(typ)
	for _, x := range values {
		if err := v.AppendAny(x); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// iota returns 0..n-1.
func iota(n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}

func text(v *types.Vector, row int) string {
	if v.IsNull(row) {
		return "NULL"
	}
	return string(v.AppendText(nil, row))
}

// emitted aggregates the rows into one group and returns the value after each.
func emitted(t *testing.T, name string, cols []*types.Vector, literals ...any) []string {
	t.Helper()
	var args []*types.Type
	n := 0
	for _, c := range cols {
		args = append(args, c.Type)
		n = c.Len
	}
	a, typ := aggregator(t, name, args, literals...)
	st, at := newState(a, 1)
	out := types.NewVector(typ)
	out.Reset(n)
	var errs function.Errors
	a.Update(st, at, make([]uint32, n), cols, iota(n), 1, out, &errs)
	var texts []string
	for r := range n {
		texts = append(texts, text(out, r))
	}
	for _, err := range errs.Errs {
		texts = append(texts, "error: "+err.Error())
	}
	if !st.intact() {
		t.Errorf("%s wrote beyond its slots", name)
	}
	return texts
}

// starts returns the value of a group that has seen nothing.
func starts(t *testing.T, name string, args []*types.Type, literals ...any) string {
	t.Helper()
	a, typ := aggregator(t, name, args, literals...)
	st, at := newState(a, 1)
	out := types.NewVector(typ)
	out.Reset(1)
	a.Result(st, at, []uint32{0}, []uint32{0}, out)
	return text(out, 0)
}

func typesOf(texts ...string) []*types.Type {
	var out []*types.Type
	for _, s := range texts {
		out = append(out, types.MustType(s))
	}
	return out
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}
