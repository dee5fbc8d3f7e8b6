package clienttest

import (
	"context"
	"errors"
	"testing"
	"time"
)

// client is one of the Go clients. What it makes ends with the test, at the latest. What a client does not have returns
// errors.ErrUnsupported, and the scenario is skipped.
type client interface {
	name() string

	// producer makes a producer that tries again until the context of produce ends.
	producer(s *server, o producing) (producer, error)

	// reader reads all partitions of a topic from the first record on, outside of any group.
	reader(s *server, topic string, isolation isolation) (consumer, error)

	// member joins a group and reads its share of a topic, from the first record on if nothing is committed.
	member(s *server, o membership) (member, error)

	// transactions makes a transactional producer.
	transactions(s *server, id string) (transactor, error)

	// copyExactlyOnce moves records from a topic to another with transactions that carry the offsets of a group, until ctx ends.
	// Every third transaction is aborted and done again.
	copyExactlyOnce(ctx context.Context, s *server, from, to, group, id string) error

	admin(s *server) (admin, error)
}

// clients are all of them.
var clients = []client{franz{}, saramaClient{}, kafkaGo{}}

// record is what all clients read and write.
type record struct {
	topic       string
	partition   int32 // read only: clients choose it
	offset      int64 // read only
	key, value  string
	headerKey   string // "": no header
	headerValue string
	time        time.Time
}

type isolation bool

const (
	readUncommitted isolation = false
	readCommitted   isolation = true
)

// producing says how to produce.
type producing struct {
	codec string // none, gzip, snappy, lz4, zstd
	acks  int    // 0, 1, -1
}

type producer interface {
	// produce returns when all records are acknowledged, as far as acks asks for it.
	produce(ctx context.Context, records ...record) error
	close() error
}

type consumer interface {
	// poll returns at least one record, or an error when ctx ends.
	poll(ctx context.Context) ([]record, error)
	close() error
}

type membership struct {
	group, topic string
	instance     string // of a static member
}

// member commits what a poll returned with the next poll or later, so records are seen at least once.
type member interface {
	consumer           // close leaves the group, but static members stay in it
	crash()            // goes without a word
	generation() int32 // of the group, as the client knows it
}

type transactor interface {
	begin() error
	produce(ctx context.Context, records ...record) error
	commit(ctx context.Context) error
	abort(ctx context.Context) error
	close() error
}

type admin interface {
	createTopic(topic string, partitions int, configs map[string]string) error
	addPartitions(topic string, total int) error
	topics() (map[string]int, error) // partitions by name
	deleteTopic(topic string) error
	deleteRecords(topic string, partition int32, before int64) error
	setConfig(topic, name, value string) error
	config(topic, name string) (string, error)
	// offsetAt is that of the first record that is not older; the zero time means the first record, a time far ahead the end.
	offsetAt(topic string, partition int32, t time.Time) (int64, error)
	firstOffset(topic string, partition int32) (int64, error)
	endOffset(topic string, partition int32) (int64, error)
	close() error
}

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// forEachClient runs a scenario with each client against a server of its own.
func forEachClient(t *testing.T, scenario func(t *testing.T, c client, s *server)) {
	t.Parallel()
	for _, c := range clients {
		t.Run(c.name(), func(t *testing.T) {
			t.Parallel()
			scenario(t, c, startServer(t))
		})
	}
}

// must returns v, skips the test if the client has no such thing, or fails it.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func withPatience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
