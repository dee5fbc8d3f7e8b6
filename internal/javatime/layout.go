package javatime

// layout is the short way of reading a text whose fields all have a fixed place,
// as in yyyy-MM-dd HH:mm:ss[.SSS]: row times of large topics are read by it. It
// knows only texts that the steps would read to the same result, and leaves all
// others, right or wrong, to them.
type layout struct {
	fields   []placedField
	literals []placedByte
	// A text ends before the optional section or behind it.
	short, long int
}

type placedField struct {
	pos, width int
	field      field
}

type placedByte struct {
	pos  int
	char byte
}

// newLayout returns the layout of the steps, nil if they have none. It wants a
// whole date, and knows one optional section, at the end.
func newLayout(steps []step) *layout {
	l := &layout{}
	if n := len(steps); n > 0 && steps[n-1].kind == optional {
		if !l.add(steps[:n-1]) {
			return nil
		}
		l.short = l.long
		if !l.add(steps[n-1].inner) {
			return nil
		}
	} else if l.add(steps) {
		l.short = l.long
	} else {
		return nil
	}
	has := 0
	for _, f := range l.fields {
		if f.pos < l.short {
			has |= 1 << f.field
		}
	}
	if want := 1<<yearOfEra | 1<<month | 1<<dayOfMonth; has&want != want {
		return nil
	}
	return l
}

// add appends steps. It returns false for one that has no fixed place.
func (l *layout) add(steps []step) bool {
	seen := 0
	for _, f := range l.fields {
		seen |= 1 << f.field
	}
	for i := range steps {
		s := &steps[i]
		if s.kind == literal {
			for k := range len(s.literal) {
				l.literals = append(l.literals, placedByte{l.long, s.literal[k]})
				l.long++
			}
			continue
		}
		width := s.min
		switch {
		case s.kind == fraction && width == 3 && s.max == 3:
		case s.kind != number || s.reserved > 0 || seen>>s.field&1 == 1:
			return false
		case s.field == yearOfEra && width == 4:
		case width == 2 && (s.field == month || s.field == dayOfMonth || s.field == hourOfDay || s.field == minute || s.field == second):
		default:
			return false
		}
		seen |= 1 << s.field
		l.fields = append(l.fields, placedField{l.long, width, s.field})
		l.long += width
	}
	return true
}

// read returns the local time of a text as days and milliseconds of the day.
func (l *layout) read(text string) (days, millis int64, ok bool) {
	if len(text) != l.long && len(text) != l.short {
		return 0, 0, false
	}
	for _, c := range l.literals {
		if c.pos < len(text) && text[c.pos] != c.char {
			return 0, 0, false
		}
	}
	var v [fieldCount]int64
	for _, f := range l.fields {
		if f.pos >= len(text) {
			break
		}
		n, bad := digits(text[f.pos : f.pos+f.width])
		if bad {
			return 0, 0, false
		}
		v[f.field] = n
	}
	if v[yearOfEra] == 0 || v[month] == 0 || v[month] > 12 || v[dayOfMonth] == 0 || v[dayOfMonth] > safeDays[v[month]] ||
		v[hourOfDay] > 23 || v[minute] > 59 || v[second] > 59 {
		return 0, 0, false
	}
	// A fraction of three digits is read to milliseconds.
	return daysOf(v[yearOfEra], int(v[month]), v[dayOfMonth]), (v[hourOfDay]*3600+v[minute]*60+v[second])*1000 + v[nano], true
}

// safeDays are the days that a month has in every year.
var safeDays = [13]int64{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// digits reads a number of two to four digits.
func digits(s string) (n int64, bad bool) {
	a, b := s[0]-'0', s[1]-'0'
	n = int64(a)*10 + int64(b)
	bad = a > 9 || b > 9
	for _, c := range []byte(s[2:]) {
		c -= '0'
		n = n*10 + int64(c)
		bad = bad || c > 9
	}
	return n, bad
}
