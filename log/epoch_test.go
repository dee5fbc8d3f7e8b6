package log

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestLeaderEpochs: the epoch rises behind a kill, not behind a close; batches carry it, and a partition's history tells where
// the records of each epoch end, before and behind a checkpoint, a restart and a deletion.
func TestLeaderEpochs(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashMem()
	open := func() *Log {
		t.Helper()
		l, err := Open("db", Options{FS: fs, MaintenanceInterval: -1, SegmentBytes: 300})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := open()
	if err := l.CreateTopic(ctx, "t", TopicConfig{Partitions: 2}); err != nil {
		t.Fatal(err)
	}
	// The epochs that get records in partition 0, and how many; between some of them nothing is written.
	var starts []int64 // by epoch
	end := int64(0)
	for life := range 8 {
		if got := l.LeaderEpoch(); got != int32(life) {
			t.Fatalf("epoch %d in life %d", got, life)
		}
		starts = append(starts, end)
		if life%3 != 1 {
			for range life + 1 {
				put(t, l, "k", "v", 0)
				end++
			}
		}
		for range life % 2 {
			mustFlush(t, l)
		}
		if err := l.Close(); err != nil { // no end of an epoch
			t.Fatal(err)
		}
		l = open()
		checkEpochs(t, l, starts, end)
		if err := l.CommitOffsets(ctx, []GroupOffset{{Group: "g", Topic: "t", Offset: 1}}); err != nil {
			t.Fatal(err) // something must have happened since the close
		}
		fs = fs.Kill()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open()
		checkEpochs(t, l, starts, end)
	}
	var c Chunk
	defer c.Release()
	for offset := int64(0); offset < end; offset = c.Next {
		if err := l.Read("t", 0, offset, 1, &c); err != nil {
			t.Fatal(err)
		}
		h, err := CheckBatch(c.AppendTo(nil)[0])
		want := int32(0)
		for e, first := range starts {
			if first <= offset {
				want = int32(e)
			}
		}
		if err != nil || h.LeaderEpoch != want {
			t.Fatalf("the batch at %d has epoch %d, expected %d; %v", offset, h.LeaderEpoch, want, err)
		}
	}
	if err := l.DeleteRecords(ctx, "t", 0, starts[5]+1); err != nil {
		t.Fatal(err)
	}
	if found, end, err := l.EpochEnd("t", 0, 2); err != nil || found != -1 || end != -1 {
		t.Fatalf("an epoch whose records are deleted: %d, %d, %v", found, end, err)
	}
	if found, end, err := l.EpochEnd("t", 0, 5); err != nil || found != 5 || end != starts[6] {
		t.Fatalf("an epoch whose records are deleted in part: %d, %d, %v", found, end, err)
	}
	for epoch, want := range map[int32]error{-1: nil, l.LeaderEpoch(): nil, 0: ErrFencedLeaderEpoch, 99: ErrUnknownLeaderEpoch} {
		if err := l.CheckLeaderEpoch(epoch); !errors.Is(err, want) {
			t.Errorf("epoch %d: %v", epoch, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestLeaderEpochAfterLoss: where a power cut may take back what readers have seen, the epoch rises even if it has taken back
// everything since a clean close.
func TestLeaderEpochAfterLoss(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashMem()
	o := Options{FS: fs, Ack: AckOS, MaintenanceInterval: -1}
	l, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CreateTopic(ctx, "t", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for life := range int32(20) {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l, err = Open("db", o); err != nil {
			t.Fatal(err)
		}
		if got := l.LeaderEpoch(); got != life {
			t.Fatalf("epoch %d in life %d", got, life)
		}
		put(t, l, "k", "v", 0)
		o.FS = o.FS.(*vfs.Mem).Crash(rng)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l, err = Open("db", o); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// checkEpochs compares what the log answers with where every epoch began.
func checkEpochs(t *testing.T, l *Log, starts []int64, end int64) {
	t.Helper()
	for epoch := range starts {
		wantEnd := end
		if epoch+1 < len(starts) {
			wantEnd = starts[epoch+1]
		}
		want := epoch
		for want > 0 && int32(epoch) != l.LeaderEpoch() && starts[want] == wantEnd {
			want-- // an epoch without records answers for the one before
		}
		found, gotEnd, err := l.EpochEnd("t", 0, int32(epoch))
		if got := fmt.Sprint(found, gotEnd, err); got != fmt.Sprint(want, wantEnd, nil) {
			t.Fatalf("epoch %d in life %d ends at %s, expected %d %d", epoch, len(starts), got, want, wantEnd)
		}
	}
	if found, end, err := l.EpochEnd("t", 0, 99); err != nil || found != -1 || end != -1 {
		t.Fatalf("an epoch to come: %d, %d, %v", found, end, err)
	}
	if found, end, err := l.EpochEnd("t", 1, l.LeaderEpoch()); err != nil || found != l.LeaderEpoch() || end != 0 {
		t.Fatalf("a partition without records: %d, %d, %v", found, end, err)
	}
}
