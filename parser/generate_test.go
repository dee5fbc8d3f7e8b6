package parser

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestPrintParse draws trees and checks that the text they are printed as
// parses to them: parentheses, quotes and spaces are all there.
func TestPrintParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{t: t, depth: 5}
		var tree, again any
		var text string
		var err error
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			x := g.expr()
			text = Print(x)
			tree = x
			again, err = ParseExpr(text)
		case 1:
			x := g.typeExpr()
			text = Print(x)
			tree = x
			again, err = ParseType(text)
		default:
			x := &CreateAs{Name: g.sourceName(), Query: g.query()}
			text = Print(x)
			tree = x
			again, err = ParseStatement(text)
		}
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		if a, b := dump(tree), dump(again); a != b {
			t.Fatalf("%s\ngave\n%s\nwant\n%s", text, b, a)
		}
	})
}

// generator draws trees of the shapes the parser makes.
type generator struct {
	t     *rapid.T
	depth int
}

func (g *generator) n(label string, max int) int { return rapid.IntRange(0, max).Draw(g.t, label) }
func (g *generator) flip(label string) bool      { return rapid.Bool().Draw(g.t, label) }

func (g *generator) name() Name {
	if g.flip("any name") {
		return Name{Text: rapid.StringN(1, 5, -1).Draw(g.t, "name")}
	}
	words := append([]string{"A", "b", "1A", "1E5", "1E", "A@", "@A", "`", `"`, "'", "--", "Ä", "_", "a b"}, Keywords()...)
	return Name{Text: rapid.SampledFrom(words).Draw(g.t, "name")}
}

// sourceName draws a name that a stream or table can have.
func (g *generator) sourceName() Name {
	if g.flip("any name") {
		return Name{Text: rapid.StringMatching(`[a-zA-Z0-9_-]{1,4}`).Draw(g.t, "name")}
	}
	return Name{Text: rapid.SampledFrom(Keywords()).Draw(g.t, "name")}
}

func (g *generator) optName() *Name {
	if g.flip("named") {
		n := g.name()
		return &n
	}
	return nil
}

// some draws a slice of least to least+2 items.
func some[T any](g *generator, least int, item func() T) []T {
	var items []T
	for range least + g.n("more", 2) {
		items = append(items, item())
	}
	return items
}

func (g *generator) literal() Expr {
	text := rapid.StringN(0, 6, -1).Draw(g.t, "text")
	switch g.n("literal", 8) {
	case 0:
		v := rapid.Int64Min(0).Draw(g.t, "int")
		return &IntLit{Value: v, Big: v != int64(int32(v))}
	case 1:
		return &DecimalLit{Text: rapid.SampledFrom([]string{"1.", ".5", "0.25"}).Draw(g.t, "decimal")}
	case 2:
		text := rapid.SampledFrom([]string{"1E3", "1.5e-3", ".5E+2"}).Draw(g.t, "float")
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			g.t.Fatal(err)
		}
		return &FloatLit{Value: v, Text: text}
	case 3:
		return &BoolLit{Value: g.flip("bool")}
	case 4:
		return &NullLit{}
	case 5:
		return &TypedLit{Type: g.name(), Text: text}
	case 6:
		return &Variable{Name: "v"}
	case 7:
		return &StringLit{Value: text}
	}
	return &Column{Qualifier: g.optName(), Name: g.name()}
}

