package planner

import (
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// insertValues plans INSERT INTO ... VALUES.
func (b *binder) insertValues(s *parser.InsertValues) (Planned, error) {
	target, err := b.source(&s.Target)
	if err != nil {
		return nil, err
	}
	if err := b.checkValuesTarget(s, target); err != nil {
		return nil, err
	}
	columns, err := valueColumns(s, target)
	if err != nil {
		return nil, err
	}
	if len(columns) != len(s.Values) {
		return nil, errorf(&s.Target, "%s takes %s, but there are %d", &s.Target, count(len(columns), "value"), len(s.Values)).
			hint("give each column a value, or name those that get one: INSERT INTO %s (%s) VALUES ...", &s.Target, strings.Join(quoteAll(names(columns)), ", "))
	}
	given, at := map[string]*expr.Expr{}, map[string]parser.Span{}
	x := b.expressions(nil, "VALUES")
	for i, c := range columns {
		e, err := x.bind(s.Values[i])
		if err != nil {
			return nil, err
		}
		if given[c.Name], err = x.fit(s.Values[i], e, c); err != nil {
			return nil, err
		}
		at[c.Name] = s.Values[i].Span()
	}
	out := &InsertValues{Target: target, Time: given["ROWTIME"], Properties: b.session.Properties, At: at}
	if out.Key, err = fill(s, target, target.Schema.Key, given, target.Relation == plan.Table); err != nil {
		return nil, err
	}
	if out.Value, err = fill(s, target, target.Schema.Value, given, false); err != nil {
		return nil, err
	}
	out.Target, _, err = b.sinkSchemas(&s.Target, nil, target, true)
	return out, err
}

func (b *binder) checkValuesTarget(s *parser.InsertValues, target *catalog.Source) error {
	switch {
	case !b.session.enabled(propInsertValues):
		return errorf(s, "INSERT INTO ... VALUES is disabled").hint("SET '%s'='true'", propInsertValues)
	case target.ReadOnly:
		return errorf(&s.Target, "%s was made with CREATE SOURCE and is read-only", &s.Target).hint(otherTarget)
	case target.Window != nil:
		return errorf(&s.Target, "%s is windowed, and rows cannot be inserted into windows", &s.Target).
			hint("insert into what the windows are made of")
	case len(target.Schema.Headers) > 0:
		return errorf(&s.Target, "%s has header columns, which cannot be written: %s", &s.Target, headerNames(target)).hint(otherTarget)
	}
	return nil
}

// valueColumns are the columns that VALUES gives, in its order.
func valueColumns(s *parser.InsertValues, target *catalog.Source) ([]types.Column, error) {
	all := target.Schema.Columns()
	if s.Columns == nil {
		return all, nil
	}
	var out []types.Column
	for i := range s.Columns {
		name := &s.Columns[i]
		c, err := insertColumn(name, target, all)
		if err != nil {
			return nil, err
		}
		for _, before := range out {
			if before.Name == c.Name {
				return nil, errorf(name, "column %s is given twice", name).hint("leave one of them out")
			}
		}
		out = append(out, c)
	}
	return out, nil
}

func insertColumn(name *parser.Name, target *catalog.Source, all []types.Column) (types.Column, error) {
	if name.Text == "ROWTIME" {
		return types.Column{Name: name.Text, Type: types.BigIntType}, nil
	}
	if isPseudo(name.Text) {
		return types.Column{}, errorf(name, "%s cannot be inserted", name).hint("of the columns that every source has only ROWTIME can be given")
	}
	for _, c := range all {
		if c.Name == name.Text {
			return c, nil
		}
	}
	return types.Column{}, errorf(name, "there is no column %s in %s", name, quote(target.Name)).
		hint("%s", didYouMean(name.Text, names(all), "the columns are "+list(quoteAll(names(all)), "and")))
}

func names(columns []types.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}

// fit converts a value to the type of its column, as far as nothing is lost.
func (x *exprBinder) fit(at parser.Expr, e *expr.Expr, c types.Column) (*expr.Expr, error) {
	if isNull(e) || widens(e.Type, c.Type) || literalFits(e, c.Type) {
		return coerce(e, c.Type), nil
	}
	err := errorf(at, "column %s is %s, but this is %s: %s", quote(c.Name), c.Type, e.Type, x.text(at))
	_, isText := at.(*parser.StringLit)
	switch {
	case c.Type.Kind.Temporal():
		return nil, err.hint("write it as a string, e.g. '%s'", timeExample[c.Type.Kind])
	case c.Type.Kind.Numeric() && isText:
		return nil, err.hint("numbers are written without quotes")
	case c.Type.Kind == types.Decimal && e.Type.Kind == types.Decimal:
		return nil, err.hint("the column has room for %d digits before the point and %d behind it; CAST rounds those behind",
			c.Type.Precision-c.Type.Scale, c.Type.Scale)
	}
	return nil, err.hint("use CAST")
}

var timeExample = map[types.Kind]string{types.Date: "2024-01-31", types.Time: "13:45:00", types.Timestamp: "2024-01-31T13:45:00.000"}

// literalFits tells whether a number literal has few enough digits for a
// DECIMAL.
func literalFits(e *expr.Expr, t *types.Type) bool {
	if t.Kind != types.Decimal || e.Op != expr.OpConst || e.Null || !e.Type.Kind.Numeric() || e.Type.Kind == types.Double {
		return false
	}
	whole, fraction, _ := strings.Cut(strings.TrimLeft(strings.TrimPrefix(e.Text, "-"), "0"), ".")
	return len(whole) <= t.Precision-t.Scale && len(fraction) <= t.Scale
}

// fill returns an expression for each column: the one given, or NULL.
func fill(s *parser.InsertValues, target *catalog.Source, columns []types.Column, given map[string]*expr.Expr, required bool) ([]*expr.Expr, error) {
	out := make([]*expr.Expr, len(columns))
	var missing []string
	for i, c := range columns {
		out[i] = given[c.Name]
		if out[i] == nil {
			out[i] = expr.Null(c.Type)
			missing = append(missing, quote(c.Name))
		}
	}
	if required && len(missing) > 0 {
		return nil, errorf(&s.Target, "a row of the TABLE %s needs its whole primary key, and %s is missing", quote(target.Name), list(missing, "and")).
			hint("add it to the list of columns, and give it a value")
	}
	return out, nil
}
