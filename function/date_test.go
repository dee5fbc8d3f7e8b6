package function

import (
	"strconv"
	"testing"
	"time"

	"github.com/leatdb/leat/types"
)

func ts(text string) typed { return parsed("TIMESTAMP", text) }

var (
	noTS   = null("TIMESTAMP")
	noDate = null("DATE")
	noTime = null("TIME")
	noText = null("STRING")
)

func TestDateArithmetic(t *testing.T) {
	const second, hour, day = unit(1000), unit(3600_000), unit(dayMillis)
	run(t,
		eq("2018-05-13", "DATEADD", day, 2, parsed("DATE", "2018-05-11")), eq("2018-05-12", "DATEADD", hour, 47, parsed("DATE", "2018-05-11")), eq("1970-01-01", "DATEADD", hour, -1, parsed("DATE", "1970-01-01")), eq("1969-12-31", "DATEADD", hour, -25, parsed("DATE", "1970-01-01")),
		eq("NULL", "DATEADD", day, null("INT"), parsed("DATE", "2018-05-11")), eq("NULL", "DATEADD", day, 1, noDate), eq("2018-05-11", "DATEADD", day, 0, "2018-05-11"),
		eq("2018-05-09", "DATESUB", day, 2, parsed("DATE", "2018-05-11")), eq("NULL", "DATESUB", day, null("INT"), noDate), eq("2018-05-13", "DATESUB", day, -2, parsed("DATE", "2018-05-11")),
		eq("00:00:00.005", "TIMEADD", unit(1), 10, parsed("TIME", "23:59:59.995")), eq("23:00:00.000", "TIMEADD", hour, -25, parsed("TIME", "00:00")), eq("NULL", "TIMEADD", hour, null("INT"), noTime), eq("23:15:00.000", "TIMESUB", hour, 1, parsed("TIME", "00:15")), eq("NULL", "TIMESUB", hour, 1, noTime),
		eq("1970-01-01T00:00:05.000", "TIMESTAMPADD", second, 5, ts("1970-01-01")), eq("NULL", "TIMESTAMPADD", second, null("INT"), noTS), eq("1969-12-31T23:59:59.905", "TIMESTAMPSUB", unit(1), -5, ts("1969-12-31T23:59:59.900")), eq("NULL", "TIMESTAMPSUB", second, 5, noTS),
	)
}

func TestDateConversions(t *testing.T) {
	run(t,
		eq("1970-01-01T03:00:00.100", "CONVERT_TZ", ts("1970-01-01T00:00:00.100"), "+0200", "+0500"), eq("2020-05-11T23:58:33.000", "CONVERT_TZ", ts("2020-05-11T21:58:33"), "UTC", "Europe/Berlin"), eq("2020-01-11T20:58:33.000", "CONVERT_TZ", ts("2020-01-11T21:58:33"), "Europe/Berlin", "UTC"),
		eq("NULL", "CONVERT_TZ", noTS, "UTC", "UTC"), eq("NULL", "CONVERT_TZ", ts("1970-01-01"), noText, "UTC"), eq("NULL", "CONVERT_TZ", ts("1970-01-01"), "UTC", noText), bad(`"PST" is no time zone`, "CONVERT_TZ", ts("1970-01-01"), "PST", "UTC"), bad(`"X" is no time zone`, "CONVERT_TZ", ts("1970-01-01"), "UTC", "X"),
		eq("1970-01-11", "FROM_DAYS", 10), eq("1969-12-22", "FROM_DAYS", -10), bad("argument 1 (days) must not be NULL", "FROM_DAYS", null("INT")),
		eq("2018-05-11T21:58:33.042", "FROM_UNIXTIME", int64(1526075913042)), eq("NULL", "FROM_UNIXTIME", null("BIGINT")), eq("1970-01-01T00:00:00.005", "FROM_UNIXTIME", 5),
		eq("17662", "UNIX_DATE", parsed("DATE", "2018-05-11")), eq("NULL", "UNIX_DATE", noDate), eq("1526075913000", "UNIX_TIMESTAMP", ts("2018-05-11T21:58:33")), eq("NULL", "UNIX_TIMESTAMP", noTS),
	)
	r := NewRegistry()
	before := time.Now().UnixMilli()
	now, err := strconv.ParseInt(eq("", "UNIX_TIMESTAMP").eval(t, r, "single"), 10, 64)
	if err != nil || now < before || now > time.Now().UnixMilli() {
		t.Errorf("UNIX_TIMESTAMP() = %d, %v", now, err)
	}
	today, err := strconv.ParseInt(eq("", "UNIX_DATE").eval(t, r, "single"), 10, 64)
	if err != nil || today < before/dayMillis-1 || today > before/dayMillis+1 {
		t.Errorf("UNIX_DATE() = %d, %v", today, err)
	}
	for _, name := range []string{"UNIX_TIMESTAMP", "UNIX_DATE"} {
		if _, volatile, err := r.Kernel(name, &Call{}); !volatile || err != nil {
			t.Errorf("%s must be volatile: %v", name, err)
		}
	}
}

