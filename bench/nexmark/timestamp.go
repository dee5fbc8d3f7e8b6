package nexmark

// appendTime appends the time in milliseconds since the epoch, which must be in
// the years 0 to 9999, as 2015-07-15 00:00:00.000: always with three decimals.
func appendTime(dst []byte, millis int64) []byte {
	const day = 24 * 60 * 60 * 1000
	days, rest := millis/day, millis%day
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	year, month, mday := civil(days)
	r := uint32(rest)
	dst = append(dst, "0000-00-00 00:00:00.000"...)
	b := dst[len(dst)-23:]
	putTwo(b[0:2], uint32(year)/100)
	putTwo(b[2:4], uint32(year)%100)
	putTwo(b[5:7], uint32(month))
	putTwo(b[8:10], uint32(mday))
	putTwo(b[11:13], r/3_600_000)
	putTwo(b[14:16], r/60_000%60)
	putTwo(b[17:19], r/1000%60)
	b[20] = byte('0' + r%1000/100)
	putTwo(b[21:23], r%100)
	return dst
}

// putTwo writes x, below 100, as two digits.
func putTwo(b []byte, x uint32) {
	b[0], b[1] = byte('0'+x/10), byte('0'+x%10)
}

// civil turns days since 1970-01-01 into a date of the Gregorian calendar. It
// counts years from March, so that the leap day is the last of its year, in
// eras of 400 years, which all have 146,097 days.
func civil(days int64) (year, month, day int64) {
	days += 719_468 // 0000-03-01.
	era := days / 146_097
	if days < 0 {
		era = (days - 146_096) / 146_097
	}
	ofEra := days - era*146_097
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36_524 - ofEra/146_096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*ofYear + 2) / 153
	day = ofYear - (153*m+2)/5 + 1
	month = m + 3
	if month > 12 {
		month -= 12
	}
	year = yearOfEra + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}
