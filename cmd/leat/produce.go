package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/term"

	"github.com/leatdb/leat/log"
)

type produceFlags struct {
	place
	keyField   string
	separator  string
	partitions int
	skip       int
}

func produceCommand() *cobra.Command {
	var f produceFlags
	c := &cobra.Command{
		Use:   "produce TOPIC",
		Short: "Append lines from stdin to a topic, one record each",
		Long: `Append lines from stdin to a topic, one record each. The topic is created when it does not exist.

A record has no key unless --key-field names a field of JSON lines, or --key-separator splits each line into key and value.
Every record is on disk before the command ends. With --bootstrap the records go to a running server.`,
		Example: `  leat produce clicks --key-field user < clicks.ndjson
  leat produce raw --data mydata < /var/log/nginx/access.log
  leat produce clicks --bootstrap localhost:9092 < clicks.ndjson`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f.bootstrap != "" {
				return withClient(c.Context(), f.bootstrap, func(ctx context.Context, cl *kgo.Client) error {
					to, err := newRemoteSink(ctx, cl, args[0], f.partitions)
					if err != nil {
						return err
					}
					return produce(ctx, c, to, args[0], f)
				})
			}
			return withLog(f.dir, func(l *log.Log) error {
				to, err := newProducer(c.Context(), l, args[0], f.partitions)
				if err != nil {
					return err
				}
				return produce(c.Context(), c, to, args[0], f)
			})
		},
	}
	f.place.add(c)
	c.Flags().StringVar(&f.keyField, "key-field", "", "field of JSON lines whose value becomes the key")
	c.Flags().StringVar(&f.separator, "key-separator", "", "text between key and value in each line")
	c.Flags().IntVar(&f.partitions, "partitions", 1, "partitions, when the topic has to be created")
	c.Flags().IntVar(&f.skip, "skip", 0, "lines to leave out at the beginning, such as a header")
	c.MarkFlagsMutuallyExclusive("key-field", "key-separator")
	return c
}

// produceBatchBytes is how much goes into one acknowledged write.
const produceBatchBytes = 1 << 20

// sink is where records go. What was added is safe when flush returns nil.
type sink interface {
	add(key, value []byte)
	flush(ctx context.Context) error
}

func produce(ctx context.Context, c *cobra.Command, to sink, topic string, f produceFlags) error {
	var records, bytes int
	in := bufio.NewReaderSize(c.InOrStdin(), 1<<20)
	progress := newProgress(c.ErrOrStderr())
	for line := 1; ; line++ {
		text, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", line, err)
		}
		done := err != nil
		if text = trimEnd(text); len(text) > 0 && line > f.skip {
			key, value, err := f.split(text)
			if err != nil {
				return errors.Join(fmt.Errorf("line %d: %w (%d records before it were appended)", line, err, records), to.flush(ctx))
			}
			to.add(key, value)
			records++
			bytes += len(key) + len(value)
		}
		if bytes >= produceBatchBytes || done {
			if err := to.flush(ctx); err != nil {
				return err
			}
			bytes = 0
			progress.show("%d records", records)
		}
		if done || ctx.Err() != nil {
			break
		}
	}
	progress.end()
	fmt.Fprintf(c.OutOrStdout(), "%d records appended to %s\n", records, topic)
	return ctx.Err()
}

func trimEnd(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// split cuts a line into key and value.
func (f *produceFlags) split(line []byte) (key, value []byte, err error) {
	switch {
	case f.separator != "":
		k, v, ok := strings.Cut(string(line), f.separator)
		if !ok {
			return nil, nil, fmt.Errorf("the separator %q does not occur", f.separator)
		}
		return []byte(k), []byte(v), nil
	case f.keyField != "":
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(line, &fields); err != nil {
			return nil, nil, fmt.Errorf("not a JSON object, so it has no field %q: %w", f.keyField, err)
		}
		raw, ok := fields[f.keyField]
		if !ok {
			return nil, nil, fmt.Errorf("the object has no field %q", f.keyField)
		}
		var text string
		if json.Unmarshal(raw, &text) == nil {
			return []byte(text), line, nil
		}
		return raw, line, nil
	}
	return nil, line, nil
}

// producer gathers records per partition and appends them together.
type producer struct {
	log      *log.Log
	topic    string
	builders []log.BatchBuilder
	next     int
}

func newProducer(ctx context.Context, l *log.Log, topic string, partitions int) (*producer, error) {
	err := l.CreateTopic(ctx, topic, log.TopicConfig{Partitions: partitions})
	if err != nil && !errors.Is(err, log.ErrTopicExists) {
		return nil, err
	}
	info, _ := l.Topic(topic)
	return &producer{log: l, topic: topic, builders: make([]log.BatchBuilder, info.Config.Partitions)}, nil
}

func (p *producer) add(key, value []byte) {
	partition := p.next
	if key != nil {
		partition = int(log.MurmurPartition(key, int32(len(p.builders))))
	} else if p.next++; p.next == len(p.builders) {
		p.next = 0
	}
	p.builders[partition].Append(key, value, nil, time.Now().UnixMilli())
}

func (p *producer) flush(ctx context.Context) error {
	var writes []log.Write
	for i := range p.builders {
		if b := &p.builders[i]; b.Len() > 0 {
			writes = append(writes, log.Write{Topic: p.topic, Partition: int32(i), Batch: b.Bytes()})
		}
	}
	if len(writes) == 0 {
		return nil
	}
	if _, err := p.log.Produce(ctx, writes); err != nil {
		return err
	}
	for i := range p.builders {
		p.builders[i].Reset()
	}
	return nil
}

// progress is a line on a terminal that is rewritten while work goes on; it is
// silent elsewhere.
type progress struct {
	w    io.Writer // nil when it is no terminal.
	last time.Time
	used bool
}

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{w: w}
}

func (p *progress) show(format string, args ...any) {
	if p.w == nil || time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.used = time.Now(), true
	fmt.Fprintf(p.w, "\r\x1b[K"+format, args...)
}

func (p *progress) end() {
	if p.used {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.used = false
	}
}

// over returns out for lines that are written while the progress shows, which
// makes place for them.
func (p *progress) over(out io.Writer) io.Writer { return overProgress{p, out} }

type overProgress struct {
	p   *progress
	out io.Writer
}

func (o overProgress) Write(b []byte) (int, error) {
	o.p.end()
	return o.out.Write(b)
}
