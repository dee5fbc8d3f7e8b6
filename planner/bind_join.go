package planner

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// join is a join on its way from syntax to plan.
type join struct {
	*query
	ast         *parser.Join
	left, right *side
	// on are the sides of the condition, over the rows of left and right.
	onLeft, onRight *expr.Expr
	atLeft, atRight parser.Expr
	foreign         bool
	prefix          string
}

// bindJoin joins two sides. Each is given the columns ALIAS_COLUMN as values and
// the join expression as key, is moved through an internal topic where that is
// another key than it has, and then the rows meet.
func (q *query) bindJoin(ast *parser.Join, left, right *side, prefix string) (*side, error) {
	j := &join{query: q, ast: ast, left: left, right: right, prefix: prefix}
	for _, stage := range []func() error{j.bindCondition, j.checkKinds, j.checkKeys, j.checkWindows, j.checkWithin} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	j.prepare()
	if err := j.checkPartitions(); err != nil {
		return nil, err
	}
	return j.build()
}

// bindCondition binds ON: one equality whose sides use one source each.
func (j *join) bindCondition() error {
	cmp, ok := j.ast.On.(*parser.Compare)
	if !ok {
		err := errorf(j.ast.On, "the condition of a join is one equality of two expressions")
		if l, isLogical := j.ast.On.(*parser.Logical); isLogical {
			return err.hint("keep one of the conditions around %s in ON and move the others to WHERE", l.Op)
		}
		return err.hint("e.g. ON a.id = b.id")
	}
	if cmp.Op != parser.OpEq {
		return errorAt(cmp.OpAt, fmt.Sprintf("a join compares with =, not with %s", cmp.Op)).hint("move other conditions to WHERE")
	}
	both := &scope{relations: append(append([]*relation(nil), j.left.scope.relations...), j.right.scope.relations...)}
	first, err := j.sideOf(both, cmp.Left)
	if err != nil {
		return err
	}
	second, err := j.sideOf(both, cmp.Right)
	if err != nil {
		return err
	}
	j.atLeft, j.atRight = cmp.Left, cmp.Right
	switch {
	case first == j.right && second == j.left:
		j.atLeft, j.atRight = cmp.Right, cmp.Left
	case first == second:
		return errorf(cmp, "both sides of the condition use %s", list(aliases(first.scope.relations), "and")).
			hint("the condition must compare %s with %s", list(aliases(j.left.scope.relations), "or"), list(aliases(j.right.scope.relations), "or"))
	}
	if j.onLeft, err = j.expressions(j.left.scope, "ON").bind(j.atLeft); err != nil {
		return err
	}
	if j.onRight, err = j.expressions(j.right.scope, "ON").bind(j.atRight); err != nil {
		return err
	}
	if !j.onLeft.Type.Equal(j.onRight.Type) {
		return errorf(cmp, "the sides of the join have different types: %s is %s and %s is %s",
			parser.Print(j.atLeft), j.onLeft.Type, parser.Print(j.atRight), j.onRight.Type).hint("use CAST")
	}
	return checkNewKey(cmp, j.onLeft, "a join")
}

// sideOf tells which side's columns the expression uses.
func (j *join) sideOf(both *scope, e parser.Expr) (*side, error) {
	uses := map[*relation]bool{}
	var failed error
	walkColumns(e, func(c *parser.Column) {
		if _, unit := j.expressions(both, "ON").unitArgument(c); unit {
			return
		}
		_, r, err := both.lookup(c)
		if err != nil && failed == nil {
			failed = err
		}
		uses[r] = true
	})
	if failed != nil {
		return nil, failed
	}
	if len(uses) != 1 {
		what := "no source"
		if len(uses) > 1 {
			what = "several sources"
		}
		return nil, errorf(e, "this side of the condition uses %s", what).hint("each side of a join's condition must use the columns of exactly one source")
	}
	for r := range uses {
		if r == j.right.scope.relations[0] {
			return j.right, nil
		}
	}
	return j.left, nil
}

// checkKinds holds that the kinds of sources can be joined like this.
func (j *join) checkKinds() error {
	left, right := j.left.node.Out().Relation, j.right.node.Out().Relation
	switch {
	case left == plan.Table && right == plan.Stream:
		return errorf(j.ast, "a TABLE cannot be joined with a STREAM in this order: %s", parser.Print(j.ast)).
			hint("write the STREAM first: every row of the stream looks the table up")
	case left == plan.Stream && right == plan.Table && j.ast.Type != parser.InnerJoin && j.ast.Type != parser.LeftJoin:
		return errorf(j.ast, "a STREAM and a TABLE cannot be joined with %s JOIN", j.ast.Type).hint("use INNER JOIN or LEFT JOIN")
	case right == plan.Table && !j.right.keys[0].is(j.onRight):
		return errorf(j.atRight, "%s is not the primary key of the TABLE %s", parser.Print(j.atRight), quote(j.right.scope.relations[0].alias)).
			hint("a table on the right of a join is looked up by its primary key; join on %s", j.right.keys[0].means[0].text)
	case right == plan.Table && len(j.right.keys) > 1:
		return errorf(j.atRight, "the TABLE %s has several key columns and cannot be joined: %s", quote(j.right.scope.relations[0].alias), keyNames(j.right.keys)).
			hint("derive a table with one key column, e.g. a STRUCT of them")
	}
	j.foreign = left == plan.Table && (len(j.left.keys) > 1 || !j.left.keys[0].is(j.onLeft))
	return nil
}

