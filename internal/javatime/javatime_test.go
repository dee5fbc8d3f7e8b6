package javatime

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustZone(t *testing.T, id string) *Zone {
	t.Helper()
	z, err := LoadZone(id)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func millis(t *testing.T, text string) int64 {
	t.Helper()
	x, err := time.Parse("2006-01-02T15:04:05.999Z07:00", text)
	if err != nil {
		t.Fatal(err)
	}
	return x.UnixMilli()
}

func TestFormatTimestamp(t *testing.T) {
	const summer, winter = "2018-05-11T21:58:33.042Z", "2021-01-03T00:07:08.9Z"
	tests := []struct{ pattern, zone, at, want string }{
		{"yyyy-MM-dd'T'HH:mm:ss.SSS", "UTC", summer, "2018-05-11T21:58:33.042"},
		{"yyyy-MM-dd HH:mm:ss zzz", "America/Los_Angeles", summer, "2018-05-11 14:58:33 PDT"},
		{"yyyy-MM-dd HH:mm:ss zzz", "America/Los_Angeles", winter, "2021-01-02 16:07:08 PST"},
		{"zzzz", "America/Los_Angeles", winter, "Pacific Standard Time"},
		{"zzzz|z", "UTC", winter, "Coordinated Universal Time|UTC"},
		{"VV z", "Europe/London", summer, "Europe/London BST"},
		{"VV z X", "+0200", summer, "+02:00 +02:00 +02"},
		{"X XX XXX XXXX XXXXX", "+05:30", summer, "+0530 +0530 +05:30 +0530 +05:30"},
		{"x xx xxx Z ZZZZ ZZZZZ O OOOO", "UTC", summer, "+00 +0000 +00:00 +0000 GMT Z GMT GMT"},
		{"X Z ZZZZ ZZZZZ O OOOO", "-03:30", summer, "-0330 -0330 GMT-03:30 -03:30 GMT-3:30 GMT-03:30"},
		{"XXXX XXXXX", "+01:02:03", summer, "+010203 +01:02:03"},
		{"d/M/yy H:m:s", "UTC", winter, "3/1/21 0:7:8"},
		{"MMM MMMM MMMMM LLL E EEEE EEEEE a G GGGG", "UTC", summer, "May May M May Fri Friday F PM AD Anno Domini"},
		{"h hh K KK k kk H HH", "UTC", winter, "12 12 0 00 24 24 0 00"},
		{"h hh K KK k kk H HH", "UTC", summer, "9 09 9 09 21 21 21 21"},
		{"D DD DDD F Q QQ QQQ QQQQ", "UTC", winter, "3 03 003 1 1 01 Q1 1st quarter"},
		{"S SS SSSSSS SSSSSSSSS n A N", "UTC", winter, "9 90 900000 900000000 900000000 428900 428900000000"},
		{"u uu uuuu yyy", "UTC", "0044-03-15T00:00:00Z", "44 44 0044 044"},
		{"YYYY-'W'ww-e W", "UTC", winter, "2021-W02-1 2"},
		{"YYYY-'W'ww-e", "UTC", "2020-12-28T00:00:00Z", "2021-W01-2"},
		{"YYYY w", "UTC", "2020-12-26T00:00:00Z", "2020 52"},
		{"ppppd|ppHH", "UTC", winter, "   3|00"},
		{"''yyyy''''[ MM]'it''s'", "UTC", summer, "'2018' 05it's"},
		{"g", "UTC", "1970-01-01T00:00:00Z", "40587"},
		{"ééé dd 中", "UTC", summer, "ééé 11 中"},
	}
	for _, tt := range tests {
		f, err := Compile(tt.pattern)
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		got, err := f.AppendTimestamp(nil, millis(t, tt.at), mustZone(t, tt.zone))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s of %s in %s: got %q, %v; want %q", tt.pattern, tt.at, tt.zone, got, err, tt.want)
		}
	}
	f, _ := Compile("yyyy y u G")
	for at, want := range map[int64]string{253402300800000: "+10000 10000 10000 AD", -62198755200000: "0002 2 -1 BC"} {
		if got, err := f.AppendTimestamp(nil, at, UTC); err != nil || string(got) != want {
			t.Errorf("year of %d: got %q, %v; want %q", at, got, err, want)
		}
	}
}

