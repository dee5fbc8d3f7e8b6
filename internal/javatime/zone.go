package javatime

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // Zones must work where the system has no zone files.
)

// Zone is a time zone as java.time.ZoneId names it: an offset (Z, +1, +01:00,
// GMT+1), or a region of the time-zone database (Europe/London).
type Zone struct {
	id     string
	loc    *time.Location // nil for a fixed offset.
	offset int            // Seconds, of a fixed offset.
}

// UTC and GMT are the zones of these names.
var (
	UTC = &Zone{id: "UTC"}
	GMT = &Zone{id: "GMT"}
)

// LoadZone returns the zone with an ID. Abbreviations such as PST are none, as
// several zones share them.
func LoadZone(id string) (*Zone, error) {
	switch id {
	case "Z", "UTC", "GMT", "UT":
		return &Zone{id: id}, nil
	case "", "Local", "EST", "MST", "HST", "ROC", "Factory":
		return nil, badZone(id)
	}
	if id[0] == '+' || id[0] == '-' {
		return offsetZone("", id, id)
	}
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		rest, ok := strings.CutPrefix(id, prefix)
		if ok && rest != "" && (rest[0] == '+' || rest[0] == '-') {
			return offsetZone(prefix, rest, id)
		}
	}
	if len(id) > longestID {
		return nil, badZone(id)
	}
	if z, ok := regions.Load(id); ok {
		return z.(*Zone), nil
	}
	loc, err := time.LoadLocation(id)
	if err != nil {
		return nil, badZone(id)
	}
	z := &Zone{id: id, loc: loc}
	regions.Store(id, z)
	return z, nil
}

// regions holds the regions loaded so far by ID: there are about 600.
var regions sync.Map

// longestID bounds the length of the IDs of regions; the longest has 32 letters.
const longestID = 40

// LocalZone returns the zone of the process.
func LocalZone() *Zone {
	if name := time.Local.String(); name != "Local" {
		return &Zone{id: name, loc: time.Local}
	}
	name, offset := time.Now().Zone()
	if offset == 0 {
		return UTC
	}
	return &Zone{id: name, loc: time.Local}
}

func badZone(id string) error {
	return fmt.Errorf("%q is no time zone: expected an ID such as UTC, Europe/London or +02:00", id)
}

// offsetZone reads +h, +hh, +hhmm, +hh:mm, +hhmmss or +hh:mm:ss.
func offsetZone(prefix, text, id string) (*Zone, error) {
	digits := strings.ReplaceAll(text[1:], ":", "")
	n := len(digits)
	shape := len(text) - 1 - n // The number of colons.
	ok := n == 1 && shape == 0 || n == 2 && shape == 0 || n == 4 && shape <= 1 || n == 6 && (shape == 0 || shape == 2)
	if shape > 0 && ok {
		for k := 3; k < len(text); k += 3 {
			ok = ok && text[k] == ':'
		}
	}
	if n == 1 {
		digits = "0" + digits
	}
	digits += strings.Repeat("0", max(6-len(digits), 0))
	var parts [3]int
	for k := range len(digits) {
		if ok = ok && digits[k]-'0' <= 9; !ok {
			return nil, badZone(id)
		}
		parts[k/2] = parts[k/2]*10 + int(digits[k]-'0')
	}
	seconds := parts[0]*3600 + parts[1]*60 + parts[2]
	if !ok || parts[1] > 59 || parts[2] > 59 || seconds > 18*3600 {
		return nil, badZone(id)
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	return fixedZone(prefix, seconds), nil
}

// fixedZone returns the zone of an offset in seconds.
func fixedZone(prefix string, seconds int) *Zone {
	if seconds == 0 {
		if prefix == "" {
			prefix = "Z"
		}
		return &Zone{id: prefix}
	}
	s := step{literal: "Z", colon: true, minutes: true, seconds: true}
	return &Zone{id: string(appendOffset([]byte(prefix), seconds, &s)), offset: seconds}
}

// ID returns the zone's ID.
func (z *Zone) ID() string { return z.id }

// Offset returns the seconds by which local time is ahead of UTC at a time in
// milliseconds since the epoch.
func (z *Zone) Offset(millis int64) int {
	if z.loc == nil {
		return z.offset
	}
	seconds, _ := floorDiv(millis, 1000)
	return z.offsetAt(seconds)
}

func (z *Zone) offsetAt(seconds int64) int {
	if z.loc == nil {
		return z.offset
	}
	_, offset := time.Unix(seconds, 0).In(z.loc).Zone()
	return offset
}

// OffsetRange returns the offset at a time and from when (inclusive) to when
// (exclusive) it holds, all in milliseconds since the epoch but for the offset.
func (z *Zone) OffsetRange(millis int64) (offset int, from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if z.loc == nil {
		return z.offset, from, to
	}
	seconds, _ := floorDiv(millis, 1000)
	t := time.Unix(seconds, 0).In(z.loc)
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		from = start.UnixMilli()
	}
	if !end.IsZero() {
		to = end.UnixMilli()
	}
	_, offset = t.Zone()
	return offset, from, to
}

