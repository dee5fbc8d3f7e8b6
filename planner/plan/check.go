package plan

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/types"
)

// Check holds what every plan promises to those who run it: expressions read
// columns that their input has, with the types it gives them; predicates are
// BOOLEAN; the two sides of a join have keys of the same types; the key columns
// of a table are only renamed. Plans read from storage are checked.
func Check(root Node) error {
	for _, in := range root.Inputs() {
		if err := Check(in); err != nil {
			return err
		}
	}
	if err := checkNode(root); err != nil {
		return fmt.Errorf("plan: %s: %w", opOf(root), err)
	}
	return nil
}

func checkNode(n Node) error {
	switch n := n.(type) {
	case *Source:
		return checkNeeded(n)
	case *Filter:
		if n.Predicate == nil || n.Predicate.Type.Kind != types.Boolean {
			return fmt.Errorf("the predicate is not BOOLEAN")
		}
		return checkExpr(n.Input, n.Predicate)
	case *Project:
		return checkProject(n)
	case *Flatten:
		return checkNamed(n.Input, n.Calls)
	case *Aggregate:
		for _, c := range n.Calls {
			for _, e := range slices.Concat(c.Args, c.Literals) {
				if err := checkExpr(n.Input, e); err != nil {
					return err
				}
			}
		}
	case *Join:
		return checkJoin(n)
	}
	return nil
}

func checkNeeded(n *Source) error {
	columns := len(n.Schema.Schema.Columns())
	if !slices.IsSorted(n.Needed) || len(n.Needed) > 0 && (n.Needed[0] < 0 || n.Needed[len(n.Needed)-1] >= columns) {
		return fmt.Errorf("the needed columns %v are not among the %d of %s in order", n.Needed, columns, n.Name)
	}
	return nil
}

func checkProject(n *Project) error {
	in := n.Input.Out()
	if in.Relation == Table && !n.Rekey {
		for i, k := range n.Key {
			if k.Expr.Op != expr.OpColumn || k.Expr.Index != i {
				return fmt.Errorf("key column %s is not column %d of the table it comes from", k.Name, i)
			}
		}
		if len(n.Key) != len(in.Key) {
			return fmt.Errorf("a table with %d key columns gets %d", len(in.Key), len(n.Key))
		}
	}
	return checkNamed(n.Input, slices.Concat(n.Key, n.Value))
}

func checkJoin(n *Join) error {
	left, right := n.Left.Out(), n.Right.Out()
	if n.ForeignKey != nil {
		if len(right.Key) != 1 || !right.Key[0].Type.Equal(n.ForeignKey.Type) {
			return fmt.Errorf("the foreign key %s does not fit the right key", n.ForeignKey.Type)
		}
		if !sameTypes(n.Key, left.Key) {
			return fmt.Errorf("the key is not that of the left side")
		}
		return checkExpr(n.Left, n.ForeignKey)
	}
	if !sameTypes(left.Key, right.Key) || !sameTypes(n.Key, left.Key) {
		return fmt.Errorf("the sides have different keys: %s and %s", columnList(left.Key), columnList(right.Key))
	}
	return nil
}

func sameTypes(a, b []types.Column) bool {
	return slices.EqualFunc(a, b, func(x, y types.Column) bool { return x.Type.Equal(y.Type) })
}

func checkNamed(in Node, list []Named) error {
	for _, n := range list {
		if err := checkExpr(in, n.Expr); err != nil {
			return fmt.Errorf("column %s: %w", n.Name, err)
		}
	}
	return nil
}

func checkExpr(in Node, e *expr.Expr) error {
	columns := in.Out().Schema.Columns()
	var err error
	e.Walk(func(x *expr.Expr) bool {
		switch {
		case err != nil:
		case x.Type == nil:
			err = fmt.Errorf("a part of %s has no type", e.SQL)
		case x.Op != expr.OpColumn:
		case x.Index < 0 || x.Index >= len(columns):
			err = fmt.Errorf("column %d does not exist, there are %d", x.Index, len(columns))
		case !x.Type.Equal(columns[x.Index].Type):
			err = fmt.Errorf("column %s is read as %s, but is %s", columns[x.Index].Name, x.Type, columns[x.Index].Type)
		}
		return err == nil
	})
	return err
}
