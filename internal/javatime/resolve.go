package javatime

import (
	"fmt"
	"math/bits"
)

// ParseTimestamp reads a date and time as milliseconds since the epoch. What the
// pattern leaves out is that of 1970-01-01T00:00:00. A zone or offset in the
// text wins over the given zone.
func (f *Format) ParseTimestamp(text string, zone *Zone) (int64, error) {
	if f.layout != nil {
		if days, millis, ok := f.layout.read(text); ok {
			return zone.instant(days*secondsOfDay+millis/1000)*1000 + millis%1000, nil
		}
	}
	var r reader
	if err := f.parse(&r, text); err != nil {
		return 0, err
	}
	d, err := r.resolve()
	if err != nil {
		return 0, fmt.Errorf("%q: %w", clip(text), err)
	}
	if d.days, err = r.dateOrDefault(d); err != nil {
		return 0, fmt.Errorf("%q: %w", clip(text), err)
	}
	local := d.days*secondsOfDay + d.ofDay/1e9
	seconds := local
	switch off, ok := r.get(offset); {
	case r.zone != nil:
		seconds = r.zone.instant(local)
	case ok:
		seconds = local - off
	default:
		seconds = zone.instant(local)
	}
	if seconds > maxSeconds || seconds < -maxSeconds {
		return 0, fmt.Errorf("%q is too far from 1970 for a TIMESTAMP", clip(text))
	}
	return seconds*1000 + d.ofDay%1e9/1e6, nil
}

// maxSeconds bounds timestamps so that their milliseconds fit 64 bits.
const maxSeconds = 1 << 53

// ParseDate reads a date, which the pattern must tell wholly, as days since the
// epoch.
func (f *Format) ParseDate(text string) (int64, error) {
	var r reader
	if err := f.parse(&r, text); err != nil {
		return 0, err
	}
	d, err := r.resolve()
	if err == nil && !d.hasDate {
		err = fmt.Errorf("the pattern %s gives no whole date: expected year, month and day", f.pattern)
	}
	if err != nil {
		return 0, fmt.Errorf("%q: %w", clip(text), err)
	}
	return d.days, nil
}

// ParseTime reads a time as milliseconds of the day. The pattern must not have
// a date.
func (f *Format) ParseTime(text string) (int64, error) {
	if f.needs&partDate != 0 {
		return 0, fmt.Errorf("the pattern %s has parts of a date, which a TIME has not", f.pattern)
	}
	var r reader
	if err := f.parse(&r, text); err != nil {
		return 0, err
	}
	d, err := r.resolve()
	if err == nil && !d.hasTime {
		err = fmt.Errorf("the pattern %s gives no time: expected at least the hour of the day", f.pattern)
	}
	if err != nil {
		return 0, fmt.Errorf("%q: %w", clip(text), err)
	}
	return d.ofDay / 1e6, nil
}

// resolved is the local date and time of the fields that were read.
type resolved struct {
	days    int64
	ofDay   int64 // Nanoseconds.
	hasDate bool  // Year, month and day (or day of the year) were there.
	hasTime bool  // At least the hour of the day was there.
}

func (p *parsed) resolve() (resolved, error) {
	var d resolved
	for set := p.has &^ (1 << offset); set != 0; set &= set - 1 {
		f := field(bits.TrailingZeros32(set))
		v := p.values[f]
		least, most := f.bounds()
		if (f == clockHourOfDay || f == clockHourOfAmPm) && v == 0 {
			continue // Taken as 24 and 12.
		}
		if f == hourOfDay && v == 24 {
			continue // Midnight at the end of the day; see time.
		}
		if v < least || v > most {
			return d, fmt.Errorf("the %s is %d; expected %d to %d", f, v, least, most)
		}
	}
	excess, err := p.time(&d)
	if err != nil {
		return d, err
	}
	if err := p.date(&d); err != nil {
		return d, err
	}
	if excess && d.hasDate {
		d.days++
	}
	return d, nil
}

