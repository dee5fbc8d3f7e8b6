package parser

import "github.com/alecthomas/participle/v2/lexer"

// Parse makes ColumnDef usable in grammar tags.
func (c *ColumnDef) Parse(lex *lexer.PeekingLexer) error { return capture(lex, c, (*reader).columnDef) }

// Parse makes AddColumn usable in grammar tags.
func (c *AddColumn) Parse(lex *lexer.PeekingLexer) error { return capture(lex, c, (*reader).addColumn) }

// columnDef reads `name type` and the column's role.
func (r *reader) columnDef() (ColumnDef, error) {
	c := ColumnDef{Loc: Loc{r.start()}}
	var err error
	if c.Name, err = r.name(); err != nil {
		return c, err
	}
	if c.Type, err = r.typeExpr(); err != nil {
		return c, err
	}
	switch {
	case r.accept(kwPRIMARY):
		c.Role = PrimaryKeyColumn
		_, err = r.expect(kwKEY)
	case r.accept(kwKEY):
		c.Role = KeyColumn
	case r.accept(kwHEADERS):
		c.Role = HeadersColumn
	case r.accept(kwHEADER):
		c.Role = HeaderColumn
		c.Header, err = r.headerName()
	}
	c.At = r.since(c.At)
	return c, err
}

// headerName reads the `('name')` of HEADER.
func (r *reader) headerName() (*StringLit, error) {
	if _, err := r.expect(tokLParen); err != nil {
		return nil, err
	}
	name, err := r.stringLit()
	if err != nil {
		return nil, err
	}
	_, err = r.expect(tokRParen)
	return &name, err
}

// addColumn reads `ADD [COLUMN] name type`. COLUMN is the column's name when
// only a type follows it.
func (r *reader) addColumn() (AddColumn, error) {
	c := AddColumn{Loc: Loc{r.start()}}
	if _, err := r.expect(kwADD); err != nil {
		return c, err
	}
	if canName(r.ahead(1).Type) && canStartType(r.ahead(2).Type) {
		r.accept(kwCOLUMN)
	}
	var err error
	if c.Name, err = r.name(); err != nil {
		return c, err
	}
	c.Type, err = r.typeExpr()
	c.At = r.since(c.At)
	return c, err
}
