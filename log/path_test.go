package log

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestPowerCutKeepsThePath cuts the power after a topic was acknowledged in a log whose directory was made with several
// others above it: all of them must be durable.
func TestPowerCutKeepsThePath(t *testing.T) {
	fs := vfs.NewCrashMem()
	l, err := Open("data/of/mine/log", Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.CreateTopic(context.Background(), "clicks", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(50) {
		after, err := Open("data/of/mine/log", Options{FS: fs.Crash(rand.New(rand.NewPCG(seed, 0)))})
		if err != nil {
			t.Fatalf("cut %d: %v", seed, err)
		}
		if _, ok := after.Topic("clicks"); !ok {
			t.Errorf("cut %d: the topic is gone", seed)
		}
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}
}
