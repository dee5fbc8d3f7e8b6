// Package function is the catalogue of scalar, aggregate and table functions.
//
// One descriptor per function holds its name, overloads, summary and examples;
// the resolver, DESCRIBE FUNCTION, the reference documentation and the tests of
// the examples are all made from it. Functions of users are registered with the
// same descriptors and resolved by the same rules (spec: functions.md §0).
//
// # The way of a call
//
// The planner hands [Registry.ResolveScalar] the types of the arguments and gets
// the overload, the types to cast them to and the type of the result; lambdas are
// bound on the way, by a callback. A compiled expression asks [Registry.Kernel]
// for the kernel of its call site, which is found again from those types, and
// runs it over column batches.
//
// # How to write a function
//
// A family of functions is a file with a list of descriptors, each made by
// scalar: name, category, summary, parameters, examples, overloads. An overload
// is a signature in text ([Sig]) and a maker of kernels. The makers of kernel.go
// turn Go functions into kernels, from the simplest to the most free:
//
//	map1, map2, map1E, map2E   functions of values, typed loops
//	text                       functions that append their text
//	perRow, perRowStrict       functions of rows
//	perCall, perCallStrict     the same, with memory of their own per call site
//	kernel, strict             a whole kernel, for what must be fast
//
// The strict ones see no NULLs: a NULL argument makes a NULL result. A parameter
// marked ! in the signature fails on NULL before any kernel is called.
package function
