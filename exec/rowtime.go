package exec

import (
	"fmt"
	"math"

	"github.com/leatdb/leat/internal/javatime"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// timeFailed is the time of a row whose time could not be found; that has been
// reported.
const timeFailed = math.MinInt64

// timeColumn takes row times from a column.
type timeColumn struct {
	column int
	kind   types.Kind
	name   string
	format *javatime.Format // Of a STRING column.
	zone   *javatime.Zone
	out    []int64

	lastText []byte // The text read last, in own memory,
	last     string // the same as a string,
	lastTime int64  // and its time.
}

// newTimeColumn finds the column of a TIMESTAMP property.
func newTimeColumn(ts *plan.Timestamp, schema *plan.Schema) (*timeColumn, error) {
	for i, c := range schema.Columns() {
		if c.Name != ts.Column {
			continue
		}
		t := &timeColumn{column: i, kind: c.Type.Kind, name: c.Name}
		switch c.Type.Kind {
		case types.BigInt, types.Timestamp:
			return t, nil
		case types.String:
			if ts.Format == "" {
				return nil, fmt.Errorf("the timestamp column %s is a STRING, so a TIMESTAMP_FORMAT is needed", types.QuoteName(c.Name))
			}
			var err error
			t.zone = javatime.LocalZone()
			t.format, err = javatime.Compile(ts.Format)
			return t, err
		}
		return nil, fmt.Errorf("the timestamp column %s has type %s; row times can be taken from BIGINT, TIMESTAMP and STRING", types.QuoteName(c.Name), c.Type)
	}
	return nil, fmt.Errorf("the timestamp column %s does not exist", types.QuoteName(ts.Column))
}

// parse reads a time from text. Busy topics have many records of one moment, so
// the last text is remembered.
func (t *timeColumn) parse(text string, row uint32, fail func(row uint32, reason string)) int64 {
	if text == t.last && t.last != "" {
		return t.lastTime
	}
	millis, err := t.format.ParseTimestamp(text, t.zone)
	if err != nil {
		fail(row, fmt.Sprintf("the timestamp column %s: %v", types.QuoteName(t.name), err))
		return timeFailed
	}
	t.lastText = append(t.lastText[:0], text...)
	t.last, t.lastTime = types.View(t.lastText), millis
	return millis
}

// read returns the times of the rows; records without a value keep their own.
// fail is told about rows without a usable time, which get timeFailed.
func (t *timeColumn) read(b *batch, rows []uint32, fail func(row uint32, reason string)) []int64 {
	t.out = append(t.out[:0], b.Time...)
	v := b.Cols[t.column]
	for _, r := range rows {
		i := int(r)
		switch {
		case b.NoValue.Get(i):
		case v.IsNull(i):
			fail(r, fmt.Sprintf("the timestamp column %s is NULL", types.QuoteName(t.name)))
			t.out[i] = timeFailed
		case t.format != nil:
			t.out[i] = t.parse(v.Str[i], r, fail)
		default:
			t.out[i] = v.I64[i]
		}
	}
	return t.out
}
