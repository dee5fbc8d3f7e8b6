// Package parser turns SQL text into a syntax tree and a syntax tree back into
// canonical SQL. It knows the grammar and nothing else: no catalogue, no types,
// no functions. It imports nothing of this project.
//
// # Using it
//
//   - [Parse] reads a script, [ParseStatement] one statement, [ParseExpr] and
//     [ParseType] what they say. [Split] only finds where statements end, also in
//     text that does not parse or is not finished; [SubstituteVariables] replaces
//     ${name} before parsing. A script in which DEFINE may occur is split first and
//     then, piece by piece, substituted, parsed and run.
//   - [Print] writes a node as SQL. Parsing that gives the same tree again.
//   - [Walk] visits the nodes of a tree. Every [Node] has a [Span]; a [Statement]
//     has its text and the directives in front of it besides.
//   - [Error] is what is wrong, where, what was expected and what to do. It reads
//     "line 1:10: unexpected "FORM"; did you mean FROM?". [Error.In] moves the error
//     of a piece to its place in the whole text.
//   - [Keywords], [ReservedWords], [StatementWords] and [NextKeywords] are for
//     completion, [QuoteIdent] and [QuoteString] for writing SQL.
//   - [StatementSyntax] and [Terms] tell the forms of statements to people: help
//     and the reference in docs/sql are made of them.
//
// # The tree
//
// Statements, expressions, select items and relations are closed sets of structs
// behind the interfaces [Statement], [Expr], [SelectItem] and [Relation]: switch
// over the pointer types of the ast_*.go files. What was not written is nil. Names
// are upper-case already unless they were quoted, so comparing their Text is
// comparing names. Parentheses leave no node; LIST and SHOW, <> and !=, INT ARRAY
// and ARRAY<INT>, singular and plural units are the same. Checks that need more
// than the text (does the source exist, may there be a window) are the planner's;
// the parser refuses only what the grammar does, numbers that do not fit, negative
// counts and durations, and trees higher than it is safe to walk.
//
// # How it reads
//
//	text ── scanner ──► tokens ── dispatch ──► grammar tags ──► statement
//	                                  │             │
//	                                  └──► reader ◄─┘   expressions, types, queries
//
// The scanner makes one token type of each keyword and keeps the text of every
// token as it is written, so a token's end and a topic's case are known; it never
// fails but makes tokInvalid of what is no token. The dispatch (statement*.go)
// looks at the first one or two keywords and chooses the kind of statement. What
// stands behind them is described by the tags of the statement's struct and read
// by participle with no look ahead: one token decides every choice, so the token
// an error names is the first that does not fit. Everything with an inner life
// (expressions by binding powers, types, queries, columns, properties) is read by
// methods of reader, which the tags reach through the Parse methods of Name, Select
// and the others. Work is in proportion to the text.
//
// Neither tags nor reader say what they expected. When a statement does not parse,
// diagnosis asks them: it puts a token of each kind in the place of the bad one and
// sees which are read past. From that come the list of what was expected, the
// nearest keyword, the advice to quote a reserved word, and NextKeywords. So the
// grammar is written down once, and a new clause has its messages for free.
//
// To add a statement: a struct with tags in an ast file, its grammar in grammar.go,
// a line of dispatch, cases in print_statement.go and walk_statement.go, its form in
// syntax_*.go, and a text test in testdata/golden. To add a keyword: a line in each half of
// keyword_table.go.
package parser
