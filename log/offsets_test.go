package log

import (
	"errors"
	"fmt"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

func TestGroupOffsets(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs}, TopicConfig{Partitions: 2})
	if err := l.CreateTopic(ctx, "u", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	offsets := []GroupOffset{{Group: "g", Topic: "t", Offset: 5, Metadata: "m", EpochPlusOne: 3, CommitMillis: 99}, {Group: "g", Topic: "t", Partition: 1, Offset: 6},
		{Group: "g", Topic: "u", Offset: 7}, {Group: "h", Topic: "u", Offset: 8}}
	if err := l.CommitOffsets(ctx, offsets); err != nil {
		t.Fatal(err)
	}
	if err := l.CommitOffsets(ctx, []GroupOffset{{Group: "g", Topic: "nope", Offset: 5}}); !errors.Is(err, ErrUnknownTopic) {
		t.Fatal(err)
	}
	for range 2 {
		if got := l.GroupOffsets("g"); fmt.Sprint(got) != fmt.Sprint(offsets[:3]) {
			t.Fatal(got)
		}
		if o, ok := l.FetchOffset("h", "u", 0); !ok || o != 8 {
			t.Fatal(o, ok)
		}
		if _, ok := l.FetchOffset("h", "t", 0); ok {
			t.Fatal("an offset that nobody committed")
		}
		if got := l.Groups(); fmt.Sprint(got) != "[g h]" {
			t.Fatal(got)
		}
		mustFlush(t, l)
		l.Close()
		var err error
		if l, err = Open("db", Options{FS: fs, MaintenanceInterval: -1}); err != nil {
			t.Fatal(err)
		}
	}
	defer l.Close()
	if err := l.DeleteTopic(ctx, "u"); err != nil {
		t.Fatal(err)
	}
	if err := l.CreateTopic(ctx, "u", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	if got := l.Groups(); fmt.Sprint(got) != "[g]" {
		t.Fatalf("groups %v after the topic of one was deleted", got)
	}
	if _, ok := l.FetchOffset("g", "u", 0); ok {
		t.Fatal("a new topic has offsets of the old one")
	}
	if err := l.DeleteGroup(ctx, "g"); err != nil || len(l.Groups()) != 0 {
		t.Fatal(err, l.Groups())
	}
}

func TestDeltas(t *testing.T) {
	t.Parallel()
	l := openMem(t, Options{WALFileBytes: 64 << 10}, TopicConfig{})
	var lsns []LSN
	for i := range 400 {
		acked := make(chan LSN, 1)
		l.Commit(&Group{
			Writes: []Write{{"t", 0, batchOf("k", "v")}},
			Deltas: []Delta{{"a", fmt.Append(nil, i)}, {"b", make([]byte, 1000)}, {"c", nil}},
		}, func(lsn LSN, err error) {
			if err != nil {
				t.Error(err)
			}
			acked <- lsn
		})
		lsns = append(lsns, <-acked)
	}
	count := func(from LSN) (n int) {
		t.Helper()
		err := l.ReplayDeltas(from, func(lsn LSN, store string, data []byte) error {
			i := n / 3
			first := len(lsns) - 1
			for first > 0 && lsns[first-1] >= from {
				first--
			}
			want := []string{"a " + fmt.Sprint(first+i), "b " + string(make([]byte, 1000)), "c "}[n%3]
			if lsn != lsns[first+i] || store+" "+string(data) != want {
				t.Fatalf("delta %d is %s %q at %d", n, store, data, lsn)
			}
			n++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(0); n != 1200 {
		t.Fatalf("%d deltas", n)
	}
	if n := count(lsns[250]); n != 450 {
		t.Fatalf("%d deltas", n)
	}
	stop := errors.New("stop")
	if err := l.ReplayDeltas(0, func(LSN, string, []byte) error { return stop }); err != stop {
		t.Fatal(err)
	}
	before := l.Stats().WALBytes
	mustFlush(t, l)
	if now := l.Stats().WALBytes; now != before {
		t.Fatal("WAL files with deltas that are needed were dropped")
	}
	l.ReleaseDeltas(lsns[399])
	mustFlush(t, l)
	if now := l.Stats().WALBytes; now > before/2 {
		t.Fatalf("%d bytes of WAL, %d before the deltas were released", now, before)
	}
}

// TestDeleteAndExpireOffsets: positions go one by one or when they are too old, and stay gone; those without a time, of groups
// that keep theirs, and those that are pending stay.
func TestDeleteAndExpireOffsets(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs}, TopicConfig{Partitions: 4})
	var offsets []GroupOffset
	for _, group := range []string{"busy", "idle", "mixed"} {
		for p := range int32(3) {
			offsets = append(offsets, GroupOffset{Group: group, Topic: "t", Partition: p, Offset: 1, CommitMillis: 100 + int64(p)})
		}
	}
	offsets = append(offsets, GroupOffset{Group: "mixed", Topic: "t", Partition: 3, Offset: 1}) // an engine's
	if err := l.CommitOffsets(ctx, offsets); err != nil {
		t.Fatal(err)
	}
	p := initTxn(t, l, NoProducer)
	if err := l.CommitTxnOffsets(ctx, testTxn, p, "mixed", []GroupOffset{{Topic: "t", Partition: 1, Offset: 2}}, true); err != nil {
		t.Fatal(err)
	}
	if err := l.DeleteOffsets(ctx, "mixed", []TopicPartition{{"t", 2}, {"t", 2}, {"none", 0}}); err != nil {
		t.Fatal(err)
	}
	empty, err := l.ExpireOffsets(ctx, func(group string) int64 {
		if group == "busy" {
			return 0
		}
		return 200
	})
	if err != nil || fmt.Sprint(empty) != "[idle]" {
		t.Fatal(empty, err)
	}
	for range 2 {
		var left []string
		for _, group := range l.Groups() {
			for _, o := range l.GroupOffsets(group) {
				left = append(left, fmt.Sprint(o.Group, o.Partition))
			}
		}
		expect(t, "left", left, []string{"busy0", "busy1", "busy2", "mixed1", "mixed3"})
		l = reopen(t, l, fs)
	}
	// One that is committed again before its expiry has its turn is not the one that was too old.
	l.offsets.dropOne("busy", offsetKey{l.topics["t"].number, 0}, 100)
	if _, ok := l.FetchOffset("busy", "t", 0); !ok {
		t.Fatal("a position went that was committed at that time")
	}
}
