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
	"golang.org/x/term"

	"github.com/leatdb/leat/log"
)

type produceFlags struct {
	dir        string
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
Every record is on disk before the command ends.`,
		Example: `  leat produce clicks --key-field user < clicks.ndjson
  leat produce raw --data mydata < /var/log/nginx/access.log`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withLog(f.dir, func(l *log.Log) error { return produce(c.Context(), c, l, args[0], f) })
		},
	}
	dataFlag(c, &f.dir)
	c.Flags().StringVar(&f.keyField, "key-field", "", "field of JSON lines whose value becomes the key")
	c.Flags().StringVar(&f.separator, "key-separator", "", "text between key and value in each line")
	c.Flags().IntVar(&f.partitions, "partitions", 1, "partitions, when the topic has to be created")
	c.Flags().IntVar(&f.skip, "skip", 0, "lines to leave out at the beginning, such as a header")
	c.MarkFlagsMutuallyExclusive("key-field", "key-separator")
	return c
}

// produceBatchBytes is how much goes into one acknowledged write.
const produceBatchBytes = 1 << 20

func produce(ctx context.Context, c *cobra.Command, l *log.Log, topic string, f produceFlags) error {
	err := l.CreateTopic(ctx, topic, log.TopicConfig{Partitions: f.partitions})
	if err != nil && !errors.Is(err, log.ErrTopicExists) {
		return err
	}
	info, _ := l.Topic(topic)
	p := producer{log: l, topic: topic, builders: make([]log.BatchBuilder, info.Config.Partitions)}
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
				return errors.Join(fmt.Errorf("line %d: %w (%d records before it were appended)", line, err, p.records), p.flush(ctx))
			}
			p.add(key, value)
		}
		if p.bytes >= produceBatchBytes || done {
			if err := p.flush(ctx); err != nil {
				return err
			}
			progress.show("%d records", p.records)
		}
		if done || ctx.Err() != nil {
			break
		}
	}
	progress.end()
	fmt.Fprintf(c.OutOrStdout(), "%d records appended to %s\n", p.records, topic)
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
	bytes    int
	records  int64
}

func (p *producer) add(key, value []byte) {
	partition := p.next
	if key != nil {
		partition = int(log.MurmurPartition(key, int32(len(p.builders))))
	} else if p.next++; p.next == len(p.builders) {
		p.next = 0
	}
	p.builders[partition].Append(key, value, nil, time.Now().UnixMilli())
	p.bytes += len(key) + len(value)
	p.records++
}

func (p *producer) flush(ctx context.Context) error {
	var writes []log.Write
	for i := range p.builders {
		if b := &p.builders[i]; b.Len() > 0 {
			writes = append(writes, log.Write{Topic: p.topic, Partition: int32(i), Batch: b.Bytes()})
		}
	}
	p.bytes = 0
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
