package planner

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// prepare brings both sides into the form in which they are joined: keyed by
// the join expression, their columns named ALIAS_COLUMN among the values, and
// moved through an internal topic where rows of equal key would not meet.
func (j *join) prepare() {
	leftRekey := !j.foreign && !j.keyedBy(j.left, j.onLeft)
	rightRekey := !j.keyedBy(j.right, j.onRight)
	keyFormat := j.keyFormat(leftRekey, rightRekey)
	names := j.topicNames()
	j.left, j.onLeft = j.prepareSide(j.left, j.onLeft, leftRekey)
	j.right, j.onRight = j.prepareSide(j.right, j.onRight, rightRekey)
	if j.foreign {
		j.moveAsked(names[1])
	} else {
		j.move(j.left, leftRekey, keyFormat, names[0])
		j.move(j.right, rightRekey, keyFormat, names[1])
	}
}

// topicNames names the internal topics of the sides as ksqlDB does: users know
// them from their access rules and monitoring.
func (j *join) topicNames() [2]string {
	names := [2]string{"LeftSourceKeyed-SelectKey-repartition", "RightSourceKeyed-SelectKey-repartition"}
	switch {
	case j.ast.Within != nil:
		names = [2]string{"Join-left-repartition", "Join-right-repartition"}
	case j.left.node.Out().Relation == plan.Stream:
		names[0] = "Join-repartition"
	}
	return names
}

// keyFormat is the format of the keys on both sides: the left one's, unless the
// left side is moved anyway and the right one need not be.
func (j *join) keyFormat(leftRekey, rightRekey bool) plan.Format {
	f := j.left.keyFormat
	if f.Name == "NONE" || leftRekey && !rightRekey && j.right.keyFormat.Name != "NONE" {
		f = j.right.keyFormat
	}
	if f.Name == "NONE" {
		f = plan.Format{Name: j.session.keyFormat()}
	}
	key := []types.Column{{Name: "ROWKEY", Type: j.onLeft.Type}}
	if !carries(f, key, true) {
		f = plan.Format{Name: "JSON"}
	}
	return f
}

// moveAsked puts a repartition on the right side of a foreign-key join, where the
// partition of a right row does not follow from its key alone: left rows are
// looked up by nothing else.
func (j *join) moveAsked(name string) {
	if j.right.partitions != 1 {
		j.move(j.right, false, j.right.keyFormat, name)
	}
}

// move puts a repartition on a side with a new key or another key format. Keys
// with the id of a schema in front are always moved: ids differ from topic to
// topic, and with them the partitions. The rows of push queries all run through
// one task and stay where they are.
func (j *join) move(s *side, rekey bool, f plan.Format, name string) {
	if !rekey && sameFormat(s.keyFormat, f) && !registered(f) {
		return
	}
	s.keyFormat, s.partitions = f, 0
	if !j.persistent() {
		return
	}
	s.node = &plan.Repartition{Input: s.node, Name: j.prefix + name, KeyFormat: f.Inherited(), ValueFormat: internalValues}
}

// internalValues is the format of values in internal topics: the rows as the
// engine keeps them, whatever their types.
var internalValues = plan.Format{Name: "ROW"}

// prepareSide projects the columns of a side to values, and its key to the join
// expression. It returns the expression over the projected rows, too.
func (j *join) prepareSide(s *side, on *expr.Expr, rekey bool) (*side, *expr.Expr) {
	if !rekey && s.scope.joined() {
		return s, on
	}
	out := &side{keyFormat: s.keyFormat, partitions: s.partitions, scope: &scope{}}
	p := &plan.Project{Input: s.node, Rekey: rekey}
	if rekey {
		p.Key = []plan.Named{{Name: j.keyName(s, on), Expr: on}}
	} else {
		for i, c := range s.node.Out().Key {
			p.Key = append(p.Key, plan.Named{Name: c.Name, Expr: expr.Column(i, c.Type)})
		}
	}
	var swap substitution
	for _, r := range s.scope.relations {
		moved := &relation{alias: r.alias, src: r.src}
		project := func(cols []column) (out []column) {
			for _, c := range cols {
				at := expr.Column(len(p.Key)+len(p.Value), c.expr.Type)
				p.Value = append(p.Value, plan.Named{Name: r.alias + "_" + c.name, Expr: c.expr})
				swap.add(c.expr, at)
				out = append(out, column{name: c.name, expr: at, key: c.key})
			}
			return out
		}
		moved.columns, moved.pseudo = project(r.columns), project(r.pseudo)
		out.scope.relations = append(out.scope.relations, moved)
	}
	out.node = p
	on = swap.apply(on)
	if rekey {
		key := expr.Column(0, on.Type)
		out.keys = []rowKey{{read: key, equal: []*expr.Expr{key, on}, what: "join expression"}}
		return out, on
	}
	for i, k := range s.keys {
		moved := swap.key(k, expr.Column(i, k.read.Type))
		for m := range moved.means {
			moved.means[m].text = quote(s.scope.relations[0].alias) + "." + moved.means[m].text
		}
		out.keys = append(out.keys, moved)
	}
	return out, on
}

// keyName names the key column a side gets: after the column it is, if any.
func (j *join) keyName(s *side, on *expr.Expr) string {
	for _, r := range s.scope.relations {
		for _, c := range slices.Concat(r.columns, r.pseudo) {
			if same(c.expr, on) {
				return r.alias + "_" + c.name
			}
		}
	}
	return "ROWKEY"
}

// substitution replaces expressions over the rows of one node by expressions
// over those of the next.
type substitution struct{ from, to []*expr.Expr }

