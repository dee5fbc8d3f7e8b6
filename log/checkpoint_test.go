package log

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/leatdb/leat/internal/vfs"
)

// holdWAL makes the next sync of the WAL wait until the returned function is called.
func holdWAL(fs *vfs.Mem) (release func()) {
	held, hold := make(chan struct{}), make(chan struct{}, 1)
	hold <- struct{}{}
	fs.SetHook(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync && strings.Contains(op.Name, "wal/") {
			select {
			case <-hold:
				<-held
			default:
			}
		}
		return nil
	})
	return func() { close(held) }
}

// TestCheckpointDuringCreate: a topic that becomes visible while a checkpoint waits for the disk, behind the moment at which
// the topics were encoded, is replayed from the WAL. A checkpoint that counts its number among those given away hides it.
func TestCheckpointDuringCreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewMem()
		l := openMem(t, Options{FS: fs}, TopicConfig{})
		put(t, l, "k", "v", 1)
		release := holdWAL(fs)
		created, flushed := make(chan error, 1), make(chan error, 1)
		go func() { created <- l.CreateTopic(ctx, "late", TopicConfig{}) }()
		synctest.Wait() // the creation is sequenced, and waits for the disk
		go func() { flushed <- l.Flush() }()
		synctest.Wait() // the flush waits for the creation
		release()
		if err := <-created; err != nil {
			t.Fatal(err)
		}
		if err := <-flushed; err != nil {
			t.Fatal(err)
		}
		if _, err := l.Produce(ctx, []Write{{"late", 0, batchOf("k", "v")}}); err != nil {
			t.Fatal(err)
		}
		l = reopen(t, l, fs)
		expect(t, "records", readAll(t, l, "late", 0), []string{"0 k=v"})
	})
}
