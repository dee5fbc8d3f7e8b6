package catalog

import (
	"slices"
	"strings"
)

// index is an immutable map from names to values, in order of the names. Its
// zero value is empty. Changing copies the slice: catalogues hold thousands of
// entries and change by statements, not by records.
type index[T any] []entry[T]

type entry[T any] struct {
	name  string
	value T
}

func (x index[T]) find(name string) (int, bool) {
	return slices.BinarySearchFunc(x, name, func(e entry[T], name string) int { return strings.Compare(e.name, name) })
}

func (x index[T]) get(name string) (value T, ok bool) {
	i, ok := x.find(name)
	if ok {
		value = x[i].value
	}
	return value, ok
}

// with returns x with name set to value.
func (x index[T]) with(name string, value T) index[T] {
	i, found := x.find(name)
	if found {
		out := slices.Clone(x)
		out[i].value = value
		return out
	}
	return slices.Insert(slices.Clip(x), i, entry[T]{name, value})
}

// without returns x less name.
func (x index[T]) without(name string) index[T] {
	i, found := x.find(name)
	if !found {
		return x
	}
	out := make(index[T], 0, len(x)-1)
	return append(append(out, x[:i]...), x[i+1:]...)
}

func (x index[T]) values() []T {
	out := make([]T, len(x))
	for i, e := range x {
		out[i] = e.value
	}
	return out
}

// where returns the values that keep says to, in order of their names.
func (x index[T]) where(keep func(T) bool) []T {
	var out []T
	for _, e := range x {
		if keep(e.value) {
			out = append(out, e.value)
		}
	}
	return out
}

func (x index[T]) names() []string {
	out := make([]string, len(x))
	for i, e := range x {
		out[i] = e.name
	}
	return out
}
