// Package types holds what travels between the stages of leat: SQL types,
// schemas, column vectors and batches of rows.
//
// A [Batch] is up to [BatchRows] rows stored column by column in [Vector]s.
// Operators never look at a row as a value: they run kernels over whole
// columns, guided by the batch's selection. Values leave the columnar form
// only at the edges (results for a client, INSERT VALUES, tests) through
// [Vector.Any] and [Vector.AppendAny].
//
// The package knows neither text (package parser) nor bytes on a topic
// (package format), and imports nothing of ours but internal/javanum.
package types
