// Package registry keeps the schemas of records whose format needs them: AVRO,
// JSON_SR and PROTOBUF.
//
// A schema has an id, which stands in front of every record written with it,
// and is the same wherever the schema is used. A subject (`<topic>-key`,
// `<topic>-value`) is a list of versions, each a schema; a new version must be
// compatible with the ones before, as the subject's level of compatibility
// asks. Schemas may refer to versions of other subjects by name.
//
// A [Registry] lives in memory and appends every change to its [Store] before
// it counts; [Registry.Replay] takes the changes back in the same order. Its
// methods may be called from any goroutine: readers never wait for the store.
package registry
