package crashtest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/log"
)

// ordering says how the records of a topic are compared with those of the
// uninterrupted run.
type ordering uint8

const (
	// inOrder: the same bytes (key, value, timestamp) at the same offsets.
	inOrder ordering = iota
	// perKey: the same values in the same order for every key. A repartition mixes
	// the partitions it reads as they come, so the keys of a partition behind it
	// interleave differently from run to run, and with them the timestamps of an
	// aggregate, which are the highest time so far.
	perKey
	// anyOrder: the same records (key, value, timestamp) equally often.
	anyOrder
)

func (o ordering) String() string {
	return [...]string{"byte-identical, in order", "identical per key, in order", "identical as a multiset"}[o]
}

// check is a topic to be compared.
type check struct {
	topic      string
	partitions int
	input      bool
	order      ordering
}

// processingLog is the topic of the records that could not be read. Its entries
// are written with the results of the commit that skipped the record.
const processingLog = "default_ksql_processing_log"

// checks lists what is compared, and how.
var checks = []check{
	{topic: "clicks", partitions: partitions, input: true},
	{topic: "carts", partitions: partitions, input: true},
	{topic: "offers", partitions: partitions, input: true},
	{topic: "users", partitions: partitions, input: true},
	{topic: progressTopic, partitions: 1, input: true},

	// One topic in, no repartition: one right answer.
	{topic: "per_minute", partitions: partitions}, // Windowed count with grace and late rows.
	{topic: "visits", partitions: partitions},     // Sessions, with the tombstones of merged ones.
	{topic: "closed", partitions: partitions},     // Hopping windows, each once, when it closes.
	// Two topics in, of which one is quiet while the other moves: one right answer.
	{topic: "enriched", partitions: partitions}, // Stream-table join.
	{topic: "matched", partitions: partitions},  // Stream-stream join whose buffers forget rows on the way.
	// A query over the results of another.
	{topic: "totals", partitions: partitions},
	// Two topics in, both moving.
	{topic: "baskets", partitions: partitions, order: anyOrder}, // Stream-stream join.
	// Behind a repartition of two partitions.
	{topic: "by_page", partitions: partitions, order: perKey},
	// Several queries report the records they skip, each in its own time.
	{topic: processingLog, partitions: 1, order: anyOrder},
}

// statements declares the workload. The topics are there before, so that they
// keep everything: those of tables would be compacted.
const statements = `
CREATE STREAM IF NOT EXISTS clicks (uid VARCHAR KEY, page VARCHAR, millis INT, seq BIGINT)
  WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');
CREATE STREAM IF NOT EXISTS carts (uid VARCHAR KEY, item VARCHAR, pieces INT)
  WITH (KAFKA_TOPIC='carts', VALUE_FORMAT='JSON');
CREATE STREAM IF NOT EXISTS offers (uid VARCHAR KEY, offer BIGINT, price INT)
  WITH (KAFKA_TOPIC='offers', VALUE_FORMAT='JSON');
CREATE TABLE IF NOT EXISTS users (uid VARCHAR PRIMARY KEY, tier VARCHAR, phase INT)
  WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON');

CREATE TABLE IF NOT EXISTS per_minute WITH (KAFKA_TOPIC='per_minute') AS
  SELECT uid, COUNT(*) AS n, SUM(millis) AS millis, LATEST_BY_OFFSET(page) AS page
  FROM clicks WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 30 SECONDS) GROUP BY uid EMIT CHANGES;

CREATE TABLE IF NOT EXISTS visits WITH (KAFKA_TOPIC='visits') AS
  SELECT uid, COUNT(*) AS n, MIN(millis) AS fastest, MAX(millis) AS slowest
  FROM clicks WINDOW SESSION (20 SECONDS, GRACE PERIOD 30 SECONDS) GROUP BY uid EMIT CHANGES;

CREATE TABLE IF NOT EXISTS closed WITH (KAFKA_TOPIC='closed') AS
  SELECT uid, COUNT(*) AS n, COLLECT_LIST(seq) AS seqs, TOPK(millis, 3) AS slowest
  FROM clicks WINDOW HOPPING (SIZE 90 SECONDS, ADVANCE BY 30 SECONDS, GRACE PERIOD 1 MINUTE) GROUP BY uid EMIT FINAL;

CREATE STREAM IF NOT EXISTS enriched WITH (KAFKA_TOPIC='enriched') AS
  SELECT c.uid AS uid, c.seq AS seq, c.millis AS millis, u.tier AS tier, u.phase AS phase
  FROM clicks c LEFT JOIN users u ON c.uid = u.uid EMIT CHANGES;

CREATE STREAM IF NOT EXISTS matched WITH (KAFKA_TOPIC='matched') AS
  SELECT c.uid AS uid, c.seq AS seq, o.offer AS offer, o.price AS price
  FROM clicks c LEFT JOIN offers o WITHIN 30 SECONDS GRACE PERIOD 20 SECONDS ON c.uid = o.uid EMIT CHANGES;

CREATE STREAM IF NOT EXISTS baskets WITH (KAFKA_TOPIC='baskets') AS
  SELECT c.uid AS uid, c.seq AS seq, b.item AS item, b.pieces AS pieces
  FROM clicks c JOIN carts b WITHIN 10 SECONDS GRACE PERIOD 20 MINUTES ON c.uid = b.uid EMIT CHANGES;

CREATE TABLE IF NOT EXISTS totals WITH (KAFKA_TOPIC='totals') AS
  SELECT uid, COUNT(*) AS n, SUM(millis) AS millis, COUNT(tier) AS known FROM enriched GROUP BY uid EMIT CHANGES;

CREATE TABLE IF NOT EXISTS by_page WITH (KAFKA_TOPIC='by_page') AS
  SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;
`

// tables are read with pull queries at the end, to compare the state itself.
var tables = []string{"totals", "by_page", "per_minute"}

// declare makes sure that topics, streams, tables and queries exist.
func declare(ctx context.Context, db *leat.DB) error {
	for _, c := range checks {
		if err := createTopic(ctx, db, c.topic, c.partitions); err != nil {
			return err
		}
	}
	_, err := db.Exec(ctx, statements)
	return err
}

func createTopic(ctx context.Context, db *leat.DB, name string, partitions int) error {
	err := db.Log().CreateTopic(ctx, name, log.TopicConfig{Partitions: partitions})
	if err != nil && !errors.Is(err, log.ErrTopicExists) {
		return err
	}
	return nil
}

// tableRows reads all tables; every row is a line.
func tableRows(ctx context.Context, db *leat.DB) ([]string, error) {
	var lines []string
	for _, table := range tables {
		rows, err := db.Query(ctx, "SELECT * FROM "+table+";")
		if err != nil {
			return nil, fmt.Errorf("reading table %s: %w", table, err)
		}
		for row, err := range rows.All() {
			if err != nil {
				return nil, fmt.Errorf("reading table %s: %w", table, err)
			}
			var b strings.Builder
			b.WriteString(table)
			for _, v := range row.Values {
				fmt.Fprintf(&b, " %v", v)
			}
			lines = append(lines, b.String())
		}
	}
	return lines, nil
}