// time sets the time of the day and tells whether it is 24:00, the next day's
// first moment.
func (p *parsed) time(d *resolved) (nextDay bool, err error) {
	if v, ok := p.get(nanoOfDay); ok {
		d.ofDay, d.hasTime = v, true
		return false, nil
	}
	if v, ok := p.get(milliOfDay); ok {
		d.ofDay, d.hasTime = v*1e6, true
		if n, ok := p.get(nano); ok {
			d.ofDay = d.ofDay/1e9*1e9 + n
		}
		return false, nil
	}
	hour, hasHour := p.hour()
	m, hasMinute := p.get(minute)
	s, hasSecond := p.get(second)
	n, hasNano := p.get(nano)
	if hour == 24 {
		if m != 0 || s != 0 || n != 0 {
			return false, fmt.Errorf("the hour is 24; expected 0 to 23, or exactly 24:00")
		}
		hour, nextDay = 0, true
	}
	gap := !hasMinute && (hasSecond || hasNano) || hasMinute && !hasSecond && hasNano
	d.hasTime = hasHour && !gap
	d.ofDay = hour*3600e9 + m*60e9 + s*1e9 + n
	return nextDay, nil
}

// hour returns the hour of the day; known tells whether it is certain.
func (p *parsed) hour() (h int64, known bool) {
	if h, ok := p.get(hourOfDay); ok {
		return h, true
	}
	if h, ok := p.get(clockHourOfDay); ok {
		return h % 24, true
	}
	half, hasHalf := p.get(amPm)
	h, ok := p.get(hourOfAmPm)
	if c, has := p.get(clockHourOfAmPm); has {
		h, ok = c%12, true
	}
	return half*12 + h, hasHalf && ok
}

// yearOf returns the year, from the era's when there is one.
func (p *parsed) yearOf() (int64, bool) {
	if y, ok := p.get(year); ok {
		return y, true
	}
	y, ok := p.get(yearOfEra)
	if e, has := p.get(era); ok && has && e == 0 {
		y = 1 - y
	}
	return y, ok
}

func (p *parsed) date(d *resolved) error {
	if v, ok := p.get(modifiedJulian); ok {
		d.days, d.hasDate = v-40587, true
		return nil
	}
	y, hasYear := p.yearOf()
	m, hasMonth := p.get(month)
	day, hasDay := p.get(dayOfMonth)
	nth, hasNth := p.get(dayOfYearField)
	switch {
	case hasYear && hasMonth && hasDay:
		// A day that the month has not is its last one.
		d.days = daysOf(y, int(m), min(day, int64(monthDays(y, int(m)))))
	case hasYear && hasNth:
		if nth == 366 && !isLeap(y) {
			return fmt.Errorf("the year %d has no day 366", y)
		}
		d.days = daysOf(y, 1, nth)
	default:
		return nil
	}
	d.hasDate = true
	if wd, ok := p.get(dayOfWeek); ok && int(wd) != weekday(d.days) {
		return fmt.Errorf("the date is a %s, not a %s", dayNames.full[weekday(d.days)-1], dayNames.full[wd-1])
	}
	return nil
}

// dateOrDefault returns the date, with missing parts taken from 1970-01-01.
func (p *parsed) dateOrDefault(d resolved) (int64, error) {
	if d.hasDate {
		return d.days, nil
	}
	y, m, day := int64(1970), int64(1), int64(1)
	if v, ok := p.get(dayOfWeek); ok {
		// The day of that name in the week of Thursday, 1970-01-01.
		year, mon, dom := civil(v - 4)
		y, m, day = year, int64(mon), int64(dom)
	}
	if v, ok := p.get(dayOfMonth); ok {
		day = min(v, int64(monthDays(y, int(m))))
	}
	if v, ok := p.get(dayOfYearField); ok {
		if v == 366 {
			return 0, fmt.Errorf("day 366 of the year needs a year: the default, 1970, has not that many days")
		}
		_, mon, dom := civil(daysOf(y, 1, v))
		m, day = int64(mon), int64(dom)
	}
	if v, ok := p.get(month); ok {
		m, day = v, min(day, int64(monthDays(y, int(v))))
	}
	if v, ok := p.yearOf(); ok {
		y, day = v, min(day, int64(monthDays(v, int(m))))
	}
	return daysOf(y, int(m), day), nil
}
