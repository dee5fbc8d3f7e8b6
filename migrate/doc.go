// Package migrate brings a database from one version of its statements to the
// next: a project is a folder of files V000001__What_it_does.sql, applied in
// order, and the database keeps in a stream of its own which of them it has.
// Names and states are those of ksqlDB's migration tool, so that its projects
// and their metadata go on here.
package migrate
