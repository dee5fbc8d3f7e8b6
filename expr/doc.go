// Package expr holds bound, typed expressions and compiles them to kernels
// over column batches.
//
// An [Expr] is data: the planner makes it, a plan stores it. [Compile] turns it
// into a [Program]: a tree of nodes of two kinds. A value computes a column in
// typed loops over the wanted rows. A predicate is a selection: it narrows the
// row numbers it is given and makes no BOOLEAN column unless somebody wants one.
// So AND, OR, CASE, IN and BETWEEN are lazy by evaluating their right sides for
// fewer rows, and a WHERE of comparisons is a few loops over row numbers.
// Functions of the long tail run as typed per-row closures over columns.
// Evaluating never makes a Go interface value, a map entry or an allocation per
// row.
//
// A failing row (division by zero, arithmetic with NULL, a bad cast, a
// function's error) is left out of everything above the failure, becomes NULL,
// and is reported once with its reason, as the dialect wants; the caller sends
// the report to the processing log.
//
// A lambda body is a tree of the same nodes over a frame of its own, in which a
// row is one evaluation: parameters, and what it reads from outside gathered by
// the row the evaluation belongs to, are its columns.
package expr
