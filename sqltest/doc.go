// Package sqltest tests SQL end to end: statements, records in, records out.
//
// Conformance cases ([LoadCases], [RunCase]) are JSON files in the format of
// ksqlDB's query translation tests. The package's own scripts are text; see
// README.md beside this file.
package sqltest
