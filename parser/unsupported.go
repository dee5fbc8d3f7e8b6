package parser

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// unsupportedSQL are words of other SQL dialects and what to do without them.
// They are no keywords, so the parser may have taken them for an alias.
var unsupportedSQL = map[string]string{
	"ORDER":     "ORDER BY is not supported: rows come in the order of the log; sort what you receive",
	"UNION":     "UNION is not supported: write both queries to one stream with INSERT INTO",
	"EXCEPT":    "EXCEPT is not supported: filter with WHERE or a left join",
	"INTERSECT": "INTERSECT is not supported: use a join",
	"OFFSET":    "OFFSET is not supported: filter with WHERE",
	"USING":     "USING is not supported: write the condition with ON",
	"UPDATE":    "UPDATE is not supported: a table follows its topic, so insert a new row with INSERT INTO ... VALUES",
	"DELETE":    "DELETE is not supported: a table follows its topic, in which a record without a value deletes the row of its key",
	"DISTINCT":  "SELECT DISTINCT is not supported: use GROUP BY",
	"WITH":      "WITH is not supported in queries: create a stream or table for the inner query",
}

// unsupported explains a construct of other dialects, at the bad token or, when
// its word was read as an alias, just before it.
func (d *diagnosis) unsupported(at int) *Error {
	for _, i := range []int{at - 1, at} {
		if i < 0 || i >= len(d.tokens) || i < at && !d.impliedAlias(i) {
			continue
		}
		t := d.tokens[i]
		hint, ok := unsupportedSQL[upper(t.Value)]
		if !ok || !d.unsupportedHere(t.Type, i) {
			continue
		}
		return newError(t, "unexpected "+describe(t), hint)
	}
	if hint := d.misplaced(at); hint != "" {
		return newError(d.tokens[at], "unexpected "+describe(d.tokens[at])+d.expectation(at), hint)
	}
	return nil
}

// misplaced is a hint for a construct of this dialect that stands where only
// others allow it.
func (d *diagnosis) misplaced(at int) string {
	if at == 0 || at >= len(d.tokens) {
		return ""
	}
	before, bad := d.tokens[at-1].Type, d.tokens[at].Type
	inCreate := d.tokens[0].Type == kwCREATE
	switch {
	case bad == kwSELECT && before == tokLParen,
		bad == tokLParen && (isFrom(before) || at > 1 && isFrom(d.tokens[at-2].Type)):
		return "subqueries and table functions cannot stand here: create a stream or table for the inner query"
	case bad == kwAS && inCreate && d.tokens[1].Type == kwSOURCE:
		return "CREATE SOURCE has no AS form: leave SOURCE out"
	case bad == kwAS && inCreate && before == tokRParen:
		return "the columns of CREATE ... AS come from its query: leave the list out"
	case bad == tokDot && d.fits(at, tokPlus):
		return "a field of a struct is written column->field"
	case bad == tokDot || bad == tokMinus:
		return d.oddName(at)
	}
	return ""
}

// oddName is a hint for a name with a character that has to be quoted, such as
// my-topic, at whose second part the token at index at stands.
func (d *diagnosis) oddName(at int) string {
	if at+1 >= len(d.tokens) || !canName(d.tokens[at-1].Type) || d.tokens[at-1].Type == tokQuotedIdent {
		return ""
	}
	first, bad, last := &d.tokens[at-1], &d.tokens[at], &d.tokens[at+1]
	if tokenEnd(first) != bad.Pos.Offset || tokenEnd(bad) != last.Pos.Offset {
		return ""
	}
	quoted := *first
	quoted.Type, quoted.Value = tokQuotedIdent, "`"+first.Value+bad.Value+last.Value+"`"
	if d.try(append(slices.Clip(d.tokens[:at-1]), quoted)) < at {
		return "the names of streams and tables have letters, digits, _ and - only: " + first.Value + "_" + last.Value
	}
	return "to use it in a name, quote the name: " + quoted.Value
}

func isFrom(t lexer.TokenType) bool { return t == kwFROM || t == kwJOIN }

// impliedAlias reports whether token i is an unquoted word that may have been
// read as an alias without AS.
func (d *diagnosis) impliedAlias(i int) bool {
	return d.tokens[i].Type == tokIdent && i > 0 && d.tokens[i-1].Type != kwAS && d.tokens[i-1].Type != tokDot
}

// unsupportedHere keeps words with a meaning of their own from being explained
// where they are merely out of place.
func (d *diagnosis) unsupportedHere(t lexer.TokenType, i int) bool {
	switch t {
	case kwDISTINCT:
		return i > 0 && d.tokens[i-1].Type == kwSELECT
	case kwWITH, kwDELETE:
		return i == 0
	}
	return true
}
