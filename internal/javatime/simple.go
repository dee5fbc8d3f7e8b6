package javatime

import (
	"fmt"
	"strings"
	"time"
)

// Simple is a compiled pattern of java.text.SimpleDateFormat, for reading dates
// in GMT. It is lenient: numbers may have any width unless others follow them
// directly, values out of range roll over (month 13 is January of the next
// year), names match in any case, and text behind the date is ignored.
type Simple struct {
	pattern string
	parts   []simplePart
	// century begins the hundred years that a year of two digits is in.
	century int64
}

// simplePart is a letter with its count, or literal text.
type simplePart struct {
	letter  byte
	count   int
	counted bool // Another field follows directly: exactly count characters.
	literal string
}

const simpleLetters = "GyYMLwWDdFEuaHkKhmsSzZX"

// CompileSimple compiles a pattern.
func CompileSimple(pattern string) (*Simple, error) {
	f := &Simple{pattern: pattern, century: int64(time.Now().UTC().Year() - 80)}
	c := compiler{pattern: pattern}
	for c.pos < len(pattern) {
		ch := pattern[c.pos]
		switch {
		case ch == '\'':
			text, err := c.quoted()
			if err != nil {
				return nil, err
			}
			f.addLiteral(text)
		case isLetter(ch):
			if strings.IndexByte(simpleLetters, ch) < 0 {
				return nil, c.fail("%c is no pattern letter; quote literal text as '...'", ch)
			}
			if n := len(f.parts); n > 0 && f.parts[n-1].letter != 0 {
				f.parts[n-1].counted = true
			}
			f.parts = append(f.parts, simplePart{letter: ch, count: c.run(ch)})
		default:
			f.addLiteral(pattern[c.pos : c.pos+1])
			c.pos++
		}
	}
	return f, nil
}

func (f *Simple) addLiteral(text string) {
	if n := len(f.parts); n > 0 && f.parts[n-1].letter == 0 {
		f.parts[n-1].literal += text
		return
	}
	f.parts = append(f.parts, simplePart{literal: text})
}

// simpleDate holds what was read; fields that were not read have their default.
type simpleDate struct {
	year, month, day int64 // Month from 0.
	dayOfYear        int64 // 0: none.
	hour, half       int64 // half is 0 or 12 hours.
	minute, second   int64
	millis, offset   int64 // Offset in seconds.
	bc               bool
}

// ParseDate reads a date as days since the epoch. A time other than midnight in
// GMT is an error.
func (f *Simple) ParseDate(text string) (int64, error) {
	d := simpleDate{year: 1970, day: 1}
	pos := 0
	for _, p := range f.parts {
		if p.letter == 0 {
			if !strings.HasPrefix(text[pos:], p.literal) {
				return 0, f.mismatch(text, pos, fmt.Sprintf("%q", p.literal))
			}
			pos += len(p.literal)
			continue
		}
		for pos < len(text) && (text[pos] == ' ' || text[pos] == '\t') {
			pos++
		}
		n, want := f.field(p, text[pos:], &d)
		if want != "" {
			return 0, f.mismatch(text, pos, want)
		}
		pos += n
	}
	days, ofDay := floorDiv(d.millisSinceEpoch(), millisOfDay)
	if ofDay != 0 {
		return 0, fmt.Errorf("%q has a time of the day, which a DATE has not", clip(text))
	}
	return days, nil
}

func (f *Simple) mismatch(text string, pos int, want string) error {
	return fmt.Errorf("%q does not match the pattern %s: expected %s at position %d", clip(text), f.pattern, want, pos+1)
}

func (d *simpleDate) millisSinceEpoch() int64 {
	y := d.year
	if d.bc {
		y = 1 - y
	}
	more, month := floorDiv(d.month, 12)
	days := daysOf(y+more, int(month)+1, d.day)
	if d.dayOfYear != 0 {
		days = daysOf(y, 1, d.dayOfYear)
	}
	seconds := days*secondsOfDay + (d.hour+d.half)*3600 + d.minute*60 + d.second - d.offset
	return seconds*1000 + d.millis
}

// field reads one field from the start of s and returns its length, or what it
// expected.
func (f *Simple) field(p simplePart, s string, d *simpleDate) (n int, want string) {
	switch p.letter {
	case 'M', 'L':
		if p.count > 2 {
			return simpleName(s, "the name of a month", &d.month, 0, monthNames.full, monthNames.short)
		}
	case 'E':
		return simpleName(s, "the name of a day of the week", nil, 0, dayNames.full, dayNames.short)
	case 'a':
		return simpleName(s, "AM or PM", &d.half, 12, ampmNames.full)
	case 'G':
		var era int64
		n, want = simpleName(s, "BC or AD", &era, 1, eraNames.short)
		d.bc = want == "" && era == 0
		return n, want
	case 'z', 'Z', 'X':
		return simpleZone(s, d)
	}
	if p.counted && len(s) < p.count {
		return 0, fmt.Sprintf("%d digits", p.count)
	}
	digits := s
	if p.counted {
		digits = s[:p.count]
	}
	v, n, ok := simpleNumber(digits)
	if !ok {
		return 0, "a number"
	}
	switch p.letter {
	case 'y', 'Y':
		if p.count <= 2 && n == 2 && digits[0] != '-' {
			v += f.century / 100 * 100
			if v < f.century {
				v += 100
			}
		}
		d.year = v
	case 'M', 'L':
		d.month = v - 1
	case 'd':
		d.day = v
	case 'D':
		d.dayOfYear = v
	case 'H', 'K':
		d.hour = v
	case 'k':
		d.hour = v % 24
	case 'h':
		d.hour = v % 12
	case 'm':
		d.minute = v
	case 's':
		d.second = v
	case 'S':
		d.millis = v
	}
	return n, "" // Numbers of weeks and of their days do not change a date that is told otherwise.
}

// simpleNumber reads an integer of at most 9 digits.
func simpleNumber(s string) (v int64, n int, ok bool) {
	neg := len(s) > 1 && s[0] == '-'
	if neg {
		n++
	}
	first := n
	for n < len(s) && n-first < 9 && s[n]-'0' <= 9 {
		v = v*10 + int64(s[n]-'0')
		n++
	}
	if neg {
		v = -v
	}
	return v, n, n > first
}

// simpleName reads the longest matching name, times step as value.
func simpleName(s, want string, value *int64, step int64, lists ...[]string) (int, string) {
	best := 0
	for _, list := range lists {
		for k, name := range list {
			if len(name) > best && hasFoldPrefix(s, name) {
				best = len(name)
				if value != nil {
					*value = int64(k) * max(step, 1)
				}
			}
		}
	}
	if best == 0 {
		return 0, want
	}
	return best, ""
}

// simpleZone reads GMT+01:00, +0100, +01, Z or the name of a zone.
func simpleZone(s string, d *simpleDate) (int, string) {
	r := reader{text: s}
	if end, ok := r.gmt(&step{}, 0); ok {
		d.offset = r.values[offset]
		return end, ""
	}
	if s != "" && (s[0] == '+' || s[0] == '-') {
		for _, size := range []int{6, 5, 3} {
			if len(s) < size {
				continue
			}
			if z, err := offsetZone("", s[:size], ""); err == nil {
				d.offset = int64(z.offset)
				return size, ""
			}
		}
		return 0, "an offset from GMT"
	}
	end, ok := r.zoneID(&step{kind: zoneName}, 0)
	if !ok {
		return 0, "a time zone"
	}
	d.offset = int64(r.zone.Offset(d.millisSinceEpoch()))
	return end, ""
}
