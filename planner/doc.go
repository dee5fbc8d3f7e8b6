// Package planner turns a parsed statement and a catalogue snapshot into what
// is to be done: a [Change] of the catalogue, a [Push] or [Pull] query, rows to
// insert, or something to show. Every rejection of a statement happens here and
// is an [*Error] with the place in the text, what is wrong, and what to do.
//
//	p := planner.New(functions, planner.Options{Topic: ...})
//	planned, err := p.Plan(ctx, statement, snapshot, planner.Session{...})
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
// A query is bound in the order in which its rows will flow (see bindQuery), each
// stage putting nodes on top of the plan and leaving a scope that tells what the
// rows are:
//
//	bind_from, bind_join*       sources, and joins of them
//	query (bindWhere)           WHERE
//	bind_partition              PARTITION BY
//	bind_select, bind_star      the SELECT list: stars, names, table functions
//	bind_groupby, bind_window   GROUP BY, aggregates, windows, HAVING
//	bind_select (project)       the final projection: keys found, values ordered
//
// Expressions are bound by bind_expr*: names become columns of the current rows,
// calls get their overload, implicit casts are written out. What the result is
// for decides the rest: bind_sink and bind_insert (persistent queries), bind_push,
// bind_pull and bind_lookup. At the end physical cuts off columns that nobody
// reads and names stores.
package planner