func keyNames(keys []rowKey) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.means[0].text)
	}
	return list(names, "and")
}

// checkKeys holds the rules of foreign-key joins.
func (j *join) checkKeys() error {
	if !j.foreign {
		return nil
	}
	if _, nested := j.ast.Left.(*parser.Join); nested {
		return errorf(j.ast, "a foreign-key join can only be the first join of a query").
			hint("%s is not the key of the rows joined so far; join %s in a query of its own", parser.Print(j.atLeft), quote(j.right.scope.relations[0].alias))
	}
	if j.ast.Type != parser.InnerJoin && j.ast.Type != parser.LeftJoin {
		return errorf(j.ast, "a foreign-key join cannot be a %s JOIN", j.ast.Type).
			hint("%s is not the primary key of %s; use INNER JOIN or LEFT JOIN", parser.Print(j.atLeft), quote(j.left.scope.relations[0].alias))
	}
	return nil
}

// checkWindows holds that windowed rows meet windowed rows, by their keys.
func (j *join) checkWindows() error {
	l, r := j.left.node.Out().Window, j.right.node.Out().Window
	switch {
	case l == nil && r == nil:
		return nil
	case l == nil || r == nil:
		return errorf(j.ast, "a windowed source can only be joined with a windowed one: %s", j.windowText()).
			hint("join the sources first and aggregate in windows what comes out, or aggregate both in the same windows")
	case (l.Kind == plan.Session) != (r.Kind == plan.Session):
		return errorf(j.ast, "a source with SESSION windows can only be joined with another such source: %s", j.windowText()).
			hint("aggregate both sides in windows of the same kind")
	case l.Kind != plan.Session && l.SizeMillis != r.SizeMillis && !registered(j.left.keyFormat):
		// Keys with the id of a schema are moved on both sides, and on the way the
		// right side's windows become those of the left.
		return errorf(j.ast, "the windows of the sources have different sizes").hint("%s", j.windowText())
	case !j.keyedBy(j.left, j.onLeft) || !j.keyedBy(j.right, j.onRight):
		return errorf(j.ast.On, "windowed sources can only be joined on their keys").
			hint("another key would lose the window; see https://github.com/confluentinc/ksql/issues/4385")
	case !sameFormat(j.left.keyFormat, j.right.keyFormat):
		return errorf(j.ast, "windowed sources can only be joined when their keys have one format").
			hint("%s and %s differ", j.left.keyFormat.Name, j.right.keyFormat.Name)
	}
	return nil
}

func (j *join) windowText() string {
	describe := func(s *side) string {
		w := s.node.Out().Window
		switch {
		case w == nil:
			return "is not windowed"
		case w.Kind == plan.Session:
			return "has SESSION windows"
		}
		return fmt.Sprintf("has %s windows of %d ms", w.Kind, w.SizeMillis)
	}
	return fmt.Sprintf("%s %s and %s %s", quote(j.left.scope.relations[0].alias), describe(j.left), quote(j.right.scope.relations[0].alias), describe(j.right))
}

// keyedBy tells whether e is the key the rows of the side have.
func (j *join) keyedBy(s *side, e *expr.Expr) bool { return len(s.keys) == 1 && s.keys[0].is(e) }

// checkWithin holds that WITHIN stands where two streams meet, and only there.
func (j *join) checkWithin() error {
	streams := j.left.node.Out().Relation == plan.Stream && j.right.node.Out().Relation == plan.Stream
	switch w := j.ast.Within; {
	case streams && w == nil:
		return errorf(j.ast, "a join of two streams needs WITHIN").hint("say how far apart in time rows may be: JOIN ... WITHIN 1 HOUR ON ...")
	case !streams && w != nil:
		return errorf(w, "WITHIN is for joins of two streams").hint("leave it out: a TABLE is looked up as it is at the time")
	}
	return nil
}

// checkPartitions holds that rows of equal key lie in the same partition.
func (j *join) checkPartitions() error {
	l, r := j.left.partitions, j.right.partitions
	if j.foreign || l == 0 || r == 0 || l == r {
		return nil
	}
	names := func(s *side) string { return list(aliases(s.scope.relations), "and") }
	return errorf(j.ast, "the topics of the join have different numbers of partitions: %s has %d and %s has %d", names(j.left), l, names(j.right), r).
		hint("copy one of them with the other's number: CREATE STREAM copy WITH (PARTITIONS=%d) AS SELECT * FROM %s PARTITION BY ...", l,
			quote(j.right.scope.relations[0].src.Name))
}

// walkColumns calls fn for every column in the expression, but not for the
// parameters of its lambdas.
func walkColumns(e parser.Expr, fn func(*parser.Column)) {
	parser.Walk(e, func(n parser.Node) bool {
		switch n := n.(type) {
		case *parser.Lambda:
			walkColumns(n.Body, func(c *parser.Column) {
				isParam := func(p parser.Name) bool { return c.Qualifier == nil && p.Text == c.Name.Text }
				if !slices.ContainsFunc(n.Params, isParam) {
					fn(c)
				}
			})
			return false
		case *parser.Column:
			fn(n)
			return false
		}
		return true
	})
}
