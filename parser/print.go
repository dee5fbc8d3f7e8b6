package parser

import (
	"fmt"
	"strconv"
	"strings"
)

// Print writes a node as canonical SQL: on one line, keywords in upper case,
// names in backquotes and expressions in parentheses exactly where needed, no
// `;`. Reading the text again gives the same tree but for spans, source texts,
// directives and Name.Quoted.
func Print(n Node) string {
	p := &printer{}
	switch n := n.(type) {
	case Statement:
		p.statement(n)
	case Expr:
		p.expr(n, anyPower)
	case *TypeExpr:
		p.typeExpr(n)
	case *Select:
		p.query(n)
	case SelectItem:
		p.selectItem(n)
	case Relation:
		p.relation(n)
	case *Window:
		p.window(n)
	case *Within:
		p.within(n)
	case *ExprList:
		p.values(n.Exprs)
	case *Name:
		p.name(n)
	case *Resource:
		p.resource(n)
	case *Property:
		p.property(n)
	case *ColumnDef:
		p.columnDef(n)
	case *AddColumn:
		p.addColumn(n)
	case *Duration:
		p.duration(n)
	case *When:
		p.when(n)
	default:
		panic(fmt.Sprintf("parser: cannot print a %T", n))
	}
	return p.String()
}

// printer collects the text; tokens are separated where they are written.
type printer struct {
	strings.Builder
}

// put writes words as they are.
func (p *printer) put(words ...string) {
	for _, w := range words {
		p.WriteString(w)
	}
}

// flag writes word if on.
func (p *printer) flag(on bool, word string) {
	if on {
		p.WriteString(word)
	}
}

// commas writes items with a separator between them.
func commas[T any](p *printer, items []T, write func(*T)) {
	for i := range items {
		if i > 0 {
			p.put(", ")
		}
		write(&items[i])
	}
}

func (p *printer) name(n *Name) { p.put(QuoteIdent(n.Text)) }

// nameUnlike writes a name that must not be read as one of these keywords.
func (p *printer) nameUnlike(n *Name, words ...string) {
	for _, w := range words {
		if n.Text == w {
			p.put(backquote(w))
			return
		}
	}
	p.name(n)
}

func (p *printer) names(list []Name) {
	p.put("(")
	commas(p, list, p.name)
	p.put(")")
}

// resource writes a name that keeps its case, as a string where it is no word.
func (p *printer) resource(x *Resource) {
	if x.Text != "" && isLetter(x.Text[0]) && wordEnd(x.Text, 0) == len(x.Text) && !IsReserved(x.Text) {
		p.put(x.Text)
	} else {
		p.put(QuoteString(x.Text))
	}
}

func (p *printer) str(s *StringLit) { p.put(QuoteString(s.Value)) }

func (p *printer) duration(d *Duration) {
	p.put(strconv.FormatInt(d.Count, 10), " ", d.Unit.String())
}

// optDuration writes a duration behind words if there is one.
func (p *printer) optDuration(words string, d *Duration) {
	if d != nil {
		p.put(words)
		p.duration(d)
	}
}

// with writes the WITH clause if there are properties.
func (p *printer) with(props []Property) {
	if props == nil {
		return
	}
	p.put(" WITH (")
	commas(p, props, p.property)
	p.put(")")
}

func (p *printer) property(x *Property) {
	if isPlainIdent(x.Name.Text) {
		p.put(x.Name.Text)
	} else {
		p.put(QuoteString(x.Name.Text))
	}
	p.put(" = ")
	p.expr(x.Value, anyPower)
}

func (p *printer) typeExpr(t *TypeExpr) {
	switch t.Kind {
	case TypeArray:
		p.put("ARRAY<")
		p.typeExpr(t.Elem)
		p.put(">")
	case TypeMap:
		p.put("MAP<")
		p.typeExpr(t.Key)
		p.put(", ")
		p.typeExpr(t.Elem)
		p.put(">")
	case TypeStruct:
		p.put("STRUCT<")
		commas(p, t.Fields, func(f *TypeField) {
			p.name(&f.Name)
			p.put(" ")
			p.typeExpr(f.Type)
		})
		p.put(">")
	case TypeDecimal:
		p.put("DECIMAL")
		p.typeParams(t.Params)
	default:
		p.nameUnlike(&t.Name, "ARRAY", "MAP", "STRUCT")
		p.typeParams(t.Params)
	}
}

func (p *printer) typeParams(params []*IntLit) {
	if len(params) == 0 {
		return
	}
	p.put("(")
	commas(p, params, func(n **IntLit) { p.put(strconv.FormatInt((*n).Value, 10)) })
	p.put(")")
}
