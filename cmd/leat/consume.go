package main

import (
	"bufio"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat/log"
)

type consumeFlags struct {
	dir       string
	beginning bool
	group     string
	keys      bool
	limit     int64
}

func consumeCommand() *cobra.Command {
	var f consumeFlags
	c := &cobra.Command{
		Use:   "consume TOPIC",
		Short: "Write the records of a topic to stdout, one a line",
		Long: `Write the values of a topic's records to stdout, one a line, in offset order per partition.

With --group the command begins where that group stopped and commits what it has written, so that the next call goes on from there.
Without it, it begins at the end, or with --from-beginning at the oldest record.`,
		Example: `  leat consume clicks --from-beginning --limit 10
  leat consume alerts --group pager`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withLog(f.dir, func(l *log.Log) error { return consume(c.Context(), c, l, args[0], f) })
		},
	}
	dataFlag(c, &f.dir)
	c.Flags().BoolVar(&f.beginning, "from-beginning", false, "begin with the oldest record")
	c.Flags().StringVar(&f.group, "group", "", "consumer group whose offsets to use")
	c.Flags().BoolVar(&f.keys, "keys", false, "write the key and a tab before each value")
	c.Flags().Int64Var(&f.limit, "limit", -1, "end after that many records")
	return c
}

// consume reads every partition to its present end. Nobody else can append
// while this process has the directory open, so that is all there will be.
func consume(ctx context.Context, c *cobra.Command, l *log.Log, topic string, f consumeFlags) error {
	info, ok := l.Topic(topic)
	if !ok {
		return fmt.Errorf("there is no topic %q in %s; `leat topics --data %s` lists them", topic, f.dir, f.dir)
	}
	out := bufio.NewWriterSize(c.OutOrStdout(), 1<<16)
	left := f.limit
	var commits []log.GroupOffset
	for p := range int32(info.Config.Partitions) {
		from, err := startOf(l, topic, p, f)
		if err != nil {
			return err
		}
		next, err := copyPartition(ctx, l, topic, p, from, &left, f.keys, out)
		if err != nil {
			return err
		}
		commits = append(commits, log.GroupOffset{Group: f.group, Topic: topic, Partition: p, Offset: next})
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if f.group == "" {
		return nil
	}
	return l.CommitOffsets(ctx, commits)
}

func startOf(l *log.Log, topic string, p int32, f consumeFlags) (int64, error) {
	if f.group != "" {
		if offset, ok := l.FetchOffset(f.group, topic, p); ok {
			return offset, nil
		}
	}
	if f.beginning || f.group != "" {
		return l.StartOffset(topic, p)
	}
	return l.EndOffset(topic, p)
}

// copyPartition writes records from the given offset on and returns the offset
// after the last one written.
func copyPartition(ctx context.Context, l *log.Log, topic string, p int32, from int64, left *int64, keys bool, out *bufio.Writer) (int64, error) {
	var chunk log.Chunk
	var records log.Records
	for *left != 0 && ctx.Err() == nil {
		if err := l.Read(topic, p, from, 1<<20, &chunk); err != nil {
			return from, err
		}
		before := from
		for *left != 0 {
			next, err := chunk.Decode(&records, from, 4096)
			if err != nil {
				chunk.Release()
				return from, err
			}
			if records.N == 0 {
				from = max(from, next)
				break
			}
			from = next
			for i := 0; i < records.N && *left != 0; i++ {
				writeRecord(out, &records, i, keys)
				*left--
				from = records.Offset[i] + 1
			}
		}
		chunk.Release()
		if from == before {
			return from, nil
		}
	}
	return from, nil
}

func writeRecord(out *bufio.Writer, r *log.Records, i int, keys bool) {
	// A failed write is kept by the writer and reported by Flush.
	if keys {
		_, _ = out.Write(span(r.Data, r.KeyPos[i], r.KeyLen[i]))
		_ = out.WriteByte('\t')
	}
	_, _ = out.Write(span(r.Data, r.ValPos[i], r.ValLen[i]))
	_ = out.WriteByte('\n')
}

func span(data []byte, pos uint32, n int32) []byte {
	if n < 0 {
		return []byte("null")
	}
	return data[pos : pos+uint32(n)]
}