func TestDateFormats(t *testing.T) {
	may := ts("2018-05-11T21:58:33.042")
	run(t,
		eq("2018-05-11 21:58:33.042", "FORMAT_TIMESTAMP", may, "yyyy-MM-dd HH:mm:ss.SSS"), eq("2018-05-11 14:58:33 PDT", "FORMAT_TIMESTAMP", may, "yyyy-MM-dd HH:mm:ss zzz", "America/Los_Angeles"), eq("23", "FORMAT_TIMESTAMP", may, "HH", "+02:00"),
		eq("NULL", "FORMAT_TIMESTAMP", noTS, "yyyy"), eq("NULL", "FORMAT_TIMESTAMP", may, noText), eq("NULL", "FORMAT_TIMESTAMP", may, "yyyy", noText), bad("is no pattern letter", "FORMAT_TIMESTAMP", may, "T"), bad("is no time zone", "FORMAT_TIMESTAMP", may, "yyyy", "PST"),
		eq("2018-05-11 14:58:33 PDT", "TIMESTAMPTOSTRING", int64(1526075913042), "yyyy-MM-dd HH:mm:ss zzz", "America/Los_Angeles"), eq("1970", "TIMESTAMPTOSTRING", 15*24*3600*1000, "yyyy"), eq("NULL", "TIMESTAMPTOSTRING", int64(0), noText), eq("NULL", "TIMESTAMPTOSTRING", int64(0), "yyyy", noText), bad("argument 1 (millis) must not be NULL", "TIMESTAMPTOSTRING", null("BIGINT"), "yyyy"),
		eq("01-Jan-2022", "FORMAT_DATE", parsed("DATE", "2022-01-01"), "dd-MMM-yyyy"), eq("31-12-1969Sophia", "FORMAT_DATE", parsed("DATE", "1969-12-31"), "dd-MM-yyyy'Sophia'"), eq("NULL", "FORMAT_DATE", noDate, "yyyy"), eq("NULL", "FORMAT_DATE", parsed("DATE", "1969-12-31"), noText), bad("asks for a time", "FORMAT_DATE", parsed("DATE", "1969-12-31"), "HH"),
		eq("11/05/2018", "DATETOSTRING", 17662, "dd/MM/yyyy"), eq("NULL", "DATETOSTRING", 17662, noText), bad("argument 1 (days) must not be NULL", "DATETOSTRING", null("INT"), "yyyy"),
		eq("002034AAAAA", "FORMAT_TIME", parsed("TIME", "00:20:34.567"), "HHmmss'AAAAA'"), eq("NULL", "FORMAT_TIME", noTime, "HH"), eq("NULL", "FORMAT_TIME", parsed("TIME", "00:20"), noText), bad("asks for a date", "FORMAT_TIME", parsed("TIME", "00:20"), "yyyy"),
	)
}

