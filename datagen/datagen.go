package datagen

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"time"

	"github.com/leatdb/leat/types"
)

// Column is a column of a quickstart.
type Column struct {
	Name string // As SQL, without quotes.
	Type string // As SQL.
}

// Quickstart is a kind of rows. Key is the name of its key column.
type Quickstart struct {
	Name    string
	Summary string
	Key     string
	Columns []Column

	row func(d *draw) []any
}

// draw is what a row is drawn from: chance, the number of the row and the time.
type draw struct {
	*rand.Rand
	n   int64
	now int64 // Milliseconds.
}

func (d *draw) one(of ...string) string { return of[d.IntN(len(of))] }

// numbered is a name with a number from 1 to max.
func (d *draw) numbered(name string, max int) string { return fmt.Sprintf("%s%d", name, 1+d.IntN(max)) }

// Quickstarts are all there are, by name.
func Quickstarts() []Quickstart {
	all := append(shopQuickstarts(), webQuickstarts()...)
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// Find returns the quickstart of a name.
func Find(name string) (Quickstart, error) {
	var names []string
	for _, q := range Quickstarts() {
		if strings.EqualFold(q.Name, name) {
			return q, nil
		}
		names = append(names, q.Name)
	}
	return Quickstart{}, fmt.Errorf("there is no quickstart %q; there are %s", name, strings.Join(names, ", "))
}

// WithKey returns the quickstart with another key column.
func (q Quickstart) WithKey(name string) (Quickstart, error) {
	var names []string
	for _, c := range q.Columns {
		if strings.EqualFold(c.Name, name) {
			q.Key = c.Name
			return q, nil
		}
		names = append(names, c.Name)
	}
	return q, fmt.Errorf("%s has no column %q for the key; it has %s", q.Name, name, strings.Join(names, ", "))
}

// Generator draws the rows of a quickstart. It is not safe for concurrent use.
type Generator struct {
	quickstart Quickstart
	draw       draw
	clock      func() time.Time
}

// New starts a generator. The same seed and the same times give the same rows.
func New(q Quickstart, seed uint64, clock func() time.Time) *Generator {
	return &Generator{quickstart: q, draw: draw{Rand: rand.New(rand.NewPCG(seed, 0x1ea7))}, clock: clock}
}

// Next returns the values of the next row, in the order of the columns.
func (g *Generator) Next() []any {
	g.draw.now = g.clock().UnixMilli()
	row := g.quickstart.row(&g.draw)
	g.draw.n++
	return row
}

// Literal writes a value of a row as SQL.
func Literal(v any) string {
	switch v := v.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case types.StructValue:
		parts := make([]string, len(v))
		for i, f := range v {
			parts[i] = types.QuoteName(f.Name) + ":=" + Literal(f.Value)
		}
		return "STRUCT(" + strings.Join(parts, ", ") + ")"
	}
	return fmt.Sprint(v)
}

// Create is the statement that declares the stream of the rows.
func (q Quickstart) Create(stream, topic, keyFormat, valueFormat string, partitions int) string {
	columns := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		columns[i] = c.Name + " " + c.Type
		if c.Name == q.Key {
			columns[i] += " KEY"
		}
	}
	return fmt.Sprintf("CREATE STREAM IF NOT EXISTS %s (%s) WITH (KAFKA_TOPIC=%s, KEY_FORMAT=%s, VALUE_FORMAT=%s, PARTITIONS=%d);",
		stream, strings.Join(columns, ", "), Literal(topic), Literal(keyFormat), Literal(valueFormat), partitions)
}

// Insert is the statement that inserts a row.
func (q Quickstart) Insert(stream string, row []any) string {
	names, values := make([]string, len(row)), make([]string, len(row))
	for i, v := range row {
		names[i], values[i] = q.Columns[i].Name, Literal(v)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s);", stream, strings.Join(names, ", "), strings.Join(values, ", "))
}
