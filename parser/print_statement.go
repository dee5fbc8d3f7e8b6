package parser

import "fmt"

func (p *printer) statement(s Statement) {
	switch s := s.(type) {
	case *QueryStatement:
		p.query(s.Query)
	case *Explain:
		p.put("EXPLAIN ")
		if s.QueryID != nil {
			p.name(s.QueryID)
		} else {
			p.statement(s.Statement)
		}
	case *PrintTopic:
		p.printTopic(s)
	case *Insert:
		p.put("INSERT INTO ")
		p.name(&s.Target)
		p.with(s.With)
		p.put(" ")
		p.query(s.Query)
	case *InsertValues:
		p.put("INSERT INTO ")
		p.columnsAndValues(&s.Target, s.Columns, " VALUES ", s.Values)
	case *ControlQuery:
		p.put(s.Action.String(), " ")
		if s.QueryID != nil {
			p.name(s.QueryID)
		} else {
			p.put("ALL")
		}
	default:
		if !p.ddl(s) && !p.show(s) && !p.session(s) {
			p.assert(s)
		}
	}
}

func (p *printer) printTopic(s *PrintTopic) {
	p.put("PRINT ")
	p.resource(&s.Topic)
	p.flag(s.FromBeginning, " FROM BEGINNING")
	p.optCount(" INTERVAL ", s.Interval)
	p.optCount(" LIMIT ", s.Limit)
}

func (p *printer) columnsAndValues(source *Name, columns []Name, word string, values []Expr) {
	p.name(source)
	if columns != nil {
		p.put(" ")
		p.names(columns)
	}
	p.put(word)
	p.valueList(values)
}

// show writes the SHOW and DESCRIBE statements; false for others.
func (p *printer) show(s Statement) bool {
	extended := false
	switch s := s.(type) {
	case *ShowProperties:
		p.put("SHOW PROPERTIES")
	case *ShowTopics:
		p.put("SHOW ")
		p.flag(s.All, "ALL ")
		p.put("TOPICS")
		extended = s.Extended
	case *ShowStreams:
		p.put("SHOW STREAMS")
		extended = s.Extended
	case *ShowTables:
		p.put("SHOW TABLES")
		extended = s.Extended
	case *ShowFunctions:
		p.put("SHOW FUNCTIONS")
	case *ShowConnectors:
		p.put("SHOW ")
		p.flag(s.Kind != AnyConnector, s.Kind.String()+" ")
		p.put("CONNECTORS")
	case *ShowConnectorPlugins:
		p.put("SHOW CONNECTOR PLUGINS")
	case *ShowTypes:
		p.put("SHOW TYPES")
	case *ShowVariables:
		p.put("SHOW VARIABLES")
	case *ShowQueries:
		p.put("SHOW QUERIES")
		extended = s.Extended
	case *DescribeSource:
		p.put("DESCRIBE ")
		p.nameUnlike(&s.Name, "TABLES")
		extended = s.Extended
	case *DescribeAll:
		p.put("DESCRIBE ", s.Kind.String(), "S")
		extended = s.Extended
	case *DescribeFunction:
		p.put("DESCRIBE FUNCTION ")
		p.name(&s.Name)
	case *DescribeConnector:
		p.put("DESCRIBE CONNECTOR ")
		p.name(&s.Name)
	default:
		return false
	}
	p.flag(extended, " EXTENDED")
	return true
}

// session writes the statements that change session and server; false for others.
func (p *printer) session(s Statement) bool {
	switch s := s.(type) {
	case *SetProperty:
		p.put("SET ")
		p.assign(&s.Name, &s.Value)
	case *UnsetProperty:
		p.put("UNSET ")
		p.str(&s.Name)
	case *AlterSystem:
		p.put("ALTER SYSTEM ")
		p.assign(&s.Name, &s.Value)
	case *Define:
		p.put("DEFINE ", s.Name.Text, " = ")
		p.str(&s.Value)
	case *Undefine:
		p.put("UNDEFINE ", s.Name.Text)
	case *RunScript:
		p.put("RUN SCRIPT ")
		p.str(&s.Path)
	default:
		return false
	}
	return true
}

func (p *printer) assign(name, value *StringLit) {
	p.str(name)
	p.put(" = ")
	p.str(value)
}

// assert writes the ASSERT statements, the last there are.
func (p *printer) assert(s Statement) {
	p.put("ASSERT ")
	switch s := s.(type) {
	case *AssertTopic:
		p.flag(s.NotExists, "NOT EXISTS ")
		p.put("TOPIC ")
		p.resource(&s.Topic)
		p.with(s.With)
		p.optDuration(" TIMEOUT ", s.Timeout)
	case *AssertSchema:
		p.flag(s.NotExists, "NOT EXISTS ")
		p.put("SCHEMA")
		if s.Subject != nil {
			p.put(" SUBJECT ")
			p.resource(s.Subject)
		}
		p.optCount(" ID ", s.ID)
		p.optDuration(" TIMEOUT ", s.Timeout)
	case *AssertValues:
		p.put("VALUES ")
		p.columnsAndValues(&s.Source, s.Columns, " VALUES ", s.Values)
	case *AssertNullValues:
		p.put("NULL VALUES ")
		p.columnsAndValues(&s.Source, s.Columns, " KEY ", s.Key)
	case *AssertSource:
		p.put(s.Kind.String(), " ")
		p.name(&s.Name)
		p.columnDefs(s.Columns)
		p.with(s.With)
	default:
		panic(fmt.Sprintf("parser: cannot print a %T", s))
	}
}
