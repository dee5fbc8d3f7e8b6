package broker_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/kafka/broker"
	"github.com/twmb/franz-go/pkg/kgo"
)

// database is a database in memory that Kafka's clients can reach.
type database struct {
	*leat.DB
	t    *testing.T
	addr string
}

func openDatabase(t *testing.T) *database {
	t.Helper()
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- broker.Serve(ctx, db.Log(), listener, broker.Options{}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &database{db, t, listener.Addr().String()}
}

func (db *database) exec(sql string) {
	db.t.Helper()
	if _, err := db.Exec(db.t.Context(), sql); err != nil {
		db.t.Fatal(err)
	}
}

func (db *database) client(opts ...kgo.Opt) *kgo.Client {
	db.t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(db.addr), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}, opts...)...)
	if err != nil {
		db.t.Fatal(err)
	}
	db.t.Cleanup(cl.Close)
	return cl
}

func (db *database) produce(records ...*kgo.Record) {
	db.t.Helper()
	if err := db.client().ProduceSync(db.t.Context(), records...).FirstErr(); err != nil {
		db.t.Fatal(err)
	}
}

// consume reads n records of a topic.
func (db *database) consume(topic string, n int) []*kgo.Record {
	db.t.Helper()
	ctx, cancel := context.WithTimeout(db.t.Context(), 20*time.Second)
	defer cancel()
	cl := db.client(kgo.ConsumeTopics(topic))
	defer cl.Close()
	var got []*kgo.Record
	for len(got) < n {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			db.t.Fatalf("%s: after %d of %d records: %v", topic, len(got), n, err)
		}
		got = append(got, fetches.Records()...)
	}
	return got
}

// Whatever a client compresses with, SQL reads it.
func TestStreamOverCompressedTopics(t *testing.T) {
	db := openDatabase(t)
	for i, codec := range []kgo.CompressionCodec{
		kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
	} {
		in, out := fmt.Sprintf("in%d", i), fmt.Sprintf("out%d", i)
		db.exec(fmt.Sprintf(`CREATE STREAM %s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='%[1]s', VALUE_FORMAT='JSON', PARTITIONS=2);
			CREATE STREAM %s WITH (KAFKA_TOPIC='%[2]s') AS SELECT k, v * 10 AS v FROM %[1]s EMIT CHANGES;`, in, out))
		cl := db.client(kgo.ProducerBatchCompression(codec))
		var records []*kgo.Record
		for v := range 500 {
			records = append(records, &kgo.Record{Topic: in, Key: fmt.Appendf(nil, "k%d", v%7), Value: fmt.Appendf(nil, `{"v": %d, "more": "%050d"}`, v, v)})
		}
		if err := cl.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, r := range db.consume(out, len(records)) {
			var v int
			if _, err := fmt.Sscanf(string(r.Value), `{"V":%d}`, &v); err != nil {
				t.Fatalf("codec %d: %s: %v", i, r.Value, err)
			}
			sum += v
		}
		if want := 10 * 500 * 499 / 2; sum != want {
			t.Errorf("codec %d: sum %d, want %d", i, sum, want)
		}
	}
}

// The keys of windowed tables are as Kafka Streams writes them: the key, then the start of the window, and for sessions its
// end before that.
func TestClientsReadWindowedKeys(t *testing.T) {
	db := openDatabase(t)
	db.exec(`CREATE STREAM clicks (page VARCHAR KEY, ms INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE hourly WITH (KAFKA_TOPIC='hourly') AS SELECT page, COUNT(*) AS n FROM clicks WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY page EMIT CHANGES;
		CREATE TABLE visits WITH (KAFKA_TOPIC='visits') AS SELECT page, COUNT(*) AS n FROM clicks WINDOW SESSION (1 MINUTE) GROUP BY page EMIT CHANGES;`)
	const hour = 3_600_000
	at := time.UnixMilli(10*hour + 5000)
	db.produce(&kgo.Record{Topic: "clicks", Key: []byte("/home"), Value: []byte(`{"ms":1}`), Timestamp: at})
	r := db.consume("hourly", 1)[0]
	if want := binary.BigEndian.AppendUint64([]byte("/home"), 10*hour); string(r.Key) != string(want) || string(r.Value) != `{"N":1}` {
		t.Errorf("hourly: key %q, value %s", r.Key, r.Value)
	}
	r = db.consume("visits", 1)[0]
	want := binary.BigEndian.AppendUint64([]byte("/home"), 10*hour+5000)
	want = binary.BigEndian.AppendUint64(want, 10*hour+5000)
	if string(r.Key) != string(want) || string(r.Value) != `{"N":1}` {
		t.Errorf("visits: key %q, want %q, value %s", r.Key, want, r.Value)
	}
	if !r.Timestamp.Equal(at) {
		t.Errorf("visits: time %v, want %v", r.Timestamp, at)
	}
}

