package function

import (
	"github.com/leatdb/leat/internal/javatime"
	"github.com/leatdb/leat/types"
)

func parseFunctions() []*Scalar {
	return []*Scalar{
		scalar("PARSE_TIMESTAMP", categoryTime, "Reads a timestamp from text; what the pattern leaves out is that of 1970-01-01T00:00:00.",
			docs{"text": "the text", "pattern": patternDoc, "zone": zoneDoc + "; GMT when left out; a zone in the text wins"},
			[]Example{{"UNIX_TIMESTAMP(PARSE_TIMESTAMP('2018-05-11 21:58', 'yyyy-MM-dd HH:mm'))", "1526075880000"}},
			over("(text STRING, pattern STRING) -> TIMESTAMP", strict(parseKernel(javatime.GMT))),
			over("(text STRING, pattern STRING, zone STRING) -> TIMESTAMP", strict(parseKernel(nil)))),
		scalar("STRINGTOTIMESTAMP", categoryTime, "Reads a timestamp from text as milliseconds since 1970-01-01. Deprecated: use PARSE_TIMESTAMP.",
			docs{"text": "the text", "pattern": patternDoc, "zone": zoneDoc + "; that of the server when left out; a zone in the text wins"},
			[]Example{{"STRINGTOTIMESTAMP('2018-05-11T21:58:33Z', 'yyyy-MM-dd''T''HH:mm:ssX')", "1526075913000"}},
			over("(text STRING!, pattern STRING!) -> BIGINT", parseKernel(javatime.LocalZone())),
			over("(text STRING!, pattern STRING!, zone STRING!) -> BIGINT", parseKernel(nil))),
		scalar("PARSE_DATE", categoryTime, "Reads a date from text.",
			docs{"text": "the text", "pattern": "a pattern of Java's SimpleDateFormat, e.g. yyyy-MM-dd; literal letters stand in quotes"},
			[]Example{{"PARSE_DATE('01-Jan-2022', 'dd-MMM-yyyy')", "2022-01-01"}},
			over("(text STRING, pattern STRING) -> DATE", perCallStrict(compiled(1, javatime.CompileSimple, parseDays[*javatime.Simple])))),
		scalar("STRINGTODATE", categoryTime, "Reads a date from text as days since 1970-01-01. Deprecated: use PARSE_DATE.",
			docs{"text": "the text", "pattern": patternDoc},
			[]Example{{"STRINGTODATE('20180511', 'yyyyMMdd')", "17662"}},
			over("(text STRING!, pattern STRING!) -> INT", perCall(compiled(1, javatime.Compile, parseDays[*javatime.Format])))),
		scalar("PARSE_TIME", categoryTime, "Reads a time of the day from text.",
			docs{"text": "the text", "pattern": patternDoc},
			[]Example{{"PARSE_TIME('4:43 pm', 'h:mm a')", "16:43"}},
			over("(text STRING, pattern STRING) -> TIME", perCallStrict(compiled(1, javatime.Compile, func(f *javatime.Format, args []*types.Vector, i int, out *types.Vector) error {
				millis, err := f.ParseTime(args[0].Str[i])
				out.I32[i] = int32(millis)
				return err
			})))),
	}
}

// parseDays reads dates by a format.
func parseDays[F interface {
	ParseDate(text string) (int64, error)
}](f F, args []*types.Vector, i int, out *types.Vector) error {
	days, err := f.ParseDate(args[0].Str[i])
	out.I32[i] = int32(days)
	return err
}

// parseKernel reads timestamps in a zone, that of argument 2 when nil.
func parseKernel(fixed *javatime.Zone) maker {
	return perCall(func(*Call) rowFunc {
		formats := memo[*javatime.Format]{compile: javatime.Compile}
		zones := memo[*javatime.Zone]{compile: javatime.LoadZone}
		return func(args []*types.Vector, i int, out *types.Vector) error {
			f, err := formats.get(args[1].Str[i])
			if err != nil {
				return err
			}
			zone := fixed
			if zone == nil {
				if zone, err = zones.get(args[2].Str[i]); err != nil {
					return err
				}
			}
			out.I64[i], err = f.ParseTimestamp(args[0].Str[i], zone)
			return err
		}
	})
}
