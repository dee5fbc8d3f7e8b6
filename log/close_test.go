package log

import "testing"

// TestCloseDuringFlush: a flush that waits for what the sequencer has numbered ends when the last of it is the mark of a
// closed log, which no round finishes.
func TestCloseDuringFlush(t *testing.T) {
	for range 500 {
		l := openMem(t, Options{}, TopicConfig{Partitions: 1})
		if _, err := l.Produce(ctx, []Write{{"t", 0, batchOf("k", "v")}}); err != nil {
			t.Fatal(err)
		}
		l.wantFlush()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
