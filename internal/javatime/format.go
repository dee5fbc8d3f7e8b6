package javatime

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// moment is what is formatted, with the fields computed once.
type moment struct {
	days   int64
	ofDay  int64 // Nanoseconds.
	offset int   // Seconds.
	zone   *Zone

	year       int64
	month, day int
}

func (m *moment) setDate(days int64) {
	m.days = days
	m.year, m.month, m.day = civil(days)
}

// Unit returns a number of milliseconds that divides a day: timestamps of the
// same zone offset whose local time is in the same unit have the same text.
func (f *Format) Unit() int64 { return f.unit }

// AppendTimestamp appends milliseconds since the epoch as the zone's local date
// and time.
func (f *Format) AppendTimestamp(dst []byte, millis int64, zone *Zone) ([]byte, error) {
	m := moment{zone: zone, offset: zone.Offset(millis)}
	seconds, rest := floorDiv(millis, 1000)
	days, ofDay := floorDiv(seconds+int64(m.offset), secondsOfDay)
	m.ofDay = ofDay*1e9 + rest*1e6
	m.setDate(days)
	return m.append(dst, f.steps)
}

// AppendDate appends days since the epoch. A pattern that asks for a time or a
// zone is an error.
func (f *Format) AppendDate(dst []byte, days int64) ([]byte, error) {
	if f.needs&^partDate != 0 {
		return dst, fmt.Errorf("the pattern %s asks for a time or zone, which a DATE has not", f.pattern)
	}
	var m moment
	m.setDate(days)
	return m.append(dst, f.steps)
}

// AppendTime appends milliseconds of the day. A pattern that asks for a date or
// a zone is an error.
func (f *Format) AppendTime(dst []byte, millis int64) ([]byte, error) {
	if f.needs&^partTime != 0 {
		return dst, fmt.Errorf("the pattern %s asks for a date or zone, which a TIME has not", f.pattern)
	}
	m := moment{ofDay: millis * 1e6}
	return m.append(dst, f.steps)
}

