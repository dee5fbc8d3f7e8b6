// Package leat is a streaming SQL database that lives inside a Go program: an
// embedded, partitioned, Kafka-compatible log, ksqlDB's SQL dialect, and
// continuous queries over that log whose state survives crashes and whose
// results are exactly once.
//
//	db, err := leat.Open(ctx, "data")
//	...
//	_, err = db.Exec(ctx, `
//	    CREATE STREAM clicks (user VARCHAR KEY, page VARCHAR)
//	      WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=3);
//	    CREATE TABLE hits AS
//	      SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;`)
//	...
//	rows, err := db.Query(ctx, `SELECT * FROM hits WHERE page = '/home';`)
//	for row, err := range rows.All() { ... }
//
// [DB] is safe for concurrent use. [DB.Session] gives a session with its own
// properties and variables; the methods of DB use a default one. The shell and
// the HTTP server go through the same sessions, so all answer alike.
package leat
