package log

import (
	"fmt"
	"sync"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// Every benchmark of the log stands beside the limit it is measured against: the bare system calls for the same bytes.

// benchBatch builds a batch of about size bytes of 200-byte records, and returns their number.
func benchBatch(size int) ([]byte, int) {
	var b BatchBuilder
	value := make([]byte, 200)
	for i := range value {
		value[i] = byte('a' + i%26)
	}
	for b.Len() == 0 || b.Size() < size {
		b.Append(fmt.Appendf(nil, "key%05d", b.Len()), value, nil, int64(1_700_000_000_000+b.Len()))
	}
	return b.Bytes(), b.Len()
}

var benchSizes = []int{1 << 10, 16 << 10, 64 << 10, 256 << 10}

func openBench(tb testing.TB, o Options, partitions int) *Log {
	tb.Helper()
	l, err := Open(tb.TempDir(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	if err := l.CreateTopic(ctx, "t", TopicConfig{Partitions: partitions}); err != nil {
		tb.Fatal(err)
	}
	return l
}

// BenchmarkProduceFsync is one producer that waits for each batch.
func BenchmarkProduceFsync(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprint(size>>10, "KiB"), func(b *testing.B) {
			l := openBench(b, Options{}, 1)
			batch, _ := benchBatch(size)
			writes := []Write{{"t", 0, batch}}
			b.SetBytes(int64(len(batch)))
			for b.Loop() {
				if _, err := l.Produce(ctx, writes); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkProduceMany is 64 producers on 64 partitions, each waiting for its batch: what group commit is for.
func BenchmarkProduceMany(b *testing.B) {
	for _, size := range benchSizes[:2] {
		b.Run(fmt.Sprint(size>>10, "KiB"), func(b *testing.B) {
			const producers = 64
			l := openBench(b, Options{}, producers)
			batch, _ := benchBatch(size)
			b.SetBytes(int64(len(batch)))
			var wg sync.WaitGroup
			for p := range producers {
				n := b.N / producers
				wg.Go(func() {
					for range n {
						if _, err := l.Produce(ctx, []Write{{"t", int32(p), batch}}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// readBench fills a partition with total bytes and returns the size of the data.
func readBench(b *testing.B, l *Log, batchSize, total int) int64 {
	batch, n := benchBatch(batchSize)
	var bytes int64
	for bytes < int64(total) {
		writes := make([]Write, 16)
		for i := range writes {
			writes[i] = Write{"t", 0, batch}
		}
		if _, err := l.Produce(ctx, writes); err != nil {
			b.Fatal(err)
		}
		bytes += int64(len(writes) * len(batch))
	}
	_ = n
	return bytes
}

const readTotal = 64 << 20

// BenchmarkRead reads a partition from segments in the page cache, with checksums and the records as columns.
func BenchmarkRead(b *testing.B) {
	l := openBench(b, Options{CacheBytes: 8 << 20, Ack: AckOS}, 1)
	bytes := readBench(b, l, 64<<10, readTotal)
	if err := l.Flush(); err != nil {
		b.Fatal(err)
	}
	for how, what := range []string{"fetch", "check", "decode"} {
		b.Run(what, func(b *testing.B) {
			b.SetBytes(bytes)
			rows := 0
			for b.Loop() {
				rows = readThrough(b, l, reading(how), 1<<20)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrec/s")
		})
	}
}

// reading is what is done with what is read.
type reading int

const (
	fetchOnly reading = iota
	checkOnly         // checksums
	decodeAll         // checksums and records as columns
)

// readThrough reads a partition from start to end and returns the number of decoded records.
func readThrough(b *testing.B, l *Log, how reading, piece int) int {
	var c Chunk
	defer c.Release()
	var r Records
	var bufs [][]byte
	rows := 0
	end, err := l.EndOffset("t", 0)
	if err != nil {
		b.Fatal(err)
	}
	for offset := int64(0); offset < end; offset = c.Next {
		if err := l.Read("t", 0, offset, piece, &c); err != nil {
			b.Fatal(err)
		}
		if how == checkOnly {
			bufs = checkAll(b, c.AppendTo(bufs[:0]))
		}
		for how == decodeAll && offset < c.Next {
			if offset, err = c.Decode(&r, offset, 4096); err != nil {
				b.Fatal(err)
			}
			rows += r.N
		}
	}
	return rows
}

func checkAll(b *testing.B, bufs [][]byte) [][]byte {
	for _, buf := range bufs {
		for len(buf) > 0 {
			h, err := CheckBatch(buf)
			if err != nil {
				b.Fatal(err)
			}
			buf = buf[h.Bytes:]
		}
	}
	return bufs
}

// BenchmarkReadTail reads 4 MiB from memory.
func BenchmarkReadTail(b *testing.B) {
	l := openBench(b, Options{Ack: AckOS}, 1)
	b.SetBytes(readBench(b, l, 16<<10, 4<<20))
	for b.Loop() {
		readThrough(b, l, decodeAll, 1<<20)
	}
}

// BenchmarkMemory is a record produced and read in a log in memory.
func BenchmarkMemory(b *testing.B) {
	l := openBench(b, Options{FS: vfs.NewMem()}, 1)
	batch, _ := benchBatch(1)
	var c Chunk
	defer c.Release()
	var r Records
	writes := []Write{{"t", 0, batch}}
	b.ReportAllocs()
	for b.Loop() {
		bases, err := l.Produce(ctx, writes)
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Read("t", 0, bases[0], 1<<20, &c); err != nil {
			b.Fatal(err)
		}
		if _, err := c.Decode(&r, bases[0], 4096); err != nil || r.N != 1 {
			b.Fatal(err, r.N)
		}
	}
}

func BenchmarkOpenMemory(b *testing.B) {
	for b.Loop() {
		l, err := Open("db", Options{FS: vfs.NewMem()})
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}

func BenchmarkBuild(b *testing.B) {
	var bb BatchBuilder
	key, value := make([]byte, 8), make([]byte, 200)
	for b.Loop() {
		bb.Reset()
		for range 1000 {
			bb.Append(key, value, nil, 1_700_000_000_000)
		}
		b.SetBytes(int64(len(bb.Bytes())))
	}
}

// BenchmarkCommitStream is a query that commits groups of 4 batches without waiting for one before the next.
func BenchmarkCommitStream(b *testing.B) {
	for _, size := range benchSizes[1:] {
		b.Run(fmt.Sprint(size>>10, "KiB"), func(b *testing.B) {
			l := openBench(b, Options{}, 4)
			batch, _ := benchBatch(size)
			delta := make([]byte, 4096)
			g := &Group{Deltas: []Delta{{"s", delta}}}
			for p := range int32(4) {
				g.Writes = append(g.Writes, Write{"t", p, batch})
			}
			b.SetBytes(int64(4 * len(batch)))
			b.ReportAllocs()
			var wg sync.WaitGroup
			for b.Loop() {
				wg.Add(1)
				l.Commit(g, func(lsn LSN, err error) {
					if err != nil {
						b.Error(err)
					}
					l.ReleaseDeltas(lsn)
					wg.Done()
				})
			}
			wg.Wait()
			s := l.Stats()
			b.ReportMetric(float64(s.WALSyncs)/float64(b.N), "syncs/commit")
		})
	}
}

// BenchmarkOpenDisk opens and closes a log in a new directory, and one that exists.
func BenchmarkOpenDisk(b *testing.B) {
	open := func(dir string) {
		l, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			open(b.TempDir())
		}
	})
	b.Run("again", func(b *testing.B) {
		dir := b.TempDir()
		for b.Loop() {
			open(dir)
		}
	})
}

// BenchmarkFlushMany flushes 1000 partitions with one small batch each.
func BenchmarkFlushMany(b *testing.B) {
	const partitions = 1000
	l := openBench(b, Options{}, partitions)
	batch, _ := benchBatch(1 << 10)
	var writes []Write
	for p := range int32(partitions) {
		writes = append(writes, Write{"t", p, batch})
	}
	flush := func() {
		if _, err := l.Produce(ctx, writes); err != nil {
			b.Fatal(err)
		}
		if err := l.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	flush() // makes the files
	for b.Loop() {
		flush()
	}
}
