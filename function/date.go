package function

import (
	"time"

	"github.com/leatdb/leat/internal/javatime"
	"github.com/leatdb/leat/types"
)

const dayMillis = 24 * 60 * 60 * 1000

func dateFunctions() []*Scalar {
	return []*Scalar{
		shift("DATEADD", "DATE", "Adds a duration to a date; parts of a day are cut off.", "DATEADD(DAYS, 2, FROM_DAYS(17662))", "2018-05-13", 1, shiftDate),
		shift("DATESUB", "DATE", "Subtracts a duration from a date; parts of a day are cut off.", "DATESUB(HOURS, 48, FROM_DAYS(17662))", "2018-05-09", -1, shiftDate),
		shift("TIMEADD", "TIME", "Adds a duration to a time of the day, going round at midnight.", "TIMEADD(MINUTES, 30, PARSE_TIME('23:45', 'HH:mm'))", "00:15", 1, shiftTime),
		shift("TIMESUB", "TIME", "Subtracts a duration from a time of the day, going round at midnight.", "TIMESUB(HOURS, 1, PARSE_TIME('00:15', 'HH:mm'))", "23:15", -1, shiftTime),
		shift("TIMESTAMPADD", "TIMESTAMP", "Adds a duration to a timestamp.", "TIMESTAMPADD(SECONDS, 5, FROM_UNIXTIME(0))", "1970-01-01T00:00:05.000", 1, shiftTimestamp),
		shift("TIMESTAMPSUB", "TIMESTAMP", "Subtracts a duration from a timestamp.", "TIMESTAMPSUB(DAYS, 1, FROM_UNIXTIME(86400000))", "1970-01-01T00:00:00.000", -1, shiftTimestamp),
		scalar("CONVERT_TZ", categoryTime, "Moves a timestamp by the difference of two time zones.",
			docs{"timestamp": "the timestamp", "from": zoneDoc, "to": zoneDoc},
			[]Example{{"CONVERT_TZ(FROM_UNIXTIME(0), 'UTC', '+02:00')", "1970-01-01T02:00:00.000"}},
			over("(timestamp TIMESTAMP, from STRING, to STRING) -> TIMESTAMP", perCallStrict(convertZone))),
		scalar("FROM_DAYS", categoryTime, "Returns the date that is a number of days after 1970-01-01.", docs{"days": "the number of days"},
			[]Example{{"FROM_DAYS(17662)", "2018-05-11"}},
			over("(days INT!) -> DATE", map1(func(days int32) int32 { return days }))),
		scalar("FROM_UNIXTIME", categoryTime, "Returns the timestamp that is a number of milliseconds after 1970-01-01T00:00:00Z.", docs{"millis": "the number of milliseconds"},
			[]Example{{"FROM_UNIXTIME(1526075913042)", "2018-05-11T21:58:33.042"}},
			over("(millis BIGINT) -> TIMESTAMP", map1(func(millis int64) int64 { return millis }))),
		scalar("UNIX_DATE", categoryTime, "Returns the days from 1970-01-01 to a date, or to today where the server is.", docs{"date": "the date"},
			[]Example{{"UNIX_DATE(FROM_DAYS(17662))", "17662"}},
			clock("() -> INT", func(out *types.Vector, i int, now time.Time) {
				_, offset := now.Zone()
				days, _ := types.SplitDay(now.UnixMilli() + int64(offset)*1000)
				out.I32[i] = int32(days)
			}),
			over("(date DATE) -> INT", map1(func(days int32) int32 { return days }))),
		scalar("UNIX_TIMESTAMP", categoryTime, "Returns the milliseconds from 1970-01-01T00:00:00Z to a timestamp, or to now.", docs{"timestamp": "the timestamp"},
			[]Example{{"UNIX_TIMESTAMP(FROM_UNIXTIME(5))", "5"}},
			clock("() -> BIGINT", func(out *types.Vector, i int, now time.Time) { out.I64[i] = now.UnixMilli() }),
			over("(timestamp TIMESTAMP) -> BIGINT", map1(func(millis int64) int64 { return millis }))),
	}
}

// clock is an overload that tells the time, read once per batch.
func clock(signature string, set func(out *types.Vector, i int, now time.Time)) ScalarOverload {
	o := over(signature, func(call *Call) (Kernel, error) {
		read := call.Now
		if read == nil {
			read = time.Now
		}
		return func(_ []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
			now := read()
			for _, r := range rows {
				set(out, int(r), now)
			}
		}, nil
	})
	o.Volatile = true
	return o
}

// shift is a function that adds (sign 1) or subtracts (-1) a duration.
func shift(name, typ, summary, example, result string, sign int64, add func(v, out *types.Vector, i int, millis int64)) *Scalar {
	newKernel := func(call *Call) rowFunc {
		unit := sign * call.Unit[0]
		return func(args []*types.Vector, i int, out *types.Vector) error {
			add(args[2], out, i, unit*int64(args[1].I32[i]))
			return nil
		}
	}
	return scalar(name, categoryTime, summary,
		docs{"unit": "MILLISECONDS, SECONDS, MINUTES, HOURS or DAYS", "count": "how many of the unit", "value": "the value to change"},
		[]Example{{example, result}},
		over("(unit UNIT, count INT, value "+typ+") -> "+typ, perCallStrict(newKernel)))
}

func shiftDate(v, out *types.Vector, i int, millis int64) {
	out.I32[i] = int32((int64(v.I32[i])*dayMillis + millis) / dayMillis)
}

func shiftTime(v, out *types.Vector, i int, millis int64) {
	_, ofDay := types.SplitDay(int64(v.I32[i]) + millis)
	out.I32[i] = ofDay
}

func shiftTimestamp(v, out *types.Vector, i int, millis int64) { out.I64[i] = v.I64[i] + millis }

func convertZone(*Call) rowFunc {
	from := memo[*javatime.Zone]{compile: javatime.LoadZone}
	to := memo[*javatime.Zone]{compile: javatime.LoadZone}
	return func(args []*types.Vector, i int, out *types.Vector) error {
		a, err := from.get(args[1].Str[i])
		if err != nil {
			return err
		}
		b, err := to.get(args[2].Str[i])
		if err != nil {
			return err
		}
		at := args[0].I64[i]
		out.I64[i] = at + int64(b.Offset(at)-a.Offset(at))*1000
		return nil
	}
}
