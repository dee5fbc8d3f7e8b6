package function

import (
	"github.com/leatdb/leat/internal/javatime"
	"github.com/leatdb/leat/types"
)

const (
	patternDoc = "a pattern of Java's DateTimeFormatter, e.g. yyyy-MM-dd HH:mm:ss.SSS; literal letters stand in quotes"
	zoneDoc    = "a time zone: an ID such as UTC or Europe/London, or an offset such as +02:00"
)

func formatFunctions() []*Scalar {
	dateDocs := docs{"date": "the date", "days": "the days since 1970-01-01", "pattern": patternDoc}
	return []*Scalar{
		scalar("FORMAT_TIMESTAMP", categoryTime, "Writes a timestamp as text.",
			docs{"timestamp": "the timestamp", "pattern": patternDoc, "zone": zoneDoc + "; GMT when left out"},
			[]Example{{"FORMAT_TIMESTAMP(FROM_UNIXTIME(1526075913000), 'yyyy-MM-dd HH:mm')", "2018-05-11 21:58"},
				{"FORMAT_TIMESTAMP(FROM_UNIXTIME(1526075913000), 'HH:mm zzz', 'America/Los_Angeles')", "14:58 PDT"}},
			over("(timestamp TIMESTAMP, pattern STRING) -> STRING", strict(formatKernel(javatime.GMT))),
			over("(timestamp TIMESTAMP, pattern STRING, zone STRING) -> STRING", strict(formatKernel(nil)))),
		scalar("TIMESTAMPTOSTRING", categoryTime, "Writes milliseconds since 1970-01-01 as text. Deprecated: use FORMAT_TIMESTAMP.",
			docs{"millis": "the milliseconds since 1970-01-01T00:00:00Z", "pattern": patternDoc, "zone": zoneDoc + "; that of the server when left out"},
			[]Example{{"TIMESTAMPTOSTRING(1526075913000, 'yyyy-MM-dd HH:mm', 'UTC')", "2018-05-11 21:58"}},
			over("(millis BIGINT!, pattern STRING) -> STRING", strict(formatKernel(javatime.LocalZone()))),
			over("(millis BIGINT!, pattern STRING, zone STRING) -> STRING", strict(formatKernel(nil)))),
		scalar("FORMAT_DATE", categoryTime, "Writes a date as text.", dateDocs,
			[]Example{{"FORMAT_DATE(FROM_DAYS(17662), 'dd/MM/yyyy')", "11/05/2018"}},
			over("(date DATE, pattern STRING) -> STRING", perCallStrict(formatWith((*javatime.Format).AppendDate)))),
		scalar("DATETOSTRING", categoryTime, "Writes days since 1970-01-01 as text. Deprecated: use FORMAT_DATE.", dateDocs,
			[]Example{{"DATETOSTRING(17662, 'dd/MM/yyyy')", "11/05/2018"}},
			over("(days INT!, pattern STRING) -> STRING", perCallStrict(formatWith((*javatime.Format).AppendDate)))),
		scalar("FORMAT_TIME", categoryTime, "Writes a time of the day as text.", docs{"time": "the time", "pattern": patternDoc},
			[]Example{{"FORMAT_TIME(PARSE_TIME('16:43', 'HH:mm'), 'h:mm a')", "4:43 PM"}},
			over("(time TIME, pattern STRING) -> STRING", perCallStrict(formatWith((*javatime.Format).AppendTime)))),
	}
}

// formatWith writes days, or milliseconds, by the pattern in argument 1.
func formatWith(write func(f *javatime.Format, b []byte, v int64) ([]byte, error)) func(*Call) rowFunc {
	return func(c *Call) rowFunc {
		var buf []byte
		return compiled(1, javatime.Compile, func(f *javatime.Format, args []*types.Vector, i int, out *types.Vector) (err error) {
			if buf, err = write(f, buf[:0], int64(args[0].I32[i])); err != nil {
				return err
			}
			out.Str[i] = out.Own(buf)
			return nil
		})(c)
	}
}

// formatKernel formats timestamps in a zone, that of argument 2 when nil.
func formatKernel(zone *javatime.Zone) maker {
	return func(*Call) (Kernel, error) {
		w := timestampWriter{zone: zone}
		w.formats.compile = javatime.Compile
		w.zones.compile = javatime.LoadZone
		return w.kernel, nil
	}
}

// timestampWriter formats timestamps. Rows mostly come in the order of time, so
// the text for the pattern's unit (a day, an hour, ...) of the row before is
// mostly that of the next row, too: it is shared then.
type timestampWriter struct {
	formats memo[*javatime.Format]
	zones   memo[*javatime.Zone]
	zone    *javatime.Zone
	buf     []byte

	// The last text holds for format, in inZone, from (inclusive) to (exclusive).
	format   *javatime.Format
	inZone   *javatime.Zone
	from, to int64
	last     string
	// The zone's offset holds in these bounds.
	offset         int64
	offFrom, offTo int64
	offsetOf       *javatime.Zone
}

func (w *timestampWriter) kernel(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
	w.format = nil // The text before is in memory that out may have reused.
	for _, r := range rows {
		s, err := w.write(args, r, out)
		if err != nil {
			fail(r, err, out, errs)
			continue
		}
		out.Str[r] = s
	}
}

func (w *timestampWriter) write(args []*types.Vector, r uint32, out *types.Vector) (string, error) {
	f, err := w.formats.get(args[1].Str[r])
	if err != nil {
		return "", err
	}
	zone := w.zone
	if zone == nil {
		if zone, err = w.zones.get(args[2].Str[r]); err != nil {
			return "", err
		}
	}
	at := args[0].I64[r]
	if f == w.format && zone == w.inZone && at >= w.from && at < w.to {
		return w.last, nil
	}
	if w.buf, err = f.AppendTimestamp(w.buf[:0], at, zone); err != nil {
		return "", err
	}
	w.last, w.format, w.inZone = out.Own(w.buf), f, zone
	w.bounds(at, f.Unit())
	return w.last, nil
}

// bounds sets from and to around at: the unit of local time it is in, cut where
// the zone's offset changes.
func (w *timestampWriter) bounds(at, unit int64) {
	if w.offsetOf != w.inZone || at < w.offFrom || at >= w.offTo {
		seconds, from, to := w.inZone.OffsetRange(at)
		w.offset, w.offFrom, w.offTo, w.offsetOf = int64(seconds)*1000, from, to, w.inZone
	}
	into := (at + w.offset) % unit
	if into < 0 {
		into += unit
	}
	w.from, w.to = max(at-into, w.offFrom), min(at-into+unit, w.offTo)
}
