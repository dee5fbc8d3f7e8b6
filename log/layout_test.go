package log

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"sync"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// fileLog is the layout we did not choose, as good as we can make it: one preallocated file per partition, all written and
// synced in parallel, and then a commit journal with the end offsets, whose sync makes the group durable as a whole.
type fileLog struct {
	files   []vfs.File
	ends    []int64
	journal *rawFile
	workers int
}

func openFileLog(b *testing.B, partitions, workers int) *fileLog {
	f := &fileLog{ends: make([]int64, partitions), journal: openRaw(b), workers: workers}
	dir := b.TempDir()
	for i := range partitions {
		file, err := vfs.OS.Create(filepath.Join(dir, fmt.Sprint(i)))
		if err == nil {
			err = file.Preallocate(4 << 20)
		}
		if err == nil {
			err = file.Sync()
		}
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { file.Close() })
		f.files = append(f.files, file)
	}
	return f
}

func (f *fileLog) commit(b *testing.B, batch []byte) {
	var wg sync.WaitGroup
	errs := make([]error, f.workers)
	for w := range f.workers {
		wg.Go(func() {
			for i := w; i < len(f.files) && errs[w] == nil; i += f.workers {
				errs[w] = f.append(i, batch)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			b.Fatal(err)
		}
	}
	entry := make([]byte, 4, 4+12*len(f.files))
	for i, end := range f.ends {
		entry = binary.LittleEndian.AppendUint32(entry, uint32(i))
		entry = binary.LittleEndian.AppendUint64(entry, uint64(end))
	}
	binary.LittleEndian.PutUint32(entry, crc32.Checksum(entry[4:], castagnoli))
	f.journal.append(b, entry)
}

func (f *fileLog) append(i int, batch []byte) error {
	if f.ends[i]+int64(len(batch)) > 4<<20 {
		f.ends[i] = 0
	}
	if _, err := f.files[i].WriteAt(batch, f.ends[i]); err != nil {
		return err
	}
	f.ends[i] += int64(len(batch))
	return f.files[i].DataSync()
}

// BenchmarkLayout commits groups with one batch for each of 1 and 64 partitions, in turns, to the shared WAL and to files per
// partition with a commit journal, and reports how many times faster the shared WAL is. See docs/design/log-layout.md.
func BenchmarkLayout(b *testing.B) {
	for _, partitions := range []int{1, 64} {
		for _, size := range []int{1 << 10, 16 << 10} {
			b.Run(fmt.Sprintf("%dx%dKiB", partitions, size>>10), func(b *testing.B) {
				batch, _ := benchBatch(size)
				l := openBench(b, Options{}, partitions)
				var writes []Write
				for p := range partitions {
					writes = append(writes, Write{"t", int32(p), batch})
				}
				one, eight := openFileLog(b, partitions, 1), openFileLog(b, partitions, min(8, partitions))
				m := turns(b, func() {
					if _, err := l.Produce(ctx, writes); err != nil {
						b.Fatal(err)
					}
				}, func() { one.commit(b, batch) }, func() { eight.commit(b, batch) })
				b.ReportMetric(float64(m[0].Microseconds()), "µs/wal")
				b.ReportMetric(float64(m[1].Microseconds()), "µs/files")
				b.ReportMetric(float64(m[2].Microseconds()), "µs/files-8-at-once")
				b.ReportMetric(float64(min(m[1], m[2]))/float64(m[0]), "times-faster")
			})
		}
	}
}
