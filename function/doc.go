// Package function is the catalogue of scalar, aggregate and table functions.
//
// One descriptor per function holds its name, overloads, summary and examples;
// the resolver, DESCRIBE FUNCTION, the reference documentation and the tests of
// the examples are all made from it. Functions of users are registered with the
// same descriptors and resolved by the same rules (spec: functions.md §0).
package function