// instant returns when a local time is, both in seconds. A time that a change
// of the clocks skips is moved by the gap; of two times the earlier is taken.
func (z *Zone) instant(local int64) int64 {
	if z.loc == nil {
		return local - int64(z.offset)
	}
	before, after := z.offsetAt(local-secondsOfDay), z.offsetAt(local+secondsOfDay)
	early, late := local-int64(before), local-int64(after)
	if before != after && z.offsetAt(early) != before && z.offsetAt(late) == after {
		return late
	}
	return early
}

// name returns what people call the zone at an instant.
func (z *Zone) name(seconds int64, st style) string {
	if z.loc == nil {
		if st == full {
			switch z.id {
			case "UTC", "UT":
				return "Coordinated Universal Time"
			case "GMT":
				return "Greenwich Mean Time"
			}
		}
		return z.id
	}
	abbreviation, _ := time.Unix(seconds, 0).In(z.loc).Zone()
	if st == full {
		for _, n := range zoneNames {
			if n.abbreviation == abbreviation && n.region == z.id {
				return n.name
			}
		}
		for _, n := range zoneNames {
			if n.abbreviation == abbreviation && !n.ambiguous {
				return n.name
			}
		}
	}
	return abbreviation
}

// zoneNames are common abbreviations, the region that a text with one means,
// and full names.
var zoneNames = []struct {
	abbreviation, region, name string
	ambiguous                  bool
}{
	{"UTC", "UTC", "Coordinated Universal Time", false},
	{"GMT", "GMT", "Greenwich Mean Time", false},
	{"PST", "America/Los_Angeles", "Pacific Standard Time", false},
	{"PDT", "America/Los_Angeles", "Pacific Daylight Time", false},
	{"MST", "America/Denver", "Mountain Standard Time", false},
	{"MDT", "America/Denver", "Mountain Daylight Time", false},
	{"CST", "America/Chicago", "Central Standard Time", true},
	{"CST", "Asia/Shanghai", "China Standard Time", true},
	{"CDT", "America/Chicago", "Central Daylight Time", false},
	{"EST", "America/New_York", "Eastern Standard Time", false},
	{"EDT", "America/New_York", "Eastern Daylight Time", false},
	{"AKST", "America/Anchorage", "Alaska Standard Time", false},
	{"AKDT", "America/Anchorage", "Alaska Daylight Time", false},
	{"HST", "Pacific/Honolulu", "Hawaii-Aleutian Standard Time", false},
	{"BST", "Europe/London", "British Summer Time", false},
	{"WET", "Europe/Lisbon", "Western European Standard Time", false},
	{"WEST", "Europe/Lisbon", "Western European Summer Time", false},
	{"CET", "Europe/Paris", "Central European Standard Time", false},
	{"CEST", "Europe/Paris", "Central European Summer Time", false},
	{"EET", "Europe/Helsinki", "Eastern European Standard Time", false},
	{"EEST", "Europe/Helsinki", "Eastern European Summer Time", false},
	{"MSK", "Europe/Moscow", "Moscow Standard Time", false},
	{"IST", "Asia/Kolkata", "India Standard Time", true},
	{"JST", "Asia/Tokyo", "Japan Standard Time", false},
	{"KST", "Asia/Seoul", "Korean Standard Time", false},
	{"HKT", "Asia/Hong_Kong", "Hong Kong Standard Time", false},
	{"AEST", "Australia/Sydney", "Australian Eastern Standard Time", false},
	{"AEDT", "Australia/Sydney", "Australian Eastern Daylight Time", false},
	{"NZST", "Pacific/Auckland", "New Zealand Standard Time", false},
	{"NZDT", "Pacific/Auckland", "New Zealand Daylight Time", false},
}
