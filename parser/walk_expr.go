package parser

func (w walker) expr(x Expr) {
	switch x := x.(type) {
	case *TypedLit:
		w.node(&x.Type)
	case *Column:
		opt(w, x.Qualifier)
		w.node(&x.Name)
	case *Call:
		w.node(&x.Name)
		w.exprs(x.Args)
	case *Lambda:
		all(w, x.Params)
		w.node(x.Body)
	case *Binary:
		w.node(x.Left)
		w.node(x.Right)
	case *Unary:
		w.node(x.X)
	case *Not:
		w.node(x.X)
	case *Logical:
		w.node(x.Left)
		w.node(x.Right)
	case *Compare:
		w.node(x.Left)
		w.node(x.Right)
	case *Between:
		w.node(x.X)
		w.node(x.Lower)
		w.node(x.Upper)
	case *In:
		w.node(x.X)
		w.exprs(x.List)
	case *Like:
		w.node(x.X)
		w.node(x.Pattern)
		opt(w, x.Escape)
	case *IsNull:
		w.node(x.X)
	case *Case:
		w.optExpr(x.Operand)
		all(w, x.Whens)
		w.optExpr(x.Else)
	case *Cast:
		w.node(x.X)
		w.node(x.Type)
	case *Subscript:
		w.node(x.X)
		w.node(x.Index)
	case *Field:
		w.node(x.X)
		w.node(&x.Name)
	case *ArrayLit:
		w.exprs(x.Elems)
	case *MapLit:
		all(w, x.Entries)
	case *StructLit:
		all(w, x.Fields)
	case *AtTimeZone:
		w.node(x.X)
		w.node(&x.Zone)
	}
}
