package leat

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner"
)

// print answers PRINT: the records of a topic as text lines, from all its
// partitions, as they come.
func (db *DB) print(ctx context.Context, p *planner.Print) (*Result, error) {
	topic, ok := db.log.Topic(p.Topic)
	if !ok {
		return nil, fmt.Errorf("there is no topic named %s", p.Topic)
	}
	pr := &printer{db: db, plan: p, wake: make(chan struct{}, 1)}
	for i := range int32(topic.Config.Partitions) {
		next, err := db.log.EndOffset(p.Topic, i)
		if p.FromBeginning {
			next, err = db.log.StartOffset(p.Topic, i)
		}
		if err != nil {
			return nil, err
		}
		pr.next = append(pr.next, next)
	}
	rows := db.newRows(ctx, kindPush, "PRINT "+p.Topic, pr.rows, pr.close)
	rows.Lines = true
	rows.Columns = []RowColumn{{Name: "RECORD", Type: "STRING"}}
	return &Result{Rows: rows}, nil
}

// printer reads the partitions of a topic in turn and waits for more.
type printer struct {
	db      *DB
	plan    *planner.Print
	next    []int64
	seen    int64 // Records met, shown or not.
	shown   int64
	wake    chan struct{}
	cancels []func()
	chunk   log.Chunk
	records log.Records
}

// rows returns the next lines; none when the limit is reached.
func (p *printer) rows(ctx context.Context) ([]Row, error) {
	for {
		var out []Row
		for i := range p.next {
			if p.plan.Limit >= 0 && p.shown >= p.plan.Limit {
				break
			}
			lines, err := p.partition(int32(i))
			if err != nil {
				return nil, err
			}
			out = append(out, lines...)
		}
		if len(out) > 0 || p.plan.Limit >= 0 && p.shown >= p.plan.Limit {
			return out, nil
		}
		if err := p.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// wait blocks until some partition has more.
func (p *printer) wait(ctx context.Context) error {
	p.close()
	for i, next := range p.next {
		p.cancels = append(p.cancels, p.db.log.Notify(p.plan.Topic, int32(i), next, func() {
			select {
			case p.wake <- struct{}{}:
			default:
			}
		}))
	}
	select {
	case <-p.wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *printer) close() {
	for _, cancel := range p.cancels {
		cancel()
	}
	p.cancels = nil
}

func (p *printer) partition(i int32) ([]Row, error) {
	if err := p.db.log.Read(p.plan.Topic, i, p.next[i], 1<<18, &p.chunk); err != nil {
		return nil, err
	}
	defer p.chunk.Release()
	var out []Row
	for p.next[i] < p.chunk.Next {
		after, err := p.chunk.Decode(&p.records, p.next[i], 1024)
		if err != nil {
			return nil, err
		}
		for r := range p.records.N {
			p.seen++
			if (p.seen-1)%p.plan.Every != 0 {
				continue
			}
			if p.plan.Limit >= 0 && p.shown >= p.plan.Limit {
				return out, nil
			}
			p.shown++
			out = append(out, Row{Values: []any{p.line(r, i)}})
		}
		p.next[i] = after
	}
	return out, nil
}

func (p *printer) line(r int, partition int32) string {
	return fmt.Sprintf("rowtime: %s, key: %s, value: %s, partition: %d",
		time.UnixMilli(p.records.Time[r]).UTC().Format("2006/01/02 15:04:05.000 Z"),
		printBytes(p.records.Key(r)), printBytes(p.records.Value(r)), partition)
}

// printBytes shows bytes of an unknown format: JSON and text as they are,
// numbers of 4 or 8 bytes as numbers, anything else as base64.
func printBytes(b []byte) string {
	switch {
	case b == nil:
		return "<null>"
	case json.Valid(b):
		return string(b)
	case utf8.Valid(b) && printable(string(b)):
		return string(b)
	case len(b) == 4 || len(b) == 8:
		n := int64(0)
		if b[0] >= 0x80 {
			n = -1
		}
		for _, c := range b {
			n = n<<8 | int64(c)
		}
		return fmt.Sprint(n)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f }) < 0
}
