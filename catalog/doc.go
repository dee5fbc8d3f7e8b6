// Package catalog holds what exists: streams, tables, custom types, persistent
// queries and server-wide properties.
//
// A [Snapshot] never changes. Whoever changes the catalogue makes a [Command],
// writes it to the command log, and only then calls [Snapshot.Apply], which
// returns the next snapshot. Commands hold everything they need (definitions,
// encoded plans), so replaying the log from [Empty] makes exactly the same
// snapshot whatever the planner has become since.
//
// Apply holds the rules that keep a snapshot consistent: nothing is read that
// does not exist, and nothing is dropped that is read. The planner checks the
// same rules first, with positions in the statement and remedies.
package catalog
