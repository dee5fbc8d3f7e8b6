package crashtest

import (
	"context"
	"fmt"
	"strconv"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/log"
)

const keyStatements = `
CREATE STREAM IF NOT EXISTS events (id VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON');
CREATE TABLE IF NOT EXISTS per_key WITH (KAFKA_TOPIC='per_key') AS
  SELECT id, COUNT(*) AS events, MAX(n) AS n FROM events GROUP BY id EMIT CHANGES;
`

// keyBatch is how many keys are produced at once.
const keyBatch = 5000

// fillKeys makes a table with one row per record and waits until it is whole.
func (c *child) fillKeys(ctx context.Context, db *leat.DB) error {
	for _, topic := range []string{"events", "per_key"} {
		if err := createTopic(ctx, db, topic, partitions); err != nil {
			return err
		}
	}
	if _, err := db.Exec(ctx, keyStatements); err != nil {
		return err
	}
	var parts [partitions]log.BatchBuilder
	for from := 0; from < c.order.Work.Records; from += keyBatch {
		for i := from; i < min(from+keyBatch, c.order.Work.Records); i++ {
			key := keyName(i)
			value := append(strconv.AppendInt([]byte(`{"N":`), int64(i), 10), '}')
			parts[log.MurmurPartition(key, partitions)].Append(key, value, nil, firstMillis+int64(i))
		}
		var writes []log.Write
		for p := range parts {
			if batch := parts[p].Bytes(); batch != nil {
				writes = append(writes, log.Write{Topic: "events", Partition: int32(p), Batch: batch})
			}
		}
		if _, err := db.Log().Produce(ctx, writes); err != nil {
			return err
		}
		for p := range parts {
			parts[p].Reset()
		}
		c.say(saysAck, from)
	}
	return db.Settle(ctx)
}

func keyName(i int) []byte { return fmt.Appendf(nil, "key-%07d", i) }

// answer reads the row of one key.
func (c *child) answer(ctx context.Context, db *leat.DB) error {
	i := c.order.Work.Records * 2 / 3
	rows, err := db.Query(ctx, fmt.Sprintf("SELECT id, events, n FROM per_key WHERE id='%s';", keyName(i)))
	if err != nil {
		return err
	}
	for row, err := range rows.All() {
		if err != nil {
			return err
		}
		if want := fmt.Sprint([]any{string(keyName(i)), int64(1), int64(i)}); fmt.Sprint(row.Values) != want {
			return fmt.Errorf("the row is %v, expected %s", row.Values, want)
		}
		c.say(saysRow)
		return nil
	}
	return fmt.Errorf("there is no row of %s", keyName(i))
}