func TestSQLReadsHeaders(t *testing.T) {
	db := openDatabase(t)
	db.exec(`CREATE STREAM mails (body VARCHAR, sender BYTES HEADER('from')) WITH (KAFKA_TOPIC='mails', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE STREAM all_headers (body VARCHAR, h ARRAY<STRUCT<KEY STRING, VALUE BYTES>> HEADERS) WITH (KAFKA_TOPIC='mails', VALUE_FORMAT='JSON');
		CREATE STREAM senders WITH (KAFKA_TOPIC='senders') AS SELECT body, FROM_BYTES(sender, 'utf8') AS sender FROM mails EMIT CHANGES;
		CREATE STREAM counted WITH (KAFKA_TOPIC='counted') AS SELECT body, ARRAY_LENGTH(h) AS n FROM all_headers EMIT CHANGES;`)
	db.produce(&kgo.Record{Topic: "mails", Value: []byte(`{"body":"hello"}`), Headers: []kgo.RecordHeader{{Key: "to", Value: []byte("b")}, {Key: "from", Value: []byte("ada")}}})
	if r := db.consume("senders", 1)[0]; string(r.Value) != `{"BODY":"hello","SENDER":"ada"}` {
		t.Errorf("%s", r.Value)
	}
	if r := db.consume("counted", 1)[0]; string(r.Value) != `{"BODY":"hello","N":2}` {
		t.Errorf("%s", r.Value)
	}
}

// A key lies in the same partition whoever wrote it.
func TestPartitionsAreThoseOfKafkaClients(t *testing.T) {
	db := openDatabase(t)
	db.exec(`CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=7);`)
	cl := db.client()
	const n = 50
	for i := range n {
		k := fmt.Sprintf("key-%d", i)
		db.exec(fmt.Sprintf("INSERT INTO s (k, v) VALUES ('%s', 1);", k))
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "s", Key: []byte(k), Value: []byte(`{"V":2}`)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	partitions := map[string]int32{}
	for _, r := range db.consume("s", 2*n) {
		if p, ok := partitions[string(r.Key)]; ok && p != r.Partition {
			t.Errorf("%s is in partitions %d and %d", r.Key, p, r.Partition)
		}
		partitions[string(r.Key)] = r.Partition
	}
	if len(partitions) != n {
		t.Errorf("%d keys, want %d", len(partitions), n)
	}
}

// SQL sees what was committed, in the order of the log, and goes on behind what was aborted.
func TestSQLReadsCommittedRecordsOnly(t *testing.T) {
	db := openDatabase(t)
	db.exec(`CREATE STREAM orders (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE STREAM seen WITH (KAFKA_TOPIC='seen') AS SELECT k, v FROM orders EMIT CHANGES;`)
	cl := db.client(kgo.TransactionalID("shop"), kgo.DefaultProduceTopic("orders"))
	send := func(v string, commit kgo.TransactionEndTry) {
		t.Helper()
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			r := &kgo.Record{Key: []byte("k"), Value: fmt.Appendf(nil, `{"v":"%s%d"}`, v, i)}
			if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		if err := cl.EndTransaction(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
	}
	send("aborted", kgo.TryAbort)
	send("first", kgo.TryCommit)
	send("aborted", kgo.TryAbort)
	send("second", kgo.TryCommit)
	var got []string
	for _, r := range db.consume("seen", 6) {
		got = append(got, string(r.Value))
	}
	want := `[{"V":"first0"} {"V":"first1"} {"V":"first2"} {"V":"second0"} {"V":"second1"} {"V":"second2"}]`
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
}
