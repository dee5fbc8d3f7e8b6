package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/leatdb/leat/log"
)

type consumeFlags struct {
	place
	beginning bool
	follow    bool
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
Without it, it begins at the end, or with --from-beginning at the oldest record. It ends where the topic ended when it began; with --bootstrap
and --follow it waits for more, until Ctrl-C.`,
		Example: `  leat consume clicks --from-beginning --limit 10
  leat consume alerts --group pager
  leat consume alerts --bootstrap localhost:9092 --follow`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f.bootstrap != "" {
				return withClient(c.Context(), f.bootstrap, func(ctx context.Context, cl *kgo.Client) error {
					return consumeRemote(ctx, c, cl, args[0], f)
				})
			}
			if f.follow {
				return errors.New("--follow needs --bootstrap: nobody else appends to a directory that this command has opened")
			}
			return withLog(f.dir, func(l *log.Log) error { return consume(c.Context(), c, l, args[0], f) })
		},
	}
	f.place.add(c)
	c.Flags().BoolVarP(&f.follow, "follow", "f", false, "wait for more records at the end")
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
	next, err := l.Each(ctx, topic, p, from, func(r *log.Records) error {
		for i := range r.N {
			if *left == 0 {
				return errEnough
			}
			writeLine(out, r.Key(i), r.Value(i), keys)
			*left--
			from = r.Offset[i] + 1
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return from, nil
	}
	return next, err
}

// errEnough ends a scan at the limit.
var errEnough = errors.New("enough records")

func writeLine(out *bufio.Writer, key, value []byte, keys bool) {
	// A failed write is kept by the writer and reported by Flush.
	if keys {
		_, _ = out.Write(orNull(key))
		_ = out.WriteByte('\t')
	}
	_, _ = out.Write(orNull(value))
	_ = out.WriteByte('\n')
}

func orNull(b []byte) []byte {
	if b == nil {
		return []byte("null")
	}
	return b
}
