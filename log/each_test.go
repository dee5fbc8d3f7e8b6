package log_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
)

func TestEachReadsToThePresentEnd(t *testing.T) {
	ctx := context.Background()
	l, err := log.Open("d", log.Options{FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.CreateTopic(ctx, "t", log.TopicConfig{Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	const batches, perBatch = 50, 300
	for i := range batches {
		var b log.BatchBuilder
		for k := range perBatch {
			b.Append(nil, fmt.Append(nil, i*perBatch+k), nil, 0)
		}
		if _, err := l.Produce(ctx, []log.Write{{Topic: "t", Batch: b.Bytes()}}); err != nil {
			t.Fatal(err)
		}
	}
	want := int64(7)
	next, err := l.Each(ctx, "t", 0, want, func(r *log.Records) error {
		for i := range r.N {
			if r.Offset[i] != want || string(r.Value(i)) != fmt.Sprint(want) {
				return fmt.Errorf("offset %d holds %s, want %d", r.Offset[i], r.Value(i), want)
			}
			want++
		}
		return nil
	})
	if err != nil || next != batches*perBatch || want != next {
		t.Fatalf("Each = %d, %v; records up to %d", next, err, want)
	}
	stop := errors.New("stop")
	if next, err := l.Each(ctx, "t", 0, 0, func(*log.Records) error { return stop }); next != 0 || !errors.Is(err, stop) {
		t.Errorf("stopped at once: %d, %v", next, err)
	}
}
