package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/leatdb/leat/log"
)

// LogOptions sizes the log benchmark.
type LogOptions struct {
	Dir        string // Where to write; it must exist.
	BatchBytes int    // Size of one produced batch.
	Batches    int
}

// Log measures producing with a durable acknowledgement and reading back, each
// against the same file operations without a log around them.
func Log(ctx context.Context, out io.Writer, o LogOptions) (err error) {
	l, err := log.Open(filepath.Join(o.Dir, "log"), log.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := l.CreateTopic(ctx, "bench", log.TopicConfig{Partitions: 1}); err != nil {
		return err
	}
	batch := recordBatch(o.BatchBytes)
	raw, err := rawSynced(filepath.Join(o.Dir, "raw"), batch, o.Batches)
	if err != nil {
		return err
	}
	produce, err := measure(func() error {
		for range o.Batches {
			if _, err := l.Produce(ctx, []log.Write{{Topic: "bench", Batch: batch}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	bytes := int64(len(batch)) * int64(o.Batches)
	fmt.Fprintf(out, "produce, acknowledged when synced   %8s B/s   limit (write + fdatasync) %8s B/s   ratio %.2f\n",
		rate(bytes, produce.wall), rate(bytes, raw.wall), raw.wall.Seconds()/produce.wall.Seconds())
	return readBack(ctx, out, l, o, batch)
}

// recordBatch builds a batch of 200-byte records of about the given size.
func recordBatch(size int) []byte {
	var b log.BatchBuilder
	value := make([]byte, 200)
	for i := range value {
		value[i] = byte('a' + i%26)
	}
	for i := int64(0); b.Size() < size; i++ {
		b.Append(nil, value, nil, i)
	}
	return append([]byte{}, b.Bytes()...)
}

// rawSynced writes and syncs the batch n times, as the log has to at least.
func rawSynced(path string, batch []byte, n int) (usage, error) {
	f, err := os.Create(path)
	if err != nil {
		return usage{}, err
	}
	u, err := measure(func() error {
		for range n {
			if _, err := f.Write(batch); err != nil {
				return err
			}
			if err := datasync(f); err != nil {
				return err
			}
		}
		return nil
	})
	return u, errors.Join(err, f.Close())
}

// readBack reads the topic with checksums and every record, and the raw file
// with plain reads of the same size; both are in the page cache.
func readBack(ctx context.Context, out io.Writer, l *log.Log, o LogOptions, batch []byte) error {
	if err := l.Flush(); err != nil {
		return err
	}
	records := int64(0)
	read, err := measure(func() error {
		return scan(ctx, l, "bench", 0, func(r *log.Records) { records += int64(r.N) })
	})
	if err != nil {
		return err
	}
	raw, err := measure(func() error { return rawRead(filepath.Join(o.Dir, "raw")) })
	if err != nil {
		return err
	}
	bytes := int64(len(batch)) * int64(o.Batches)
	fmt.Fprintf(out, "read, CRC and every record          %8s B/s   limit (read, cached)       %8s B/s   ratio %.2f   %s records/s\n",
		rate(bytes, read.wall), rate(bytes, raw.wall), raw.wall.Seconds()/read.wall.Seconds(), rate(records, read.wall))
	return nil
}

func rawRead(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	buf := make([]byte, 1<<20)
	for {
		_, err := f.Read(buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// scan decodes a partition from its start to its present end.
func scan(ctx context.Context, l *log.Log, topic string, partition int32, fn func(*log.Records)) error {
	from, err := l.StartOffset(topic, partition)
	if err != nil {
		return err
	}
	_, err = l.Each(ctx, topic, partition, from, func(r *log.Records) error {
		fn(r)
		return nil
	})
	return err
}