func (g *generator) expr() Expr {
	if g.depth == 0 {
		return g.literal()
	}
	g.depth--
	defer func() { g.depth++ }()
	not := g.flip("not")
	switch g.n("expr", 18) {
	case 0:
		return &Binary{Op: BinaryOp(g.n("op", int(OpConcat))), Left: g.expr(), Right: g.expr()}
	case 1:
		return &Unary{Neg: not, X: g.expr()}
	case 2:
		return &Not{X: g.expr()}
	case 3:
		return &Logical{Op: LogicalOp(g.n("op", int(OpOr))), Left: g.expr(), Right: g.expr()}
	case 4:
		return &Compare{Op: CompareOp(g.n("op", int(OpIsNotDistinct))), Left: g.expr(), Right: g.expr()}
	case 5:
		return &Between{Not: not, X: g.expr(), Lower: g.expr(), Upper: g.expr()}
	case 6:
		return &In{Not: not, X: g.expr(), List: some(g, 1, g.expr)}
	case 7:
		like := &Like{Not: not, X: g.expr(), Pattern: g.expr()}
		if g.flip("escape") {
			like.Escape = &StringLit{Value: "!"}
		}
		return like
	case 8:
		return &IsNull{Not: not, X: g.expr()}
	case 9:
		c := &Case{Whens: some(g, 1, func() When { return When{Cond: g.expr(), Result: g.expr()} })}
		if not {
			c.Operand = g.expr()
		}
		if g.flip("else") {
			c.Else = g.expr()
		}
		return c
	case 10:
		return &Cast{X: g.expr(), Type: g.typeExpr()}
	case 11:
		return &Subscript{X: g.expr(), Index: g.expr()}
	case 12:
		return &Field{X: g.expr(), Name: g.name()}
	case 13:
		return g.constructor()
	case 14:
		return &AtTimeZone{X: g.expr(), Zone: StringLit{Value: "UTC"}}
	case 15, 16:
		return g.call()
	}
	return g.literal()
}

func (g *generator) constructor() Expr {
	switch g.n("constructor", 2) {
	case 0:
		return &ArrayLit{Elems: some(g, 0, g.expr)}
	case 1:
		return &MapLit{Entries: some(g, 0, func() MapEntry { return MapEntry{Key: g.expr(), Value: g.expr()} })}
	}
	return &StructLit{Fields: some(g, 0, func() StructLitField {
		return StructLitField{Name: g.name(), Value: g.expr()}
	})}
}

func (g *generator) call() Expr {
	c := &Call{Name: g.name()}
	if g.n("star", 3) == 0 {
		c.Star = true
		return c
	}
	c.Args = some(g, 0, func() Expr {
		if g.n("unit", 4) == 0 {
			return &TimeUnit{Unit: Unit(g.n("unit", int(Day)))}
		}
		return g.expr()
	})
	if len(c.Args) > 0 {
		c.Args = append(c.Args, some(g, 0, func() Expr {
			return &Lambda{Params: some(g, 1, g.name), Body: g.expr()}
		})...)
	}
	return c
}

func (g *generator) typeExpr() *TypeExpr {
	kind := TypeKind(g.n("type", int(TypeStruct)))
	if g.depth == 0 {
		kind = TypeNamed
	}
	g.depth--
	defer func() { g.depth++ }()
	t := &TypeExpr{Kind: kind, Name: Name{Text: kind.String()}}
	switch kind {
	case TypeNamed:
		t.Name = g.name()
		if g.flip("params") {
			t.Params = some(g, 1, func() *IntLit { return &IntLit{Value: int64(g.n("param", 100))} })
		}
	case TypeDecimal:
		t.Params = []*IntLit{{Value: int64(g.n("precision", 60))}, {Value: int64(g.n("scale", 9) - 3)}}
	case TypeArray:
		t.Elem = g.typeExpr()
	case TypeMap:
		t.Key, t.Elem = g.typeExpr(), g.typeExpr()
	case TypeStruct:
		t.Fields = some(g, 0, func() TypeField { return TypeField{Name: g.name(), Type: g.typeExpr()} })
	}
	return t
}

func (g *generator) duration() Duration {
	return Duration{Count: int64(g.n("count", 1000)), Unit: Unit(g.n("unit", int(Day)))}
}

func (g *generator) optDuration() *Duration {
	if g.flip("duration") {
		d := g.duration()
		return &d
	}
	return nil
}

