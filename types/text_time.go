package types

import "strconv"

const dayMillis = 24 * 60 * 60 * 1000

// AppendDate appends days since the epoch as yyyy-MM-dd. Years beyond 9999 have
// a plus sign, years before 0 a minus sign.
func AppendDate(dst []byte, days int32) []byte { return appendCivil(dst, int64(days)) }

func appendCivil(dst []byte, days int64) []byte {
	y, m, d := civil(days)
	switch {
	case y > 9999:
		dst = append(dst, '+')
	case y < 0:
		dst = append(dst, '-')
		y = -y
	}
	if y > 9999 {
		dst = strconv.AppendInt(dst, y, 10)
	} else {
		dst = append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10))
	}
	return append(dst, '-', byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

// AppendTime appends milliseconds of the day as HH:mm, HH:mm:ss or HH:mm:ss.SSS,
// the shortest form that tells all.
func AppendTime(dst []byte, millis int32) []byte {
	dst = appendClock(dst, int(millis)/60000)
	rest := int(millis) % 60000
	if rest == 0 {
		return dst
	}
	dst = append(dst, ':', byte('0'+rest/10000), byte('0'+rest/1000%10))
	if rest %= 1000; rest == 0 {
		return dst
	}
	return append(dst, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
}

func appendClock(dst []byte, minutes int) []byte {
	h, m := minutes/60, minutes%60
	return append(dst, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10))
}

// AppendTimestamp appends milliseconds since the epoch as
// yyyy-MM-ddTHH:mm:ss.SSS in UTC.
func AppendTimestamp(dst []byte, millis int64) []byte {
	days, ms := SplitDay(millis)
	dst = append(appendCivil(dst, days), 'T')
	dst = appendClock(dst, int(ms)/60000)
	rest := int(ms) % 60000
	return append(dst, ':', byte('0'+rest/10000), byte('0'+rest/1000%10),
		'.', byte('0'+rest/100%10), byte('0'+rest/10%10), byte('0'+rest%10))
}

// SplitDay splits milliseconds since the epoch into the day and the
// milliseconds of that day.
func SplitDay(millis int64) (days int64, ofDay int32) {
	days = millis / dayMillis
	rest := millis % dayMillis
	if rest < 0 {
		days--
		rest += dayMillis
	}
	return days, int32(rest)
}

// civil turns days since 1970-01-01 into a date of the proleptic Gregorian
// calendar. Years are counted from March, so that the leap day comes last.
func civil(days int64) (year, month, day int64) {
	z := days + 719468 // Days since 0000-03-01.
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	ofEra := z - era*146097
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*ofYear + 2) / 153
	day = ofYear - (153*m+2)/5 + 1
	year = yearOfEra + era*400
	if month = m + 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// daysOf is the inverse of civil.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	yearOfEra := year - era*400
	ofYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + ofYear - 719468
}

func monthDays(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// ParseDate reads yyyy[-MM[-dd]] as days since the epoch.
func ParseDate(text string) (int32, error) {
	s := timeScanner{s: trim(text)}
	days, ok := s.date()
	if !ok || s.s != "" || int64(int32(days)) != days {
		return 0, badText(text, DateType, "yyyy-MM-dd, yyyy-MM or yyyy")
	}
	return int32(days), nil
}

// ParseTime reads HH:mm[:ss[.SSS]] as milliseconds of the day. Digits after the
// milliseconds are dropped.
func ParseTime(text string) (int32, error) {
	s := timeScanner{s: trim(text)}
	ms, ok := s.clock(2)
	if !ok || s.s != "" {
		return 0, badText(text, TimeType, "HH:mm, HH:mm:ss or HH:mm:ss.SSS")
	}
	return int32(ms), nil
}

// ParseTimestamp reads yyyy[-MM[-dd[THH[:mm[:ss[.SSS]]]]]] with an optional zone
// (Z, +HH, +HHmm or +HH:mm; UTC without) as milliseconds since the epoch.
func ParseTimestamp(text string) (int64, error) {
	s := timeScanner{s: trim(text)}
	days, ok := s.date()
	var ms, zone int64
	if ok && s.eat('T') {
		if ms, ok = s.clock(1); ok {
			zone, ok = s.zone()
		}
	}
	const most = 1 << 62 / dayMillis
	if !ok || s.s != "" || days > most || days < -most {
		return 0, badText(text, TimestampType, "yyyy-MM-ddTHH:mm:ss.SSS, where parts may be left out from the right, and optionally a zone such as +01:00")
	}
	return days*dayMillis + ms - zone, nil
}

// timeScanner consumes a date or time from the front of s.
type timeScanner struct{ s string }

func (t *timeScanner) eat(c byte) bool {
	if t.s != "" && t.s[0] == c {
		t.s = t.s[1:]
		return true
	}
	return false
}

// number reads between least and most digits.
func (t *timeScanner) number(least, most int) (n int64, ok bool) {
	k := 0
	for k < most && k < len(t.s) && t.s[k]-'0' <= 9 {
		n = n*10 + int64(t.s[k]-'0')
		k++
	}
	t.s = t.s[k:]
	return n, k >= least
}

func (t *timeScanner) date() (days int64, ok bool) {
	neg := t.eat('-')
	if !neg {
		t.eat('+')
	}
	year, ok := t.number(4, 9)
	if neg {
		year = -year
	}
	month, day := int64(1), int64(1)
	if ok && t.eat('-') {
		if month, ok = t.number(1, 2); ok && t.eat('-') {
			day, ok = t.number(1, 2)
		}
	}
	if !ok || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false
	}
	return daysOf(year, month, day), true
}

// clock reads a time of at least the given number of parts (hours, minutes).
func (t *timeScanner) clock(least int) (millis int64, ok bool) {
	h, ok := t.number(2, 2)
	if !ok || h > 23 {
		return 0, false
	}
	millis = h * 3600000
	if !t.eat(':') {
		return millis, least <= 1
	}
	m, ok := t.number(2, 2)
	if !ok || m > 59 {
		return 0, false
	}
	millis += m * 60000
	if !t.eat(':') {
		return millis, true
	}
	sec, ok := t.number(2, 2)
	if !ok || sec > 59 {
		return 0, false
	}
	millis += sec * 1000
	if !t.eat('.') {
		return millis, true
	}
	digits := len(t.s)
	frac, ok := t.number(1, 9)
	for digits -= len(t.s); digits < 3; digits++ {
		frac *= 10
	}
	for ; digits > 3; digits-- {
		frac /= 10
	}
	return millis + frac, ok
}

// zone reads an optional offset from UTC.
func (t *timeScanner) zone() (millis int64, ok bool) {
	if t.s == "" || t.eat('Z') {
		return 0, true
	}
	neg := t.eat('-')
	if !neg && !t.eat('+') {
		return 0, false
	}
	h, ok := t.number(1, 2)
	if !ok || h > 18 {
		return 0, false
	}
	var m int64
	if t.eat(':') || t.s != "" {
		if m, ok = t.number(2, 2); !ok || m > 59 {
			return 0, false
		}
	}
	millis = h*3600000 + m*60000
	if neg {
		millis = -millis
	}
	return millis, true
}
