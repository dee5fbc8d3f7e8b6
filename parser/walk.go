package parser

// Walk calls visit for n and, where visit returns true, for the nodes inside it,
// from left to right. Nodes that are not there (no WHERE, no alias) are not
// visited.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	w := walker{visit}
	switch n := n.(type) {
	case Statement:
		w.statement(n)
	case Expr:
		w.expr(n)
	case *Select:
		w.query(n)
	default:
		w.part(n)
	}
}

// walker visits the children of a node, one kind of node per method.
type walker struct {
	visit func(Node) bool
}

func (w walker) node(n Node) { Walk(n, w.visit) }

// opt walks a node that may be missing.
func opt[T any, P interface {
	*T
	Node
}](w walker, n P) {
	if n != nil {
		w.node(n)
	}
}

// optExpr walks an expression that may be missing.
func (w walker) optExpr(x Expr) {
	if x != nil {
		w.node(x)
	}
}

func (w walker) exprs(list []Expr) {
	for _, x := range list {
		w.node(x)
	}
}

// all walks the elements of a slice of nodes.
func all[T any, P interface {
	*T
	Node
}](w walker, list []T) {
	for i := range list {
		w.node(P(&list[i]))
	}
}

func (w walker) query(s *Select) {
	for _, item := range s.Items {
		w.node(item)
	}
	w.node(s.From)
	opt(w, s.Window)
	w.optExpr(s.Where)
	opt(w, s.GroupBy)
	opt(w, s.PartitionBy)
	w.optExpr(s.Having)
	opt(w, s.Limit)
}

// part walks what is neither statement, query nor expression.
func (w walker) part(n Node) {
	switch n := n.(type) {
	case *ExprItem:
		w.node(n.Expr)
		opt(w, n.Alias)
	case *Star:
		opt(w, n.Qualifier)
	case *FieldStar:
		w.node(n.X)
	case *AliasedSource:
		w.node(&n.Name)
		opt(w, n.Alias)
	case *Join:
		w.node(n.Left)
		w.node(n.Right)
		opt(w, n.Within)
		w.node(n.On)
	case *Within:
		w.node(&n.Before)
		if n.Paired {
			w.node(&n.After)
		}
		opt(w, n.Grace)
	case *Window:
		opt(w, n.Name)
		w.node(&n.Size)
		opt(w, n.Advance)
		opt(w, n.Retention)
		opt(w, n.Grace)
	case *ExprList:
		w.exprs(n.Exprs)
	case *When:
		w.node(n.Cond)
		w.node(n.Result)
	case *MapEntry:
		w.node(n.Key)
		w.node(n.Value)
	case *StructLitField:
		w.node(&n.Name)
		w.node(n.Value)
	case *Property:
		w.node(&n.Name)
		w.node(n.Value)
	case *ColumnDef:
		w.node(&n.Name)
		w.node(n.Type)
		opt(w, n.Header)
	case *AddColumn:
		w.node(&n.Name)
		w.node(n.Type)
	case *TypeExpr:
		w.typeExpr(n)
	case *TypeField:
		w.node(&n.Name)
		w.node(n.Type)
	}
}

func (w walker) typeExpr(t *TypeExpr) {
	if t.Kind == TypeNamed {
		w.node(&t.Name)
	}
	for _, n := range t.Params {
		w.node(n)
	}
	opt(w, t.Key)
	opt(w, t.Elem)
	all(w, t.Fields)
}
