// Package plan is the physical plan of a query as data: a tree of nodes with
// bound expressions over numbered columns, and its versioned JSON codec.
//
// The planner makes plans, the catalogue stores them with the command that
// created the query, and exec runs them. A stored plan is run as it is, never
// planned again, so a running query does not change its meaning when the
// catalogue or the planner does.
//
// Columns. A node's output batch holds its key columns, then its value columns,
// then (sources only) its header columns, in the order of [Schema]. Expressions
// name input columns by that number.
package plan
