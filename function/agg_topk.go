package function

import (
	"fmt"
	"strconv"

	"github.com/leatdb/leat/types"
)

func topKAggregate() *Aggregate {
	var overloads []AggregateOverload
	for _, t := range []string{"INT", "BIGINT", "DOUBLE", "STRING"} {
		o := streamOnly("(col "+t+", other ANY..., k INT) -> ARRAY<"+t+">", 1, func(c *AggregateCall) (Accumulator, error) {
			k, err := count(c, 0, "k")
			return newFolding(newRanked(c.Args, k, descending{})), err
		})
		o.Returns = topKResult
		overloads = append(overloads, o)
	}
	return aggregate("TOPK", "The k rows with the greatest values of col, greatest first: the values, or with further columns structs of sort_col, col0, col1 and so on. Of equal rows the older one stays.",
		docs{"col": "the column to sort by", "other": "a further column; with one the result is an ARRAY of STRUCTs", "k": "how many rows to keep"}, overloads...).
		over("x INT, y STRING", []string{"5, 'a'", "7, 'b'", "NULL, 'c'", "6, 'd'"}, Example{"TOPK(x, 2)", "[7, 6]"}, Example{"TOPK(x, y, 2)", "[Struct{sort_col=7,col0=b}, Struct{sort_col=6,col0=d}]"})
}

func topKResult(args []*types.Type) (*types.Type, error) {
	if len(args) == 1 {
		return types.ArrayOf(args[0]), nil
	}
	fields := []types.Field{{Name: "sort_col", Type: args[0]}}
	for i, t := range args[1:] {
		fields = append(fields, types.Field{Name: "col" + strconv.Itoa(i), Type: t})
	}
	return types.ArrayOf(types.StructOf(fields...)), nil
}

func topKDistinctAggregate() *Aggregate {
	var overloads []AggregateOverload
	for _, t := range []string{"INT", "BIGINT", "DOUBLE", "STRING", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "BYTES"} {
		o := streamOnly("(col "+t+", k INT) -> ARRAY<"+t+">", 1, func(c *AggregateCall) (Accumulator, error) {
			k, err := count(c, 0, "k")
			return newFolding(newRanked(c.Args, k, descending{distinct: true})), err
		})
		o.Returns = func(args []*types.Type) (*types.Type, error) { return types.ArrayOf(args[0]), nil }
		overloads = append(overloads, o)
	}
	return aggregate("TOPKDISTINCT", "The k greatest different values, greatest first.",
		docs{"col": "the column to look through", "k": "how many values to keep"}, overloads...).
		over("x INT", []string{"5", "7", "7", "6"}, Example{"TOPKDISTINCT(x, 2)", "[7, 6]"})
}

// count returns a literal that says how many values to keep.
func count(c *AggregateCall, i int, name string) (int, error) {
	v := c.Literals[i]
	if v.IsNull(0) || v.I32[0] < 1 {
		return 0, fmt.Errorf("%s must be at least 1", name)
	}
	return int(v.I32[0]), nil
}