func (s *substitution) add(from, to *expr.Expr) {
	s.from, s.to = append(s.from, from), append(s.to, to)
}

func (s *substitution) apply(e *expr.Expr) *expr.Expr {
	for i, f := range s.from {
		if same(f, e) {
			return s.to[i]
		}
	}
	if len(e.Args) == 0 {
		return e
	}
	out := *e
	out.Args = make([]*expr.Expr, len(e.Args))
	for i, a := range e.Args {
		out.Args[i] = s.apply(a)
	}
	return &out
}

// key is a key over the next node's rows, where it is read by read.
func (s *substitution) key(k rowKey, read *expr.Expr) rowKey {
	out := rowKey{read: read, equal: []*expr.Expr{read}, what: k.what}
	for _, e := range k.equal {
		out.equal = append(out.equal, s.apply(e))
	}
	for _, m := range k.means {
		out.means = append(out.means, meaning{s.apply(m.expr), m.text})
	}
	return out
}

// build makes the join of the prepared sides and says what its rows are.
func (j *join) build() (*side, error) {
	node := &plan.Join{Left: j.left.node, Right: j.right.node, Type: plan.JoinType(j.ast.Type.String()), Store: j.prefix + "Join"}
	if w := j.ast.Within; w != nil {
		node.Within = &plan.Within{BeforeMillis: w.Before.Millis(), AfterMillis: w.After.Millis()}
		if w.Grace != nil {
			node.Within.GraceMillis, node.Within.HasGrace = w.Grace.Millis(), true
		}
	}
	if j.foreign {
		node.ForeignKey = j.onLeft
	}
	out := &side{node: node, scope: &scope{}, keyFormat: j.left.keyFormat, partitions: max(j.left.partitions, j.right.partitions)}
	shift := j.shift()
	out.scope.relations = append(out.scope.relations, j.left.scope.relations...)
	for _, r := range j.right.scope.relations {
		moved := &relation{alias: r.alias, src: r.src}
		for _, c := range r.columns {
			moved.columns = append(moved.columns, column{name: c.name, expr: shift.apply(c.expr), key: c.key})
		}
		for _, c := range r.pseudo {
			moved.pseudo = append(moved.pseudo, column{name: c.name, expr: shift.apply(c.expr), key: c.key})
		}
		out.scope.relations = append(out.scope.relations, moved)
	}
	if j.foreign {
		out.keys = j.left.keys
		node.Key = j.left.node.Out().Key
		return out, nil
	}
	key := j.joinKey(shift)
	if len(key.means) == 0 {
		name := syntheticName(out.scope)
		out.scope.synthetic = &column{name: name, expr: key.read, key: true}
		key.means = []meaning{{key.read, name}}
		key.what = "synthetic key column"
	}
	out.keys = []rowKey{key}
	node.Key = []types.Column{{Name: j.outputName(out, key), Type: key.read.Type}}
	return out, nil
}

// shift maps the columns of the right side to where the join puts them.
func (j *join) shift() *substitution {
	s := &substitution{}
	right, left := j.right.node.Out(), j.left.node.Out()
	keys := 1
	if j.foreign {
		keys = len(left.Key)
	}
	for i, c := range right.Schema.Columns() {
		to := expr.Column(0, c.Type)
		if i >= len(right.Key) {
			to = expr.Column(keys+len(left.Value)+i-len(right.Key), c.Type)
		}
		s.add(expr.Column(i, c.Type), to)
	}
	return s
}

// joinKey says what the key of the joined rows is: which columns select it, and
// which always equal it. Where a side may be missing its columns do not equal
// the key; they may still select it, except in a FULL join, where no column is
// always there.
func (j *join) joinKey(shift *substitution) rowKey {
	read := expr.Column(0, j.onLeft.Type)
	key := rowKey{read: read, equal: []*expr.Expr{read}, what: "join expression"}
	left, right := j.left.keys[0], shift.key(j.right.keys[0], read)
	onRight := shift.apply(j.onRight)
	if j.ast.Type == parser.InnerJoin || j.ast.Type == parser.LeftJoin {
		key.equal = append(append(key.equal, left.equal...), j.onLeft)
	}
	if j.ast.Type == parser.InnerJoin || j.ast.Type == parser.RightJoin {
		key.equal = append(append(key.equal, right.equal...), onRight)
	}
	if j.ast.Type == parser.FullJoin {
		return key
	}
	for _, m := range left.means {
		if j.left.scope.synthetic == nil {
			key.addMeaning(m)
		}
	}
	if _, isColumn := j.atLeft.(*parser.Column); isColumn {
		key.addMeaning(meaning{j.onLeft, parser.Print(j.atLeft)})
	}
	if _, isColumn := j.atRight.(*parser.Column); isColumn {
		key.addMeaning(meaning{onRight, parser.Print(j.atRight)})
	}
	return key
}

func (k *rowKey) addMeaning(m meaning) {
	for _, have := range k.means {
		if same(have.expr, m.expr) {
			return
		}
	}
	k.means = append(k.means, m)
}

// outputName names the key column of a join's rows.
func (j *join) outputName(out *side, key rowKey) string {
	if s := out.scope.synthetic; s != nil {
		return s.name
	}
	return j.keyName(out, key.means[0].expr)
}

// syntheticName is ROWKEY, or ROWKEY_1 and so on where a source has that.
func syntheticName(s *scope) string {
	name := "ROWKEY"
	for i := 1; s.count(name) > 0; i++ {
		name = fmt.Sprintf("ROWKEY_%d", i)
	}
	return name
}
