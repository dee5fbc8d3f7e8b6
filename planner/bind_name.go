package planner

import (
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
)

// quote prints a name as it is written in SQL.
func quote(name string) string { return parser.QuoteIdent(name) }

// source returns the named stream or table.
func (b *binder) source(name *parser.Name) (*catalog.Source, error) {
	if src := b.cat.Source(name.Text); src != nil {
		return src, nil
	}
	return nil, b.unknownSource(name)
}

func (b *binder) unknownSource(name *parser.Name) *Error {
	err := errorf(name, "there is no stream or table named %s", name)
	names := b.cat.SourceNames()
	n := nearest(name.Text, names)
	switch {
	case n != "" && name.Quoted:
		return err.hint("did you mean %s? A name in quotes is taken exactly as written, its case included", quote(n))
	case n != "":
		return err.hint("did you mean %s?", quote(n))
	case len(names) == 0:
		return err.hint("CREATE STREAM or CREATE TABLE makes one")
	}
	return err.hint("SHOW STREAMS and SHOW TABLES list those that exist")
}

// query returns the persistent query of the id.
func (b *binder) query(id *parser.Name) (*catalog.Query, error) {
	if q := b.cat.Query(id.Text); q != nil {
		return q, nil
	}
	err := errorf(id, "there is no query with the id %s", id)
	return nil, err.hint("%s", didYouMean(id.Text, b.cat.QueryIDs(), "SHOW QUERIES lists those that run"))
}