func TestFormatDateAndTime(t *testing.T) {
	date := func(pattern string, days int64) string {
		f, err := Compile(pattern)
		if err != nil {
			return err.Error()
		}
		b, err := f.AppendDate(nil, days)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	clock := func(pattern string, ms int64) string {
		f, err := Compile(pattern)
		if err != nil {
			return err.Error()
		}
		b, err := f.AppendTime(nil, ms)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	for _, tt := range []struct{ got, want string }{
		{date("dd-MM-yyyy'Sophia'", -1), "31-12-1969Sophia"},
		{date("yyyy HH", 0), "the pattern yyyy HH asks for a time or zone, which a DATE has not"},
		{date("yyyy X", 0), "the pattern yyyy X asks for a time or zone, which a DATE has not"},
		{clock("HH_mm_ss_SSS", 65000), "00_01_05_000"},
		{clock("hh:mm a", 46800000), "01:00 PM"},
		{clock("yyyy HH", 0), "the pattern yyyy HH asks for a date or zone, which a TIME has not"},
		{clock("pHH", 0), `"00" is longer than the width 1 of the pattern`},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestBadPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		"yyyy-MM-ddTHH":        "position 11: T is no pattern letter",
		"yyyy'T":               "position 5: the literal text is not closed",
		"HHH":                  "position 1: 3 letters H; expected at most 2",
		"[yyyy]]":              "position 7: ] closes no optional section",
		"yyyy{":                "position 5: { is reserved",
		"V":                    "1 letters V; expected exactly 2",
		"OO":                   "2 letters O; expected 1 or 4",
		"SSSSSSSSSS":           "expected at most 9",
		"cc":                   "cc is no field",
		"p1":                   "expected a letter after the pad letter p",
		"zzzzz":                "expected at most 4",
		"aa":                   "expected at most 1",
		"MMMMMM":               "expected at most 5",
		"DDDD":                 "expected at most 3",
		"yyyy-MM-dd b":         "b is no pattern letter",
		"XXXXXX":               "expected at most 5",
		"yyyyyyyyyyyyyyyyyyyy": "expected at most 19",
	} {
		if _, err := Compile(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", pattern, err, want)
		}
	}
}

func TestParseTimestamp(t *testing.T) {
	tests := []struct{ pattern, text, zone, want string }{ // want: RFC 3339, or ! and a part of the error.
		{"yyyy-MM-dd'T'HH:mm:ssX", "2018-05-11T21:58:33Z", "UTC", "2018-05-11T21:58:33Z"},
		{"yyyy-MM-dd'T'HH:mm:ssX", "2020-05-11t21:58:33z", "UTC", "2020-05-11T21:58:33Z"},
		{"yyyy-MM-dd'T'HH:mm:ss", "2018-05-11T21:58:33", "Europe/Berlin", "2018-05-11T19:58:33Z"},
		{"yyyy-MM-dd'T'HH:mm:ssXXX", "2018-05-11T21:58:33+02:00", "Asia/Tokyo", "2018-05-11T19:58:33Z"},
		{"yyyy-MM-dd HH:mm:ss[.SSS]", "2015-07-15 00:00:01.123", "UTC", "2015-07-15T00:00:01.123Z"},
		{"yyyy-MM-dd HH:mm:ss[.SSS]", "2015-07-15 00:00:01", "UTC", "2015-07-15T00:00:01Z"},
		{"yyyy-MM-dd HH:mm:ss[.SSS]", "2015-07-15 00:00:01.12", "UTC", "!expected the end at position 20"},
		{"[yyyy-MM-dd][dd.MM.yyyy]", "15.07.2015", "UTC", "2015-07-15T00:00:00Z"},
		{"yyyyMMddHHmmssSSS", "20150715010203004", "UTC", "2015-07-15T01:02:03.004Z"},
		{"yyyyMMdd", "20150715", "UTC", "2015-07-15T00:00:00Z"},
		{"yyMMdd", "150715", "UTC", "2015-07-15T00:00:00Z"},
		{"yyyy", "2015", "UTC", "2015-01-01T00:00:00Z"},
		{"yyyy", "+12015", "UTC", "+"},
		{"yyyy", "12015", "UTC", "!expected the year of 4 or more digits at position 1"},
		{"yyyy", "201", "UTC", "!expected the year of 4 or more digits at position 1"},
		{"yyyy-MM", "2015-03", "UTC", "2015-03-01T00:00:00Z"},
		{"MM-dd", "02-29", "UTC", "1970-02-28T00:00:00Z"},
		{"yyyy-MM-dd", "2015-02-31", "UTC", "2015-02-28T00:00:00Z"},
		{"yyyy-MM-dd", "2015-02-32", "UTC", "!the day of the month is 32; expected 1 to 31"},
		{"yyyy-MM-dd", "2015-13-01", "UTC", "!the month is 13; expected 1 to 12"},
		{"yyyy-M-d", "2015-3-5", "UTC", "2015-03-05T00:00:00Z"},
		{"yyyy-MM-dd", "2015-3-05", "UTC", "!expected 2 digits of the month at position 6"},
		{"d MMM yyyy h:mm a", "5 mar 2015 3:04 Pm", "UTC", "2015-03-05T15:04:00Z"},
		{"d MMMM yyyy", "5 MARCH 2015", "UTC", "2015-03-05T00:00:00Z"},
		{"d MMMM yyyy", "5 Mar 2015", "UTC", "!expected the name of the month at position 3"},
		{"EEE, d MMM yyyy HH:mm:ss z", "Thu, 5 Mar 2015 10:00:00 PST", "UTC", "2015-03-05T18:00:00Z"},
		{"EEE d MMM yyyy", "Fri 5 Mar 2015", "UTC", "!the date is a Thursday, not a Friday"},
		{"yyyy-MM-dd HH:mm", "2015-03-05 24:00", "UTC", "2015-03-06T00:00:00Z"},
		{"yyyy-MM-dd HH:mm", "2015-03-05 24:01", "UTC", "!expected 0 to 23, or exactly 24:00"},
		{"yyyy-MM-dd HH:mm", "2015-03-05 23:60", "UTC", "!the minute is 60; expected 0 to 59"},
		{"HH:mm", "01:02", "UTC", "1970-01-01T01:02:00Z"},
		{"hh", "12", "UTC", "1970-01-01T00:00:00Z"},
		{"a", "PM", "UTC", "1970-01-01T12:00:00Z"},
		{"kk", "24", "UTC", "1970-01-01T00:00:00Z"},
		{"yyyy-DDD", "2015-032", "UTC", "2015-02-01T00:00:00Z"},
		{"yyyy-D", "2015-366", "UTC", "!the year 2015 has no day 366"},
		{"D", "366", "UTC", "!day 366 of the year needs a year"},
		{"D", "60", "UTC", "1970-03-01T00:00:00Z"},
		{"EEEE", "Monday", "UTC", "1969-12-29T00:00:00Z"},
		{"yyyy-MM-dd HH:mm VV", "2015-07-05 10:00 Europe/London", "UTC", "2015-07-05T09:00:00Z"},
		{"yyyy-MM-dd HH:mm VV", "2015-07-05 10:00 UTC+03:00", "UTC", "2015-07-05T07:00:00Z"},
		{"yyyy-MM-dd HH:mm VV", "2015-07-05 10:00 Nowhere/City", "UTC", "!expected a time zone at position 18"},
		{"yyyy-MM-dd HH:mm O", "2015-07-05 10:00 GMT+3", "UTC", "2015-07-05T07:00:00Z"},
		{"yyyy-MM-dd HH:mm OOOO", "2015-07-05 10:00 GMT-03:30", "UTC", "2015-07-05T13:30:00Z"},
		{"yyyy-MM-dd HH:mm Z", "2015-07-05 10:00 -0800", "UTC", "2015-07-05T18:00:00Z"},
		{"yyyy-MM-dd HH:mm x", "2015-07-05 10:00 +00", "UTC", "2015-07-05T10:00:00Z"},
		{"yyyy-MM-dd HH:mm X", "2015-07-05 10:00 +0530", "UTC", "2015-07-05T04:30:00Z"},
		{"yyyy-MM-dd HH:mm X", "2015-07-05 10:00 5", "UTC", "!expected an offset from UTC at position 18"},
		{"yyyy-MM-dd HH:mm:ss", "2021-03-28 02:30:00", "Europe/Berlin", "2021-03-28T01:30:00Z"}, // In the gap.
		{"yyyy-MM-dd HH:mm:ss", "2021-10-31 02:30:00", "Europe/Berlin", "2021-10-31T00:30:00Z"}, // The first of two.
		{"yyyy-MM-dd HH:mm:ss", "2021-10-31 03:30:00", "Europe/Berlin", "2021-10-31T02:30:00Z"},
		{"G y", "BC 1", "UTC", "0000-01-01T00:00:00Z"},
		{"u", "-5", "UTC", "-"},
		{"A", "3600000", "UTC", "1970-01-01T01:00:00Z"},
		{"N", "3600000000000", "UTC", "1970-01-01T01:00:00Z"},
		{"HH:mm:ss.n", "00:00:01.5000000", "UTC", "1970-01-01T00:00:01.005Z"},
		{"ppd", " 5", "UTC", "1970-01-05T00:00:00Z"},
		{"yyyy yyyy", "2015 2016", "UTC", "!expected the year"},
		{"YYYY", "2015", "UTC", "!cannot read dates: use y, M and d"},
		{"yyyy-MM-dd", "2015-03-05 more", "UTC", "!expected the end at position 11"},
		{"yyyy-MM-dd", "", "UTC", "!expected the year"},
		{"yyyyyyyyy", "999999999", "UTC", "!too far from 1970"},
		{"g", "40588", "UTC", "1970-01-02T00:00:00Z"},
	}
	for _, tt := range tests {
		f, err := Compile(tt.pattern)
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		got, err := f.ParseTimestamp(tt.text, mustZone(t, tt.zone))
		part, isError := strings.CutPrefix(tt.want, "!")
		switch {
		case isError && (err == nil || !strings.Contains(err.Error(), part)):
			t.Errorf("%s of %q: got %d, %v; want an error with %q", tt.pattern, tt.text, got, err, part)
		case isError:
		case err != nil:
			t.Errorf("%s of %q: %v", tt.pattern, tt.text, err)
		case len(tt.want) == 1:
			if back, err := f.AppendTimestamp(nil, got, UTC); err != nil || string(back) != tt.text {
				t.Errorf("%s of %q comes back as %q", tt.pattern, tt.text, back)
			}
		case got != millis(t, tt.want):
			t.Errorf("%s of %q: got %s, want %s", tt.pattern, tt.text, time.UnixMilli(got).UTC(), tt.want)
		}
	}
}

func TestParseDateAndTime(t *testing.T) {
	parse := func(pattern, text string, time bool) (int64, string) {
		f, err := Compile(pattern)
		if err != nil {
			return 0, err.Error()
		}
		var v int64
		if time {
			v, err = f.ParseTime(text)
		} else {
			v, err = f.ParseDate(text)
		}
		if err != nil {
			return 0, err.Error()
		}
		return v, ""
	}
	for _, tt := range []struct {
		pattern, text string
		time          bool
		want          int64
		err           string
	}{
		{"yyyyMMdd", "20180511", false, 17662, ""},
		{"yyyy-MM", "2018-05", false, 0, "gives no whole date"},
		{"HH:mm:ss'Lit'", "00:01:05Lit", true, 65000, ""},
		{"hh:mm:ss a", "01:00:00 Pm", true, 46800000, ""},
		{"mm:ss", "01:00", true, 0, "gives no time"},
		{"hh:mm", "01:00", true, 0, "gives no time"},
		{"HH:ss", "01:00", true, 0, "gives no time"},
		{"yyyy HH", "2018 01", true, 0, "has parts of a date"},
		{"HH:mm", "24:00", true, 0, ""},
	} {
		got, err := parse(tt.pattern, tt.text, tt.time)
		if got != tt.want || tt.err == "" && err != "" || !strings.Contains(err, tt.err) {
			t.Errorf("%s of %q: got %d, %q; want %d, %q", tt.pattern, tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestSimple(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          int64
		err           string
	}{
		{"yyyy-MM-dd'Lit'", "2018-05-11Lit", 17662, ""},
		{"dd/MM/yyyy", "11/05/2019", 18027, ""},
		{"dd-MMM-yyyy", "01-JAN-2022", 18993, ""},
		{"MMM-yyyy", "JAN-2022", 18993, ""},
		{"dd MMMM yyyy", "1 january 2022", 18993, ""},
		{"yyyy-MM-dd", "2003-12-24-01-01", 12410, ""},
		{"yyyy-MM-dd", "2004", 0, `expected "-" at position 5`},
		{"yyyy-MM-dd", "2021-13-32", 19024, ""},
		{"yyyyMMdd", "20220101", 18993, ""},
		{"yyyyMMdd", "2022", 0, "expected 2 digits"},
		{"yy-M-d", "22-1-1", 18993, ""},
		{"yyyy-MM-dd HH:mm", "2022-01-01 00:00", 18993, ""},
		{"yyyy-MM-dd HH:mm", "2022-01-01 00:01", 0, "has a time of the day"},
		{"yyyy-MM-dd HH:mm z", "2022-01-01 01:00 GMT+01:00", 18993, ""},
		{"yyyy-MM-dd HH:mm Z", "2022-01-01 01:00 +0100", 18993, ""},
		{"yyyy-MM-dd HH:mm z", "2022-01-01 01:00 CET", 18993, ""},
		{"EEE yyyy-DDD", "Sat 2022-001", 18993, ""},
		{"yyyy-MM-dd hh a", "2022-01-01 12 AM", 18993, ""},
		{"G yyyy", "AD 1970", 0, ""},
		{"yyyy-MM-dd", "  2022-01-01", 18993, ""},
		{"yyyy-MM-dd", "abcd", 0, "expected a number at position 1"},
		{"yyyy-MMM-dd", "2022-foo-01", 0, "expected the name of a month at position 6"},
		{"n", "1", 0, "n is no pattern letter"},
		{"'open", "1", 0, "not closed"},
	} {
		f, err := CompileSimple(tt.pattern)
		var got int64
		if err == nil {
			got, err = f.ParseDate(tt.text)
		}
		if err == nil && tt.err != "" || err != nil && (tt.err == "" || !strings.Contains(err.Error(), tt.err)) || err == nil && got != tt.want {
			t.Errorf("%s of %q: got %d, %v; want %d, %q", tt.pattern, tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestZones(t *testing.T) {
	for id, want := range map[string]string{"UTC": "UTC", "Z": "Z", "+0200": "+02:00", "+2": "+02:00", "-02:30": "-02:30", "+01:02:03": "+01:02:03", "GMT+2": "GMT+02:00",
		"UTC-0330": "UTC-03:30", "Europe/London": "Europe/London", "+00:00": "Z", "CET": "CET"} {
		z, err := LoadZone(id)
		if err != nil || z.ID() != want {
			t.Errorf("LoadZone(%s) = %v, %v; want %s", id, z, err, want)
		}
	}
	for _, id := range []string{"", "PST", "EST", "Local", "europe/london", "+19:00", "+1:00", "+01:60", "+123", "Nowhere", "../etc/passwd", "+0x"} {
		if z, err := LoadZone(id); err == nil {
			t.Errorf("LoadZone(%q) = %s, want an error", id, z.ID())
		}
	}
	z := mustZone(t, "Europe/Berlin")
	offset, from, to := z.OffsetRange(millis(t, "2021-07-01T00:00:00Z"))
	if offset != 7200 || from != millis(t, "2021-03-28T01:00:00Z") || to != millis(t, "2021-10-31T01:00:00Z") {
		t.Errorf("OffsetRange: %d from %d to %d", offset, from, to)
	}
}

// What a full pattern writes it reads back, and both agree with package time.
func TestRoundTrip(t *testing.T) {
	f, err := Compile("uuuu-MM-dd'T'HH:mm:ss.SSSXXX")
	if err != nil {
		t.Fatal(err)
	}
	zones := []*Zone{UTC, mustZone(t, "Europe/Berlin"), mustZone(t, "-11:30"), mustZone(t, "Asia/Kathmandu")}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int64Range(-6e13, 2.5e14).Draw(t, "at")
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		b, err := f.AppendTimestamp(nil, at, z)
		if err != nil {
			t.Fatal(err)
		}
		if z.loc == nil && z.offset == 0 {
			if want := time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z07:00"); string(b) != want && at < 253402300800000 {
				t.Fatalf("got %s, want %s", b, want)
			}
		}
		back, err := f.ParseTimestamp(string(b), UTC)
		// Offsets of long ago have seconds, which XXX does not show.
		if z.Offset(at)%60 == 0 && (err != nil || back != at) {
			t.Fatalf("%s reads back as %d, %v", b, back, err)
		}
	})
}

func FuzzCompile(f *testing.F) {
	f.Add("yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX", "2018-05-11T21:58:33.042+01:00")
	f.Add("EEE, d MMM yy hh:mm a zzz[ppS]", "Fri, 11 May 18 09:58 PM GMT")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if p, err := Compile(pattern); err == nil {
			if at, err := p.ParseTimestamp(text, UTC); err == nil {
				_, _ = p.AppendTimestamp(nil, at, UTC)
			}
			_, _ = p.AppendTimestamp(nil, int64(len(text))*1e9, GMT)
		}
		if s, err := CompileSimple(pattern); err == nil {
			_, _ = s.ParseDate(text)
		}
	})
}

func BenchmarkAppendTimestamp(b *testing.B) {
	f, _ := Compile("yyyy-MM-dd HH:mm:ss.SSS")
	b.ReportAllocs()
	var buf []byte
	for i := range b.N {
		buf, _ = f.AppendTimestamp(buf[:0], 1436918400000+int64(i), UTC)
	}
}

func BenchmarkParseTimestamp(b *testing.B) {
	f, _ := Compile("yyyy-MM-dd HH:mm:ss[.SSS]")
	b.ReportAllocs()
	for range b.N {
		if _, err := f.ParseTimestamp("2015-07-15 00:00:01.123", UTC); err != nil {
			b.Fatal(err)
		}
	}
}

// The short way of reading must not be told from the long one.
func TestLayout(t *testing.T) {
	for _, pattern := range []string{"yyyy-MM-dd HH:mm:ss[.SSS]", "yyyy-MM-dd'T'HH:mm:ss.SSS", "yyyyMMdd", "dd/MM/yyyy HH:mm", "yyyy-MM-dd"} {
		f, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		long := *f
		long.layout = nil
		rapid.Check(t, func(t *rapid.T) {
			text := rapid.SampledFrom([]string{"2015-07-15 00:00:00.001", "1999-02-29 23:59:59", "2024-12-31T12:30:45.678", "20240131", "31/04/2024 07:08", "0001-01-01"}).Draw(t, "text")
			b := []byte(text)
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.SampledFrom([]byte("0123456789-: T.x")).Draw(t, "char")
			}
			for _, zone := range []*Zone{UTC, {id: "+05:30", offset: 19800}} {
				got, err := f.ParseTimestamp(string(b), zone)
				want, wantErr := long.ParseTimestamp(string(b), zone)
				if got != want || (err == nil) != (wantErr == nil) {
					t.Fatalf("%s of %q: %d, %v; expected %d, %v", pattern, b, got, err, want, wantErr)
				}
			}
		})
	}
	if f, _ := Compile("yyyy-MM-dd HH:mm:ss[.SSS]"); f.layout == nil {
		t.Error("no layout for the most common pattern")
	}
}

func BenchmarkLayout(b *testing.B) {
	f, _ := Compile("yyyy-MM-dd HH:mm:ss[.SSS]")
	for b.Loop() {
		if _, err := f.ParseTimestamp("2015-07-15 12:34:56.789", UTC); err != nil {
			b.Fatal(err)
		}
	}
}
