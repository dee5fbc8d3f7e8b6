package planner

import (
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// isRowTime tells whether e is ROWTIME or a bound of a window, which WHERE lets
// compare with times written as strings.
func isRowTime(e *expr.Expr) bool {
	return e.Op == expr.OpPseudo && (e.Name == "ROWTIME" || e.Name == "WINDOWSTART" || e.Name == "WINDOWEND")
}

func isText(e *expr.Expr) bool {
	return e.Op == expr.OpConst && !e.Null && e.Type.Kind == types.String
}

// magicTime turns the string side of a comparison into milliseconds.
func magicTime(at parser.Node, l, r *expr.Expr) (*expr.Expr, *expr.Expr, error) {
	convert := func(e *expr.Expr) (*expr.Expr, error) {
		if !isText(e) {
			return e, nil
		}
		millis, ok := parsePartialTime(e.Text)
		if !ok {
			return nil, errorf(at, "'%s' is no time", e.Text).
				hint("write yyyy-MM-ddTHH:mm:ss.SSS, of which a right part may be missing, with an optional zone such as +0100 or Z")
		}
		return expr.Const(strconv.FormatInt(millis, 10), types.BigIntType), nil
	}
	l, err := convert(l)
	if err != nil {
		return nil, nil, err
	}
	if r, err = convert(r); err != nil {
		return nil, nil, err
	}
	return l, r, nil
}

// parsePartialTime reads yyyy[-MM[-dd[THH[:mm[:ss[.SSS]]]]]] with an optional
// zone, UTC if there is none, as milliseconds since the epoch.
func parsePartialTime(text string) (millis int64, ok bool) {
	date, clock, hasClock := strings.Cut(text, "T")
	zone := time.UTC
	rest := &date
	if hasClock {
		rest = &clock
	}
	if body, found := strings.CutSuffix(*rest, "Z"); found {
		*rest = body
	} else if n := len(*rest); n >= 5 && ((*rest)[n-5] == '+' || (*rest)[n-5] == '-') && hasClock {
		offset, err := time.Parse("-0700", (*rest)[n-5:])
		if err != nil {
			return 0, false
		}
		_, seconds := offset.Zone()
		zone = time.FixedZone("", seconds)
		*rest = (*rest)[:n-5]
	}
	full := "1970-01-01"
	if len(date) > len(full) || len(date) < 4 {
		return 0, false
	}
	text = date + full[len(date):] + "T"
	const midnight = "00:00:00.000"
	if len(clock) > len(midnight) {
		return 0, false
	}
	clock += midnight[len(clock):]
	nextDay := clock == "24"+midnight[2:]
	if nextDay {
		clock = midnight
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05.000", text+clock, zone)
	if err != nil {
		return 0, false
	}
	millis = t.UnixMilli()
	if nextDay {
		millis += dayMillis
	}
	return millis, true
}
