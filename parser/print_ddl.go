package parser

// ddl writes the statements that change the catalogue; false for others.
func (p *printer) ddl(s Statement) bool {
	switch s := s.(type) {
	case *CreateSource:
		p.put("CREATE ")
		p.flag(s.OrReplace, "OR REPLACE ")
		p.flag(s.ReadOnly, "SOURCE ")
		p.created(s.Kind.String(), s.IfNotExists, &s.Name)
		p.columnDefs(s.Columns)
		p.with(s.With)
	case *CreateAs:
		p.put("CREATE ")
		p.flag(s.OrReplace, "OR REPLACE ")
		p.created(s.Kind.String(), s.IfNotExists, &s.Name)
		p.with(s.With)
		p.put(" AS ")
		p.query(s.Query)
	case *CreateType:
		p.put("CREATE ")
		p.created("TYPE", s.IfNotExists, &s.Name)
		p.put(" AS ")
		p.typeExpr(s.Type)
	case *CreateConnector:
		p.put("CREATE ")
		p.created(s.Kind.String()+" CONNECTOR", s.IfNotExists, &s.Name)
		p.with(s.With)
	case *DropSource:
		p.dropped(s.Kind.String(), s.IfExists, &s.Name)
		p.flag(s.DeleteTopic, " DELETE TOPIC")
	case *DropType:
		p.dropped("TYPE", s.IfExists, &s.Name)
	case *DropConnector:
		p.dropped("CONNECTOR", s.IfExists, &s.Name)
	case *AlterSource:
		p.put("ALTER ", s.Kind.String(), " ")
		p.name(&s.Name)
		p.put(" ")
		commas(p, s.Add, p.addColumn)
	default:
		return false
	}
	return true
}

func (p *printer) created(what string, ifNotExists bool, name *Name) {
	p.put(what, " ")
	p.flag(ifNotExists, "IF NOT EXISTS ")
	p.name(name)
}

func (p *printer) dropped(what string, ifExists bool, name *Name) {
	p.put("DROP ", what, " ")
	p.flag(ifExists, "IF EXISTS ")
	p.name(name)
}

// columnDefs writes the columns of a source if they were given.
func (p *printer) columnDefs(columns []ColumnDef) {
	if columns == nil {
		return
	}
	p.put(" (")
	commas(p, columns, p.columnDef)
	p.put(")")
}

func (p *printer) columnDef(c *ColumnDef) {
	p.name(&c.Name)
	p.put(" ")
	p.typeExpr(c.Type)
	p.flag(c.Role != ValueColumn, " "+c.Role.String())
	if c.Role == HeaderColumn {
		p.put("(")
		p.str(c.Header)
		p.put(")")
	}
}

func (p *printer) addColumn(c *AddColumn) {
	p.put("ADD COLUMN ")
	p.name(&c.Name)
	p.put(" ")
	p.typeExpr(c.Type)
}