func (m *moment) append(dst []byte, steps []step) ([]byte, error) {
	var err error
	for i := range steps {
		s := &steps[i]
		switch s.kind {
		case literal:
			dst = append(dst, s.literal...)
		case number:
			dst, err = appendNumber(dst, m.get(s.field), s)
		case reduced:
			y := m.get(s.field) % 100
			dst = appendPadded(dst, max(y, -y), 2)
		case fraction:
			dst = appendFraction(dst, m.ofDay%1e9, s.max)
		case text:
			dst = append(dst, m.name(s)...)
		case offsetID:
			dst = appendOffset(dst, m.offset, s)
		case gmtOffset:
			dst = appendGMT(dst, m.offset, s.style)
		case zoneID:
			dst = append(dst, m.zone.id...)
		case zoneName:
			dst = append(dst, m.zone.name(m.instant(), s.style)...)
		case optional:
			dst, err = m.append(dst, s.inner)
		case padded:
			dst, err = m.pad(dst, s)
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// instant returns seconds since the epoch.
func (m *moment) instant() int64 { return m.days*secondsOfDay + m.ofDay/1e9 - int64(m.offset) }

func (m *moment) get(f field) int64 {
	switch f {
	case year:
		return m.year
	case yearOfEra:
		if m.year < 1 {
			return 1 - m.year
		}
		return m.year
	case month:
		return int64(m.month)
	case dayOfMonth:
		return int64(m.day)
	case dayOfYearField:
		return int64(dayOfYear(m.year, m.month, m.day))
	case dayOfWeek:
		return int64(weekday(m.days))
	case weekOfDayInMonth:
		return int64(m.day-1)/7 + 1
	case quarter:
		return int64(m.month-1)/3 + 1
	case modifiedJulian:
		return m.days + 40587
	case era:
		if m.year < 1 {
			return 0
		}
		return 1
	}
	if f < hourOfDay {
		return m.week(f)
	}
	return m.clock(f)
}

func (m *moment) clock(f field) int64 {
	hour := m.ofDay / 3600e9
	switch f {
	case hourOfDay:
		return hour
	case clockHourOfDay:
		return (hour+23)%24 + 1
	case hourOfAmPm:
		return hour % 12
	case clockHourOfAmPm:
		return (hour+11)%12 + 1
	case amPm:
		return hour / 12
	case minute:
		return m.ofDay / 60e9 % 60
	case second:
		return m.ofDay / 1e9 % 60
	case nano:
		return m.ofDay % 1e9
	case milliOfDay:
		return m.ofDay / 1e6
	}
	return m.ofDay
}

// week computes the fields of weeks that begin on Sunday; the first week of a
// year or month is the one with its first day.
func (m *moment) week(f field) int64 {
	sunday := int64(weekday(m.days) % 7) // Days since the week began.
	switch f {
	case dayOfLocalWeek:
		return sunday + 1
	case weekOfMonth:
		return (int64(m.day)+6-sunday-1)/7 + 1
	}
	// The week belongs to the next year when that begins in it.
	next := daysOf(m.year+1, 1, 1)
	if m.days-sunday+6 >= next {
		if f == weekYear {
			return m.year + 1
		}
		return 1
	}
	if f == weekYear {
		return m.year
	}
	return (int64(dayOfYear(m.year, m.month, m.day))+6-sunday-1)/7 + 1
}

func (m *moment) name(s *step) string {
	v := m.get(s.field)
	switch s.field {
	case month:
		return monthNames.of(s.style)[v-1]
	case quarter:
		return quarterNames.of(s.style)[v-1]
	case dayOfWeek:
		return dayNames.of(s.style)[v-1]
	case era:
		return eraNames.of(s.style)[v]
	}
	return ampmNames.of(s.style)[v]
}

func (m *moment) pad(dst []byte, s *step) ([]byte, error) {
	start := len(dst)
	dst, err := m.append(dst, s.inner)
	width := utf8.RuneCount(dst[start:])
	if err != nil || width == s.min {
		return dst, err
	}
	if width > s.min {
		return dst, fmt.Errorf("%q is longer than the width %d of the pattern", dst[start:], s.min)
	}
	for range s.min - width {
		dst = append(dst, ' ')
	}
	copy(dst[start+s.min-width:], dst[start:])
	for k := range s.min - width {
		dst[start+k] = ' '
	}
	return dst, nil
}

func appendNumber(dst []byte, v int64, s *step) ([]byte, error) {
	abs := max(v, -v)
	digits := 1
	for x := abs; x >= 10; x /= 10 {
		digits++
	}
	if digits > s.max {
		return dst, fmt.Errorf("the %s %d has more than %d digits", s.field, v, s.max)
	}
	switch {
	case v < 0 && s.signs == signNever:
		return dst, fmt.Errorf("the %s %d is negative, which the pattern cannot show", s.field, v)
	case v < 0:
		dst = append(dst, '-')
	case s.signs == signExceedsPad && digits > s.min:
		dst = append(dst, '+')
	}
	return appendPadded(dst, abs, s.min), nil
}

// appendPadded appends v >= 0 with at least width digits.
func appendPadded(dst []byte, v int64, width int) []byte {
	switch {
	case width == 2 && v < 100:
		return append(dst, byte('0'+v/10), byte('0'+v%10))
	case width == 4 && v < 10000:
		return append(dst, byte('0'+v/1000), byte('0'+v/100%10), byte('0'+v/10%10), byte('0'+v%10))
	}
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], v, 10)
	for range width - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// appendFraction appends the first digits of nine.
func appendFraction(dst []byte, nanos int64, digits int) []byte {
	for unit := int64(1e8); digits > 0; digits-- {
		dst = append(dst, byte('0'+nanos/unit%10))
		unit /= 10
	}
	return dst
}

func appendOffset(dst []byte, offset int, s *step) []byte {
	if offset == 0 {
		return append(dst, s.literal...)
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	h, m, sec := int64(offset/3600), int64(offset/60%60), int64(offset%60)
	dst = appendPadded(append(dst, sign), h, 2)
	if s.minutes || s.optionalMinutes && m != 0 {
		if s.colon {
			dst = append(dst, ':')
		}
		dst = appendPadded(dst, m, 2)
		if s.seconds && sec != 0 {
			if s.colon {
				dst = append(dst, ':')
			}
			dst = appendPadded(dst, sec, 2)
		}
	}
	return dst
}

func appendGMT(dst []byte, offset int, st style) []byte {
	dst = append(dst, "GMT"...)
	if offset == 0 {
		return dst
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = append(dst, sign)
	h, m, sec := int64(offset/3600), int64(offset/60%60), int64(offset%60)
	if st == full {
		dst = append(appendPadded(dst, h, 2), ':')
		dst = appendPadded(dst, m, 2)
	} else {
		dst = strconv.AppendInt(dst, h, 10)
		if m != 0 || sec != 0 {
			dst = appendPadded(append(dst, ':'), m, 2)
		}
	}
	if sec != 0 {
		dst = appendPadded(append(dst, ':'), sec, 2)
	}
	return dst
}
