// Package expr holds bound, typed expressions and compiles them to kernels
// over column batches.
//
// An [Expr] is data: the planner makes it, a plan stores it. Compile turns it
// into a program whose nodes are vector kernels; functions of the long tail run
// as typed per-row closures over columns. Evaluating never makes a Go interface
// value, a map entry or an allocation per row.
//
// A failing row (division by zero, a bad cast, a function's error) becomes NULL
// and is reported once with its reason, as the dialect wants; the caller sends
// the report to the processing log.
package expr
