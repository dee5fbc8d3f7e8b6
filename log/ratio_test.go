package log

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

// The ratio benchmarks take turns with the limit they compare with, since the machine's speed drifts, and report the share of
// the limit that is reached, by the medians of their turns.

// turns measures functions in turn and returns the median time of each.
func turns(b *testing.B, fns ...func()) []time.Duration {
	times := make([][]time.Duration, len(fns))
	for b.Loop() {
		for i, fn := range fns {
			start := time.Now()
			fn()
			times[i] = append(times[i], time.Since(start))
		}
	}
	medians := make([]time.Duration, len(fns))
	for i, t := range times {
		medians[i] = median(t)
	}
	return medians
}

func median(t []time.Duration) time.Duration {
	slices.Sort(t)
	return t[len(t)/2]
}

// rawFile is a preallocated file, written round and round.
type rawFile struct {
	f   vfs.File
	pos int64
}

const rawCapacity = 64 << 20

func openRaw(b *testing.B) *rawFile {
	f, err := vfs.OS.Create(filepath.Join(b.TempDir(), "raw"))
	if err == nil {
		err = f.Preallocate(rawCapacity)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return &rawFile{f: f}
}

func (r *rawFile) append(b *testing.B, data []byte) {
	if r.pos+int64(len(data)) > rawCapacity {
		r.pos = 0
	}
	_, err := r.f.WriteAt(data, r.pos)
	if err == nil {
		err = r.f.DataSync()
	}
	if err != nil {
		b.Fatal(err)
	}
	r.pos += int64(len(data))
}

// BenchmarkRatioProduce is one producer that waits for every batch against a write and fdatasync of the same bytes.
func BenchmarkRatioProduce(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprint(size>>10, "KiB"), func(b *testing.B) {
			l := openBench(b, Options{}, 1)
			raw := openRaw(b)
			batch, _ := benchBatch(size)
			writes := []Write{{"t", 0, batch}}
			m := turns(b, func() { raw.append(b, batch) }, func() {
				if _, err := l.Produce(ctx, writes); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(float64(m[0])/float64(m[1]), "of-limit")
			b.ReportMetric(float64(m[1].Microseconds()), "µs/commit")
		})
	}
}

// BenchmarkRatioRead reads a partition from the page cache, with checksums, and with the records as columns besides, against
// pread of the same number of bytes.
func BenchmarkRatioRead(b *testing.B) {
	for _, piece := range []int{256 << 10, 1 << 20} {
		b.Run(fmt.Sprint(piece>>10, "KiB"), func(b *testing.B) {
			l := openBench(b, Options{CacheBytes: 8 << 20, Ack: AckOS}, 1)
			readBench(b, l, 64<<10, readTotal)
			if err := l.Flush(); err != nil {
				b.Fatal(err)
			}
			raw := openRaw(b)
			buf := make([]byte, piece)
			m := turns(b, func() {
				for pos := int64(0); pos < readTotal; pos += int64(piece) {
					if _, err := raw.f.ReadAt(buf, pos); err != nil {
						b.Fatal(err)
					}
				}
			}, func() { readThrough(b, l, checkOnly, piece) }, func() { readThrough(b, l, decodeAll, piece) })
			b.ReportMetric(float64(m[0])/float64(m[1]), "crc-of-limit")
			b.ReportMetric(float64(m[0])/float64(m[2]), "decode-of-limit")
			b.ReportMetric(readTotal/m[2].Seconds()/1e9, "decode-GB/s")
		})
	}
}
