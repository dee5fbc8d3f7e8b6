package function

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/types"
)

// Aggregates returns the descriptors of every built-in aggregate function, made
// anew for each registry.
func Aggregates() []*Aggregate {
	nested := []*Aggregate{
		avgAggregate(), latestByOffset(), earliestByOffset(), collectListAggregate(), collectSetAggregate(),
		topKAggregate(), topKDistinctAggregate(), attrAggregate(), histogramAggregate(), countDistinctAggregate(),
		correlationAggregate(), stddevSampAggregate(), stddevSampleAggregate(),
	}
	for _, a := range nested {
		for i := range a.Overloads {
			a.Overloads[i].NestedState = true
		}
	}
	return append(nested, countAggregate(), sumAggregate(), minAggregate(), maxAggregate(), sumListAggregate())
}

// FatalError is a failure that must stop the query, not only its row: the
// dialect lets the overflow of a DECIMAL sum leave the aggregation.
type FatalError struct{ Err error }

func (e *FatalError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *FatalError) Unwrap() error { return e.Err }

const categoryAggregate = "AGGREGATE"

// aggregate builds a descriptor.
func aggregate(name, summary string, params docs, overloads ...AggregateOverload) *Aggregate {
	for _, o := range overloads {
		for _, list := range [][]Param{o.Params, o.Literals} {
			for i := range list {
				list[i].Summary = params[list[i].Name]
			}
		}
	}
	return &Aggregate{
		Info:      Info{Name: name, Category: categoryAggregate, Summary: summary, Author: author, Version: version},
		Overloads: overloads,
	}
}

// over adds examples over sample rows of the columns.
func (a *Aggregate) over(columns string, rows []string, examples ...Example) *Aggregate {
	a.Sample, a.Examples = Sample{columns, rows}, examples
	return a
}

// accumulatorMaker makes the accumulator of a call site.
type accumulatorMaker = func(*AggregateCall) (Accumulator, error)

// streamOnly builds an overload from its signature text, whose last literals
// parameters are configuration. Its updates cannot be undone.
func streamOnly(signature string, literals int, newAccumulator accumulatorMaker) AggregateOverload {
	s := Sig(signature)
	columns := len(s.Params) - literals
	return AggregateOverload{Params: s.Params[:columns:columns], Literals: slices.Clone(s.Params[columns:]),
		Variadic: s.Variadic, Result: s.Result, New: newAccumulator}
}

// undoable is streamOnly for aggregates that can take rows back.
func undoable(signature string, newAccumulator accumulatorMaker) AggregateOverload {
	o := streamOnly(signature, 0, newAccumulator)
	o.TableOK = true
	return o
}

// accumulator is the maker of an accumulator without configuration.
func accumulator(a Accumulator) accumulatorMaker {
	return func(*AggregateCall) (Accumulator, error) { return a, nil }
}

func badProperty(name, value, want string) error {
	return fmt.Errorf("property %s is %q: expected %s", name, value, want)
}

// firstArg is the result type of aggregates that return what they are given.
func firstArg(args []*types.Type) (*types.Type, error) { return args[0], nil }

// The accumulators over words below share one loop shape: for every row the
// group's words are found at int(group)*stride + at.Word, changed unless the
// argument is NULL, and written to out if somebody wants every change. Both
// conditions are the same for a whole batch, so they cost nothing to predict.
