// Package format turns record keys and values (bytes) into column vectors and
// back: JSON, JSON_SR, AVRO, PROTOBUF, PROTOBUF_NOSR,
// DELIMITED, KAFKA and NONE. Schemas live in package
// format/registry; records of JSON_SR, AVRO and PROTOBUF begin with the id of theirs.
//
// [New] checks that a format can carry the given columns and returns a
// [Format], which makes decoders and encoders. Both work on batches: a
// [Decoder] fills the needed columns of many records, an [Encoder] appends the
// bytes of many rows. Neither is safe for use by several goroutines; make one
// per task.
//
// A record that cannot be decoded is reported once, with its row, the place in
// the record and the reason, and leaves the other rows alone: the caller drops
// it from the batch and sends it to the processing log.
//
// Decoded strings are headers into the record bytes wherever the bytes are the
// string (no escapes, valid UTF-8), so the record memory must stay unchanged as
// long as the batch lives; everything else goes to the vector's own memory.
//
// # What differs from ksqlDB
//
// Integers outside the range of their column are refused; ksqlDB keeps their
// low bits. In DELIMITED, a BOOLEAN must be true or false (ksqlDB reads
// everything else as false), and text after the first line is refused (ksqlDB
// ignores it).
package format
