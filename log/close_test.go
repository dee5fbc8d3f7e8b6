package log

import (
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestCloseDuringFlush: a flush that waits for what the sequencer has numbered ends when the last of it is the mark of a
// closed log, which no round finishes.
func TestCloseDuringFlush(t *testing.T) {
	for range fewer(500, 10) {
		l, err := Open("db", Options{FS: vfs.NewMem(), MaintenanceInterval: -1})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.CreateTopic(ctx, "t", TopicConfig{}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Produce(ctx, []Write{{"t", 0, batchOf("k", "v")}}); err != nil {
			t.Fatal(err)
		}
		l.wantFlush()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
