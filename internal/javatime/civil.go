package javatime

const (
	secondsOfDay = 86400
	millisOfDay  = secondsOfDay * 1000
	nanosOfDay   = int64(secondsOfDay) * 1e9
)

// floorDiv divides rounding down; the remainder has the sign of y > 0.
func floorDiv(x, y int64) (q, r int64) {
	q, r = x/y, x%y
	if r < 0 {
		q--
		r += y
	}
	return q, r
}

// civil turns days since 1970-01-01 into a date of the proleptic Gregorian
// calendar. Years are counted from March, so that the leap day comes last.
func civil(days int64) (year int64, month, day int) {
	era, ofEra := floorDiv(days+719468, 146097)
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*ofYear + 2) / 153
	day = int(ofYear - (153*m+2)/5 + 1)
	year = yearOfEra + era*400
	if month = int(m) + 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// daysOf is the inverse of civil. The day may be any number, the month any from
// 1 to 12.
func daysOf(year int64, month int, day int64) int64 {
	m := int64(month)
	if m <= 2 {
		year--
		m += 12
	}
	era, yearOfEra := floorDiv(year, 400)
	ofYear := (153*(m-3)+2)/5 + day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + ofYear - 719468
}

func isLeap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func monthDays(year int64, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	}
	return 31
}

// weekday returns 1 (Monday) to 7 (Sunday).
func weekday(days int64) int {
	_, r := floorDiv(days+3, 7)
	return int(r) + 1
}

func dayOfYear(year int64, month, day int) int {
	return int(daysOf(year, month, int64(day))-daysOf(year, 1, 1)) + 1
}