func TestDateParsing(t *testing.T) {
	run(t,
		eq("2018-05-11T21:58:33.000", "PARSE_TIMESTAMP", "2018-05-11T21:58:33", "yyyy-MM-dd'T'HH:mm:ss"), eq("2018-05-11T19:58:00.000", "PARSE_TIMESTAMP", "2018-05-11 21:58", "yyyy-MM-dd HH:mm", "Europe/Berlin"), eq("1970-01-01T10:00:00.000", "PARSE_TIMESTAMP", "10", "HH"), eq("2018-05-11T20:58:33.000", "PARSE_TIMESTAMP", "2018-05-11T21:58:33+01", "yyyy-MM-dd'T'HH:mm:ssX", "Asia/Tokyo"),
		eq("NULL", "PARSE_TIMESTAMP", noText, "yyyy"), eq("NULL", "PARSE_TIMESTAMP", "2018", noText), eq("NULL", "PARSE_TIMESTAMP", "2018", "yyyy", noText), bad("does not match the pattern", "PARSE_TIMESTAMP", "x", "yyyy"), bad("no pattern letter", "PARSE_TIMESTAMP", "x", "b"), bad("is no time zone", "PARSE_TIMESTAMP", "2018", "yyyy", "X"),
		eq("1589234313000", "STRINGTOTIMESTAMP", "2020-05-11T21:58:33z", "yyyy-MM-dd'T'HH:mm:ssX"), eq("1525975200000", "STRINGTOTIMESTAMP", "2018-05-11", "yyyy-MM-dd", "Asia/Dhaka"), bad("day 366 of the year needs a year", "STRINGTOTIMESTAMP", "366", "DDD"),
		bad("argument 1 (text) must not be NULL", "STRINGTOTIMESTAMP", noText, "yyyy"), bad("argument 2 (pattern)", "STRINGTOTIMESTAMP", "a", noText), bad("argument 3 (zone)", "STRINGTOTIMESTAMP", "2018", "yyyy", noText),
		eq("2022-01-01", "PARSE_DATE", "JAN-2022", "MMM-yyyy"), eq("2003-12-24", "PARSE_DATE", "2003-12-24-01-01", "yyyy-MM-dd"), bad("does not match", "PARSE_DATE", "2004", "yyyy-MM-dd"), bad("has a time of the day", "PARSE_DATE", "2022-01-01 05", "yyyy-MM-dd HH"), bad("no pattern letter", "PARSE_DATE", "1", "n"), eq("NULL", "PARSE_DATE", noText, "yyyy"), eq("NULL", "PARSE_DATE", "2022", noText),
		eq("17662", "STRINGTODATE", "20180511", "yyyyMMdd"), bad("gives no whole date", "STRINGTODATE", "2018", "yyyy"), bad("does not match", "STRINGTODATE", "foo", "yyyyMMdd"), bad("argument 1 (text) must not be NULL", "STRINGTODATE", noText, "yyyy"), bad("argument 2 (pattern)", "STRINGTODATE", "2018", noText),
		eq("13:00:00.000", "PARSE_TIME", "01:00:00 Pm", "hh:mm:ss a"), eq("00:01:05.000", "PARSE_TIME", "00:01:05Lit", "HH:mm:ss'Lit'"), bad("has parts of a date", "PARSE_TIME", "2018", "yyyy"), bad("does not match", "PARSE_TIME", "1", "HH"), eq("NULL", "PARSE_TIME", noText, "HH"), eq("NULL", "PARSE_TIME", "01", noText),
	)
}

// Texts shared between rows are those that each row would have had alone: at
// the bounds of units and where the zone's offset changes.
func TestFormatTimestampSharesTexts(t *testing.T) {
	r := NewRegistry()
	for _, zone := range []string{"UTC", "Europe/Berlin", "Asia/Kathmandu", "-00:00:01"} {
		for _, pattern := range []string{"yyyy-MM-dd", "HH", "H:mm", "ss", "S", "HH z", "'x'", "a"} {
			res, call, err := eq("", "FORMAT_TIMESTAMP", ts("1970-01-01"), pattern, zone).resolve(r)
			if err != nil {
				t.Fatal(err)
			}
			args := []*types.Vector{types.NewVector(types.TimestampType), types.NewVector(types.StringType), types.NewVector(types.StringType)}
			var rows []uint32
			for _, around := range []int64{0, 1616893200000, 1635642000000, -1, 1435708800000} {
				for _, d := range []int64{-86400000, -3600001, -60000, -1000, -1, 0, 1, 999, 1000, 59999, 3599999, 3600000, 86399999} {
					rows = append(rows, uint32(len(rows)))
					must(args[0].AppendAny(around + d))
					must(args[1].AppendAny(pattern))
					must(args[2].AppendAny(zone))
				}
			}
			k, err := res.Overload.New(call)
			if err != nil {
				t.Fatal(err)
			}
			out := types.NewVector(types.StringType)
			for range 2 {
				out.Reset(len(rows))
				k(args, rows, out, &Errors{})
			}
			for i, at := range args[0].I64 {
				if alone := eq("", "FORMAT_TIMESTAMP", of("TIMESTAMP", at), pattern, zone).eval(t, r, "single"); alone != out.Str[i] {
					t.Errorf("%s at %d in %s: got %q, alone %q", pattern, at, zone, out.Str[i], alone)
				}
			}
		}
	}
}

func BenchmarkFormatTimestamp(b *testing.B) {
	for _, pattern := range []string{"yyyy-MM-dd", "HH:mm", "yyyy-MM-dd HH:mm:ss.SSS"} {
		b.Run(pattern, func(b *testing.B) {
			res, call, err := eq("", "FORMAT_TIMESTAMP", ts("1970-01-01"), pattern).resolve(NewRegistry())
			if err != nil {
				b.Fatal(err)
			}
			args := []*types.Vector{types.NewVector(types.TimestampType), types.NewVector(types.StringType)}
			for i := range types.BatchRows {
				must(args[0].AppendAny(int64(1436918400000 + i/100)))
				must(args[1].AppendAny(pattern))
			}
			runBench(b, res, call, args)
		})
	}
}

func BenchmarkParseTimestamp(b *testing.B) {
	bench(b, "PARSE_TIMESTAMP", dates, "yyyy-MM-dd HH:mm:ss.SSS")
}
