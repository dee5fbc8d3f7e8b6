package leat_test

import (
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/leattest"
)

// TestProcessingLogStream: rows that could not be processed are rows of a stream,
// which is there after a restart and can be dropped.
func TestProcessingLogStream(t *testing.T) {
	db := leattest.Open(t, `CREATE STREAM s (a INT, b INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE STREAM q WITH (KAFKA_TOPIC='q') AS SELECT a / b AS c FROM s;`, leat.WithProcessingLog())
	db.Produce("s", nil, []byte(`{"A":1,"B":0}`))
	db.Produce("s", nil, []byte(`{"A":`))
	results, err := db.DB.Exec(t.Context(), "SHOW STREAMS; DESCRIBE KSQL_PROCESSING_LOG;")
	if err != nil {
		t.Fatal(err)
	}
	if first := results[0].Sources.Sources[0]; first.Name != leat.ProcessingLogStream || first.Topic != leat.ProcessingLogTopic {
		t.Errorf("SHOW STREAMS: %+v", first)
	}
	if d := results[1].Source; len(d.Fields) != 4 || d.Fields[3].Name != "MESSAGE" {
		t.Errorf("DESCRIBE: %+v", d.Fields)
	}
	const sql = `SELECT level, message->type, message->recordProcessingError->errorMessage IS NULL, message->deserializationError->target,
		message->source->` + "`TOPIC`" + `, message->source->` + "`OFFSET`" + ` FROM KSQL_PROCESSING_LOG EMIT CHANGES LIMIT 2;`
	want := []string{`["ERROR",1,false,null,"s",0]`, `["ERROR",0,true,"value","s",1]`}
	db.Want(sql, want...)
	db.Restart()
	db.Want(sql, want...)
	rows, err := db.DB.Query(t.Context(), "SELECT logger, time FROM KSQL_PROCESSING_LOG EMIT CHANGES LIMIT 1;")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	batch, err := rows.Next()
	if err != nil || len(batch) != 1 {
		t.Fatal(batch, err)
	}
	if logger := batch[0].Values[0].(string); !strings.HasPrefix(logger, "processing.CSAS_Q_") {
		t.Errorf("logger %s", logger)
	}
	db.Exec("DROP STREAM KSQL_PROCESSING_LOG;")
}
