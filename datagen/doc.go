// Package datagen draws rows to try things with: the quickstarts of ksqlDB's
// data generator, by their names and columns. The same seed gives the same rows.
package datagen
