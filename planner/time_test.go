package planner

import (
	"testing"
	"time"
)

func TestParsePartialTime(t *testing.T) {
	at := func(text string) int64 {
		tm, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return tm.UnixMilli()
	}
	for text, want := range map[string]string{
		"2024":                         "2024-01-01T00:00:00Z",
		"2024-03":                      "2024-03-01T00:00:00Z",
		"2024-03-04":                   "2024-03-04T00:00:00Z",
		"2024-03-04T05":                "2024-03-04T05:00:00Z",
		"2024-03-04T05:06":             "2024-03-04T05:06:00Z",
		"2024-03-04T05:06:07":          "2024-03-04T05:06:07Z",
		"2024-03-04T05:06:07.08":       "2024-03-04T05:06:07.080Z",
		"2024-03-04T05:06:07.089":      "2024-03-04T05:06:07.089Z",
		"2024-03-04T05:06:07.089Z":     "2024-03-04T05:06:07.089Z",
		"2024-03-04T05:06:07.089+0100": "2024-03-04T04:06:07.089Z",
		"2024-03-04T05:06-0230":        "2024-03-04T07:36:00Z",
		"2024-03-04T24":                "2024-03-05T00:00:00Z",
	} {
		if got, ok := parsePartialTime(text); !ok || got != at(want) {
			t.Errorf("%s is %d (%t), not %d", text, got, ok, at(want))
		}
	}
	for _, text := range []string{"", "24", "2024-13", "2024-02-30", "2024-1-1", "2024-03-04 05:06", "2024-03-04T25", "2024-03-04T24:01", "2024-03-04T05:06:07.0891", "yesterday", "T05", "2024-03-04T05:06+01:00"} {
		if got, ok := parsePartialTime(text); ok {
			t.Errorf("%s was read as %d", text, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]int64{
		"10 SECONDS": 10_000, "1 day": 86_400_000, " 3  Hours ": 10_800_000, "5 MILLISECOND": 5, "2000 MICROSECONDS": 2, "1000000 NANOSECONDS": 1,
	} {
		if got, ok := parseDuration(text); !ok || got != want {
			t.Errorf("%q is %d (%t), not %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "10", "SECONDS", "-1 SECONDS", "0 DAYS", "1 YEAR", "1.5 HOURS", "10 NANOSECONDS", "9223372036854775807 DAYS"} {
		if got, ok := parseDuration(text); ok {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}
