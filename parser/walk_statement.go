package parser

func (w walker) statement(s Statement) {
	switch s := s.(type) {
	case *QueryStatement:
		w.node(s.Query)
	case *Explain:
		opt(w, s.QueryID)
		if s.Statement != nil {
			w.node(s.Statement)
		}
	case *PrintTopic:
		w.node(&s.Topic)
		opt(w, s.Interval)
		opt(w, s.Limit)
	case *Insert:
		w.node(&s.Target)
		all(w, s.With)
		w.node(s.Query)
	case *InsertValues:
		w.node(&s.Target)
		all(w, s.Columns)
		w.exprs(s.Values)
	case *ControlQuery:
		opt(w, s.QueryID)
	case *DescribeSource:
		w.node(&s.Name)
	case *DescribeFunction:
		w.node(&s.Name)
	case *DescribeConnector:
		w.node(&s.Name)
	case *SetProperty:
		w.node(&s.Name)
		w.node(&s.Value)
	case *UnsetProperty:
		w.node(&s.Name)
	case *AlterSystem:
		w.node(&s.Name)
		w.node(&s.Value)
	case *Define:
		w.node(&s.Name)
		w.node(&s.Value)
	case *Undefine:
		w.node(&s.Name)
	case *RunScript:
		w.node(&s.Path)
	default:
		w.ddl(s)
	}
}

// ddl walks the statements that change or check the catalogue.
func (w walker) ddl(s Statement) {
	switch s := s.(type) {
	case *CreateSource:
		w.node(&s.Name)
		all(w, s.Columns)
		all(w, s.With)
	case *CreateAs:
		w.node(&s.Name)
		all(w, s.With)
		w.node(s.Query)
	case *CreateType:
		w.node(&s.Name)
		w.node(s.Type)
	case *CreateConnector:
		w.node(&s.Name)
		all(w, s.With)
	case *DropSource:
		w.node(&s.Name)
	case *DropType:
		w.node(&s.Name)
	case *DropConnector:
		w.node(&s.Name)
	case *AlterSource:
		w.node(&s.Name)
		all(w, s.Add)
	case *AssertTopic:
		w.node(&s.Topic)
		all(w, s.With)
		opt(w, s.Timeout)
	case *AssertSchema:
		opt(w, s.Subject)
		opt(w, s.ID)
		opt(w, s.Timeout)
	case *AssertValues:
		w.node(&s.Source)
		all(w, s.Columns)
		w.exprs(s.Values)
	case *AssertNullValues:
		w.node(&s.Source)
		all(w, s.Columns)
		w.exprs(s.Key)
	case *AssertSource:
		w.node(&s.Name)
		all(w, s.Columns)
		all(w, s.With)
	}
}