func (g *generator) query() *Select {
	g.depth = 3
	s := &Select{Items: some(g, 1, g.selectItem), From: g.relation(), Emit: Emit(g.n("emit", int(EmitFinal)))}
	if g.flip("window") {
		s.Window = g.window()
	}
	if g.flip("where") {
		s.Where = g.expr()
	}
	if g.flip("group") {
		s.GroupBy = &ExprList{Exprs: some(g, 0, g.expr)}
	}
	if g.flip("partition") {
		s.PartitionBy = &ExprList{Exprs: some(g, 0, g.expr)}
	}
	if g.flip("having") {
		s.Having = g.expr()
	}
	if g.flip("limit") {
		s.Limit = &IntLit{Value: int64(g.n("limit", 9))}
	}
	return s
}

func (g *generator) selectItem() SelectItem {
	switch g.n("item", 4) {
	case 0:
		return &Star{Qualifier: g.optName()}
	case 1:
		return &FieldStar{X: g.expr()}
	}
	return &ExprItem{Expr: g.expr(), Alias: g.optName()}
}

func (g *generator) source() *AliasedSource {
	s := &AliasedSource{Name: g.sourceName()}
	if g.flip("alias") {
		alias := g.sourceName()
		s.Alias = &alias
	}
	return s
}

func (g *generator) relation() Relation {
	var left Relation = g.source()
	for range g.n("joins", 2) {
		join := &Join{Type: JoinType(g.n("join", int(FullJoin))), Left: left, Right: g.source(), On: g.expr()}
		if g.flip("within") {
			w := &Within{Before: g.duration(), Paired: g.flip("paired"), Grace: g.optDuration()}
			w.After = w.Before
			if w.Paired {
				w.After = g.duration()
			}
			join.Within = w
		}
		left = join
	}
	return left
}

func (g *generator) window() *Window {
	w := &Window{
		Name: g.optName(), Kind: WindowKind(g.n("window", int(Session))),
		Size: g.duration(), Retention: g.optDuration(), Grace: g.optDuration(),
	}
	if w.Kind == Hopping {
		d := g.duration()
		w.Advance = &d
	}
	return w
}

// TestWalkVisitsAll checks that Walk leaves out no node: it finds the same
// expressions, items and relations as reflection does in drawn trees.
func TestWalkVisitsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{t: t}
		s := &Insert{Target: g.sourceName(), Query: g.query()}
		visited := map[Node]bool{}
		Walk(s, func(n Node) bool {
			if visited[n] {
				t.Fatalf("visited twice: %s", dump(n))
			}
			visited[n] = true
			return true
		})
		reflectNodes(reflect.ValueOf(s), func(n Node) {
			if !visited[n] {
				t.Fatalf("not visited: %T in %s", n, Print(s))
			}
		})
	})
}

// reflectNodes finds the nodes that stand in fields of interface or pointer type.
func reflectNodes(v reflect.Value, found func(Node)) {
	switch v.Kind() {
	case reflect.Pointer:
		if n, ok := v.Interface().(Node); ok && !v.IsNil() {
			found(n)
		}
		reflectNodes(v.Elem(), found)
	case reflect.Interface:
		reflectNodes(v.Elem(), found)
	case reflect.Slice:
		for i := range v.Len() {
			reflectNodes(v.Index(i), found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			reflectNodes(v.Field(i), found)
		}
	}
}

// TestWalkStatements checks that Walk gets at every expression of every kind of
// statement in the text tests.
func TestWalkStatements(t *testing.T) {
	kinds := map[string]bool{}
	for _, src := range seedTexts(t) {
		statements, _ := Parse(src)
		for _, s := range statements {
			kinds[fmt.Sprintf("%T", s)] = true
			visited := map[Node]bool{}
			Walk(s, func(n Node) bool { visited[n] = true; return true })
			reflectNodes(reflect.ValueOf(s), func(n Node) {
				if !visited[n] {
					t.Errorf("not visited: %T in %s", n, Print(s))
				}
			})
		}
	}
	if len(kinds) != 39 { // All there are.
		t.Errorf("the text tests hold %d kinds of statements: %v", len(kinds), kinds)
	}
}
