package parser

import (
	"fmt"
	"strconv"
)

func (p *printer) query(s *Select) {
	p.put("SELECT ")
	commas(p, s.Items, func(item *SelectItem) { p.selectItem(*item) })
	p.put(" FROM ")
	p.relation(s.From)
	if s.Window != nil {
		p.put(" ")
		p.window(s.Window)
	}
	p.clause(" WHERE ", s.Where)
	if s.GroupBy != nil {
		p.put(" GROUP BY ")
		p.values(s.GroupBy.Exprs)
	}
	if s.PartitionBy != nil {
		p.put(" PARTITION BY ")
		p.values(s.PartitionBy.Exprs)
	}
	p.clause(" HAVING ", s.Having)
	p.flag(s.Emit != EmitNone, " "+s.Emit.String())
	p.optCount(" LIMIT ", s.Limit)
}

// clause writes an expression behind words if there is one.
func (p *printer) clause(words string, x Expr) {
	if x != nil {
		p.put(words)
		p.expr(x, anyPower)
	}
}

// optCount writes a number behind words if there is one.
func (p *printer) optCount(words string, n *IntLit) {
	if n != nil {
		p.put(words, strconv.FormatInt(n.Value, 10))
	}
}

func (p *printer) selectItem(item SelectItem) {
	switch item := item.(type) {
	case *Star:
		if item.Qualifier != nil {
			p.name(item.Qualifier)
			p.put(".")
		}
		p.put("*")
	case *FieldStar:
		p.expr(item.X, primaryPower)
		p.put("->*")
	case *ExprItem:
		p.expr(item.Expr, anyPower)
		if item.Alias != nil {
			p.put(" AS ")
			p.name(item.Alias)
		}
	default:
		panic(fmt.Sprintf("parser: cannot print a %T", item))
	}
}

func (p *printer) relation(rel Relation) {
	switch rel := rel.(type) {
	case *AliasedSource:
		p.name(&rel.Name)
		if rel.Alias != nil {
			p.put(" AS ")
			p.name(rel.Alias)
		}
	case *Join:
		p.relation(rel.Left)
		p.put(" ", rel.Type.String(), " JOIN ")
		p.relation(rel.Right)
		if rel.Within != nil {
			p.put(" ")
			p.within(rel.Within)
		}
		p.clause(" ON ", rel.On)
	default:
		panic(fmt.Sprintf("parser: cannot print a %T", rel))
	}
}

func (p *printer) within(w *Within) {
	p.put("WITHIN ")
	if w.Paired {
		p.put("(")
		p.duration(&w.Before)
		p.put(", ")
		p.duration(&w.After)
		p.put(")")
	} else {
		p.duration(&w.Before)
	}
	p.optDuration(" GRACE PERIOD ", w.Grace)
}

func (p *printer) window(w *Window) {
	p.put("WINDOW ")
	if w.Name != nil {
		p.name(w.Name)
		p.put(" ")
	}
	p.put(w.Kind.String(), " (")
	p.flag(w.Kind != Session, "SIZE ")
	p.duration(&w.Size)
	p.optDuration(", ADVANCE BY ", w.Advance)
	p.optDuration(", RETENTION ", w.Retention)
	p.optDuration(", GRACE PERIOD ", w.Grace)
	p.put(")")
}
