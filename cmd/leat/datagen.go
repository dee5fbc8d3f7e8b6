package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/datagen"
	"github.com/leatdb/leat/shell"
	"github.com/leatdb/leat/types"
)

type datagenFlags struct {
	connectFlags
	stream, topic, key     string
	keyFormat, valueFormat string
	partitions             int
	count                  int64
	rate                   float64
	seed                   uint64
	printRows              bool
}

func datagenCommand() *cobra.Command {
	var f datagenFlags
	var list strings.Builder
	for _, q := range datagen.Quickstarts() {
		fmt.Fprintf(&list, "  %-18s %s (key %s)\n", q.Name, q.Summary, q.Key)
	}
	c := &cobra.Command{
		Use:   "datagen QUICKSTART",
		Short: "Write made-up rows to try things with",
		Long: "Write made-up rows to a stream, which is created when it does not exist, in a data directory or at a server. The quickstarts:\n\n" +
			list.String() + "\nWithout --count it goes on until Ctrl-C.",
		Example: `  leat datagen orders --data mydata --count 1000
  leat datagen pageviews --server http://localhost:8088 --rate 50
  leat datagen users --data mydata --count 9 --value-format avro --seed 7`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			q, err := datagen.Find(args[0])
			if err == nil && f.key != "" {
				q, err = q.WithKey(f.key)
			}
			switch {
			case err != nil:
				return usageError{err}
			case f.rate < 0 || f.partitions < 1:
				return usageError{errors.New("--rate is 0 or more rows a second, --partitions at least 1")}
			}
			conn, err := f.open(c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.close()) }()
			return f.generate(c, conn, q)
		},
	}
	f.add(c, "leat-data", "data directory")
	c.Flags().StringVar(&f.stream, "stream", "", "stream to write to; without it named as the quickstart")
	c.Flags().StringVar(&f.topic, "topic", "", "its topic; without it named as the quickstart and its format, e.g. orders_kafka_topic_json")
	c.Flags().StringVar(&f.key, "key", "", "key column, instead of the quickstart's")
	c.Flags().StringVar(&f.keyFormat, "key-format", "KAFKA", "format of keys")
	c.Flags().StringVar(&f.valueFormat, "value-format", "JSON", "format of values, e.g. JSON, AVRO, PROTOBUF, DELIMITED")
	c.Flags().IntVar(&f.partitions, "partitions", 1, "partitions of a topic that is created")
	c.Flags().Int64VarP(&f.count, "count", "n", -1, "rows to write; -1 for no end")
	c.Flags().Float64Var(&f.rate, "rate", 0, "rows a second; 0 for as many as possible")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "where chance begins; 0 for another every time")
	c.Flags().BoolVar(&f.printRows, "print", false, "write each row to stdout, too")
	return c
}

// datagenBatch is how many rows are written at once.
const datagenBatch = 200

func (f *datagenFlags) generate(c *cobra.Command, conn *connection, q datagen.Quickstart) error {
	format := strings.ToUpper(f.valueFormat)
	stream, topic := f.stream, f.topic
	if stream == "" {
		stream = q.Name
	}
	if topic == "" {
		topic = q.Name + "_kafka_topic_" + strings.ToLower(format)
	}
	create := q.Create(stream, topic, strings.ToUpper(f.keyFormat), format, f.partitions)
	if _, err := conn.engine.ExecAt(c.Context(), create, 0, len(create)); err != nil {
		return err
	}
	seed := f.seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	g := datagen.New(q, seed, time.Now)
	progress := newProgress(c.ErrOrStderr())
	began, written := time.Now(), int64(0)
	for f.count < 0 || written < f.count {
		n := f.due(began, written)
		if n == 0 {
			if !pause(c.Context(), time.Duration(float64(time.Second)/f.rate)) {
				break
			}
			continue
		}
		err := f.write(c, conn, q, g, stream, n)
		if c.Context().Err() != nil {
			break // Ctrl-C is how an endless run ends.
		}
		if err != nil {
			return fmt.Errorf("after %d rows: %w", written, err)
		}
		written += int64(n)
		progress.show("%d rows", written)
	}
	progress.end()
	fmt.Fprintf(c.ErrOrStderr(), "%d rows written to %s\n", written, strings.ToUpper(stream))
	return nil
}

// due is how many rows may be written now, at most a batch.
func (f *datagenFlags) due(began time.Time, written int64) int {
	n := int64(datagenBatch)
	if f.rate > 0 {
		n = min(n, int64(time.Since(began).Seconds()*f.rate)+1-written)
	}
	if f.count >= 0 {
		n = min(n, f.count-written)
	}
	return int(max(0, n))
}

// pause waits; it tells whether ctx still goes on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(min(d, 100*time.Millisecond))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// insertable is a value as leat.DB.Insert takes it.
func insertable(v any) any {
	fields, ok := v.(types.StructValue)
	if !ok {
		return v
	}
	m := make(map[string]any, len(fields))
	for _, f := range fields {
		m[f.Name] = insertable(f.Value)
	}
	return m
}

// write writes n rows: in process all together, at a server as statements.
func (f *datagenFlags) write(c *cobra.Command, conn *connection, q datagen.Quickstart, g *datagen.Generator, stream string, n int) error {
	var sql strings.Builder
	rows := make([]any, 0, n)
	for range n {
		values := g.Next()
		if f.printRows {
			cells := make([]string, len(values))
			for i, v := range values {
				cells[i] = shell.FormatValue(v)
			}
			fmt.Fprintln(c.OutOrStdout(), strings.Join(cells, " | "))
		}
		if conn.db == nil {
			sql.WriteString(q.Insert(stream, values))
			continue
		}
		row := map[string]any{}
		for i, v := range values {
			row[q.Columns[i].Name] = insertable(v)
		}
		rows = append(rows, row)
	}
	if conn.db != nil {
		return conn.db.Insert(c.Context(), stream, rows...)
	}
	_, err := conn.engine.ExecAt(c.Context(), sql.String(), 0, sql.Len())
	var se *leat.StatementError
	if errors.As(err, &se) {
		return se.Err
	}
	return err
}
