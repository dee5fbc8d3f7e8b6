// Package parser turns SQL text into a syntax tree and a syntax tree back into
// canonical SQL. It knows the grammar and nothing else: no catalogue, no types,
// no functions.
package parser
