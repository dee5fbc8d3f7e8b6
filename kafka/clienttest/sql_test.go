package clienttest

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"
)

// TestStreamsAndTables: queries over topics that a client produced, a table and headers among them, and outputs of queries read by
// the client, with the keys of windows as Kafka Streams writes them; before and after a kill.
func TestStreamsAndTables(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("clicks", 3, nil))
		check(t, ad.createTopic("titles", 3, nil))
		s.sql(`CREATE STREAM clicks (page VARCHAR KEY, ms INT, origin BYTES HEADER('origin')) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');
			CREATE TABLE titles (page VARCHAR PRIMARY KEY, title VARCHAR) WITH (KAFKA_TOPIC='titles', VALUE_FORMAT='JSON');
			CREATE STREAM titled WITH (KAFKA_TOPIC='titled') AS SELECT c.page AS page, title, ms, FROM_BYTES(origin, 'utf8') AS origin
				FROM clicks c JOIN titles t ON c.page = t.page EMIT CHANGES;
			CREATE TABLE hourly WITH (KAFKA_TOPIC='hourly') AS SELECT page, COUNT(*) AS n FROM clicks
				WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY page EMIT CHANGES;`)
		hour := time.Now().Add(-2 * time.Hour).Truncate(time.Hour)
		titled, counted := &tally{}, &tally{}
		for round := range 2 {
			p := must[producer](t)(c.producer(s, producing{codec: "gzip", acks: -1}))
			for i := range 5 {
				page := fmt.Sprint("page", i)
				if round == 0 { // A click has to find the row of its page.
					check(t, p.produce(withPatience(t), record{topic: "titles", key: page, value: fmt.Sprintf(`{"title":"Title %d"}`, i), time: hour}))
				}
				check(t, p.produce(withPatience(t), record{topic: "clicks", key: page, value: fmt.Sprintf(`{"ms":%d}`, round),
					headerKey: "origin", headerValue: c.name(), time: hour.Add(time.Minute)}))
				titled.add(fmt.Sprintf(`%s {"TITLE":"Title %d","MS":%d,"ORIGIN":"%s"}`, page, i, round, c.name()))
				window := binary.BigEndian.AppendUint64([]byte(page), uint64(hour.UnixMilli()))
				counted.add(fmt.Sprintf(`%s {"N":%d}`, window, round+1))
			}
			check(t, p.close())
			for topic, want := range map[string]*tally{"titled": titled, "hourly": counted} {
				r := must[consumer](t)(c.reader(s, topic, readCommitted))
				got := readUntil(t, keyed{r}, want)
				check(t, r.close())
				if extra := got.without(want); len(extra) > 0 {
					t.Errorf("%s: also %q", topic, extra)
				}
			}
			s.restart()
		}
	})
}

// keyed puts the key of each record before its value.
type keyed struct{ consumer }

// TestPartitionsOfKeys: SQL writes a key where Java's producer would, and so where each client does that partitions alike.
func TestPartitionsOfKeys(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		if c.name() == (saramaClient{}).name() {
			t.Skip("Sarama's own partitioners hash with FNV-1a; programs that share topics with Java's clients bring another one")
		}
		ad := must[admin](t)(c.admin(s))
		check(t, ad.createTopic("t", 7, nil))
		s.sql(`CREATE STREAM s (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='DELIMITED');`)
		p := must[producer](t)(c.producer(s, producing{codec: "none", acks: -1}))
		want := &tally{}
		for i := range 30 {
			key := fmt.Sprint("key ", i)
			s.sql(fmt.Sprintf("INSERT INTO s (k, v) VALUES ('%s', 'sql %d');", key, i))
			check(t, p.produce(withPatience(t), record{topic: "t", key: key, value: fmt.Sprint("client ", i)}))
			want.add(fmt.Sprint("sql ", i), fmt.Sprint("client ", i))
		}
		check(t, p.close())
		r := must[consumer](t)(c.reader(s, "t", readUncommitted))
		partitions, seen := map[string]int32{}, &tally{}
		for ctx := withPatience(t); !seen.has(want); {
			records, err := r.poll(ctx)
			check(t, err)
			for _, rec := range records {
				seen.add(rec.value)
				if at, ok := partitions[rec.key]; ok && at != rec.partition {
					t.Errorf("%s is in partitions %d and %d", rec.key, at, rec.partition)
				}
				partitions[rec.key] = rec.partition
			}
		}
		check(t, r.close())
	})
}

func (k keyed) poll(ctx context.Context) ([]record, error) {
	records, err := k.consumer.poll(ctx)
	for i := range records {
		records[i].value = records[i].key + " " + records[i].value
	}
	return records, err
}
