package parser

import "github.com/alecthomas/participle/v2/lexer"

// unsupportedSQL are words of other SQL dialects and what to do without them.
// They are no keywords, so the parser may have taken them for an alias.
var unsupportedSQL = map[string]string{
	"ORDER":     "rows come in the order of the log; ORDER BY is not supported",
	"UNION":     "UNION is not supported: write both queries to one stream with INSERT INTO",
	"EXCEPT":    "EXCEPT is not supported: filter with WHERE or a left join",
	"INTERSECT": "INTERSECT is not supported: use a join",
	"OFFSET":    "OFFSET is not supported",
	"CROSS":     "CROSS JOIN is not supported: a join needs ON",
	"USING":     "USING is not supported: write the condition with ON",
	"UPDATE":    "UPDATE is not supported: a table follows its topic, so insert a new row with INSERT INTO ... VALUES",
	"DELETE":    "DELETE is not supported: a table follows its topic",
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
		bad == tokLParen && (before == kwFROM || before == kwJOIN):
		return "subqueries and table functions cannot stand here: create a stream or table for the inner query"
	case bad == kwAS && inCreate && d.tokens[1].Type == kwSOURCE:
		return "CREATE SOURCE has no AS form: leave SOURCE out"
	case bad == kwAS && inCreate && before == tokRParen:
		return "the columns of CREATE ... AS come from its query: leave the list out"
	}
	return ""
}

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
