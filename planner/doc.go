// Package planner turns a parsed statement and a catalogue snapshot into what
// is to be done: a [Change] of the catalogue, a [Push] or [Pull] query, rows to
// insert, or something to show. Every rejection of a statement happens here and
// is an [*Error] with the place in the text, what is wrong, and what to do.
//
//	p := planner.New(functions, planner.Options{Topic: ...})
//	planned, err := p.Plan(statement, snapshot, planner.Session{...})
//	switch x := planned.(type) {
//	case *planner.Change: ...
//	case *planner.Push: ...
//	}
//
// The planner reads the snapshot and changes nothing: the same statement over
// the same snapshot always gives the same plan.
//
// # Stages
//
// A query is bound in the order in which its rows will flow, one file a stage:
//
//	bind_source   FROM: sources and the scope of their columns
//	bind_join     joins: sides prepared, keyed and named ALIAS_COLUMN
//	bind_expr_*   expressions: types, overloads, implicit casts
//	bind_where    WHERE
//	bind_groupby  GROUP BY, aggregates, windows, HAVING
//	bind_select   star expansion, names, table functions, the final projection
//	bind_sink     what CREATE ... AS and INSERT INTO write to
//	physical      pruning of columns, stores, internal topics
package planner
