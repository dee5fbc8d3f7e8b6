package parser

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// keywordTypes finds a keyword by its upper-case spelling.
var keywordTypes = func() map[string]lexer.TokenType {
	m := make(map[string]lexer.TokenType, len(keywords))
	for i, k := range keywords {
		m[k.word] = firstKeyword + lexer.TokenType(i)
	}
	return m
}()

// maxKeywordLen bounds the words that are worth looking up.
var maxKeywordLen = func() int {
	longest := 0
	for _, k := range keywords {
		longest = max(longest, len(k.word))
	}
	return longest
}()

func isKeyword(t lexer.TokenType) bool { return t >= firstKeyword && t <= lastKeyword }

func isReserved(t lexer.TokenType) bool { return isKeyword(t) && keywords[t-firstKeyword].reserved }

// canName reports whether a token of type t can stand for a name.
func canName(t lexer.TokenType) bool {
	return t == tokIdent || t == tokQuotedIdent || isKeyword(t) && !keywords[t-firstKeyword].reserved
}

// Keywords returns all keywords, upper-case and sorted.
func Keywords() []string {
	words := make([]string, 0, len(keywords))
	for _, k := range keywords {
		words = append(words, k.word)
	}
	return words
}

// ReservedWords returns the keywords that are names only when quoted, sorted.
func ReservedWords() []string {
	var words []string
	for _, k := range keywords {
		if k.reserved {
			words = append(words, k.word)
		}
	}
	return words
}

// IsReserved reports whether word, in any case, must be quoted to be a name.
func IsReserved(word string) bool {
	t, ok := keywordTypes[upper(word)]
	return ok && isReserved(t)
}

// statementWords are the words a statement can start with, the ones suggested
// for an unknown first word.
var statementWords = []string{
	"ALTER", "ASSERT", "CREATE", "DEFINE", "DESCRIBE", "DROP", "EXPLAIN", "INSERT", "LIST", "PAUSE", "PRINT",
	"RESUME", "RUN", "SELECT", "SET", "SHOW", "TERMINATE", "UNDEFINE", "UNSET",
}

// StatementWords returns the words a statement can start with, sorted.
func StatementWords() []string { return slices.Clone(statementWords) }
