package javatime

// letter returns the step of a letter repeated count times.
func (c *compiler) letter(ch byte, count int) (step, error) {
	s, most, err := c.lookup(ch, count)
	if err != nil {
		return s, err
	}
	if count > most {
		return s, c.fail("%d letters %c; expected at most %d", count, ch, most)
	}
	switch s.kind {
	case offsetID, gmtOffset:
		c.needs |= partOffset
		c.unit = 1
	case zoneID, zoneName:
		c.needs |= partZone
		c.unit = 1
	default:
		c.weeks = c.weeks || s.field >= weekYear && s.field <= dayOfLocalWeek
		c.needs |= s.field.part()
		c.unit = min(c.unit, s.unit())
	}
	return s, nil
}

// unit returns for how long, in milliseconds, the step's text stays the same at
// least; it is counted from midnight.
func (s *step) unit() int64 {
	switch s.field {
	case hourOfDay, clockHourOfDay, hourOfAmPm, clockHourOfAmPm, amPm:
		return 3600_000
	case minute:
		return 60_000
	case second:
		return 1000
	case nano, milliOfDay, nanoOfDay:
		return 1
	}
	return millisOfDay
}

// lookup returns the step of a letter and how often it may be repeated.
func (c *compiler) lookup(ch byte, count int) (s step, most int, err error) {
	switch ch {
	case 'y':
		return yearStep(yearOfEra, count), 19, nil
	case 'u':
		return yearStep(year, count), 19, nil
	case 'Y':
		return yearStep(weekYear, count), 19, nil
	case 'M', 'L':
		return numberOrText(month, count), 5, nil
	case 'Q', 'q':
		return numberOrText(quarter, count), 5, nil
	case 'G':
		return textStep(era, count), 5, nil
	case 'E':
		return textStep(dayOfWeek, count), 5, nil
	case 'e':
		if count <= 2 {
			return numberStep(dayOfLocalWeek, count), 2, nil
		}
		return textStep(dayOfWeek, count), 5, nil
	case 'c':
		switch count {
		case 1:
			return numberStep(dayOfLocalWeek, 1), 1, nil
		case 2:
			return s, 0, c.fail("cc is no field; expected c, ccc, cccc or ccccc")
		}
		return textStep(dayOfWeek, count), 5, nil
	case 'a':
		return step{kind: text, field: amPm}, 1, nil
	case 'F':
		return numberStep(weekOfDayInMonth, count), 1, nil
	case 'D':
		if count == 1 {
			return numberStep(dayOfYearField, 1), 3, nil
		}
		return step{kind: number, field: dayOfYearField, min: count, max: 3, signs: signNever}, 3, nil
	case 'S':
		return step{kind: fraction, field: nano, min: count, max: count, signs: signNever}, 9, nil
	case 'g':
		return step{kind: number, field: modifiedJulian, min: count, max: 19}, 19, nil
	}
	if f, ok := smallNumbers[ch]; ok {
		return numberStep(f, count), 2, nil
	}
	if f, ok := wideNumbers[ch]; ok {
		return step{kind: number, field: f, min: count, max: 19, signs: signNever}, 19, nil
	}
	return c.zoneLetter(ch, count)
}

var (
	// smallNumbers are fields of one or two digits.
	smallNumbers = map[byte]field{'d': dayOfMonth, 'h': clockHourOfAmPm, 'H': hourOfDay, 'k': clockHourOfDay, 'K': hourOfAmPm, 'm': minute, 's': second,
		'w': weekOfYear, 'W': weekOfMonth}
	wideNumbers = map[byte]field{'A': milliOfDay, 'n': nano, 'N': nanoOfDay}
)

// numberStep is a number of any width, or of exactly count digits.
func numberStep(f field, count int) step {
	if count == 1 {
		return step{kind: number, field: f, min: 1, max: 19}
	}
	return step{kind: number, field: f, min: count, max: count, signs: signNever}
}

func yearStep(f field, count int) step {
	switch {
	case count == 2:
		return step{kind: reduced, field: f, min: 2, max: 2, signs: signNever}
	case count < 4:
		return step{kind: number, field: f, min: count, max: 19}
	}
	return step{kind: number, field: f, min: count, max: 19, signs: signExceedsPad}
}

func numberOrText(f field, count int) step {
	if count <= 2 {
		return numberStep(f, count)
	}
	return textStep(f, count)
}

func textStep(f field, count int) step {
	s := step{kind: text, field: f}
	switch count {
	case 4:
		s.style = full
	case 5:
		s.style = narrow
	}
	return s
}

// zoneLetter returns the steps of offsets and zones.
func (c *compiler) zoneLetter(ch byte, count int) (s step, most int, err error) {
	switch ch {
	case 'z':
		s = step{kind: zoneName}
		if count == 4 {
			s.style = full
		}
		return s, 4, nil
	case 'V':
		if count != 2 {
			return s, 0, c.fail("%d letters V; expected exactly 2", count)
		}
		return step{kind: zoneID}, 2, nil
	case 'O':
		if count != 1 && count != 4 {
			return s, 0, c.fail("%d letters O; expected 1 or 4", count)
		}
		return gmtStep(count), 4, nil
	case 'Z':
		switch count {
		case 4:
			return gmtStep(4), 5, nil
		case 5:
			return step{kind: offsetID, field: offset, literal: "Z", colon: true, minutes: true, seconds: true}, 5, nil
		}
		return step{kind: offsetID, field: offset, literal: "+0000", minutes: true}, 5, nil
	case 'X', 'x':
		s = step{kind: offsetID, field: offset, literal: "Z", minutes: count > 1, optionalMinutes: count == 1,
			colon: count == 3 || count == 5, seconds: count > 3}
		if ch == 'x' {
			switch {
			case count == 1:
				s.literal = "+00"
			case s.colon:
				s.literal = "+00:00"
			default:
				s.literal = "+0000"
			}
		}
		return s, 5, nil
	}
	return s, 0, c.fail("%c is no pattern letter; quote literal text as '...'", ch)
}

func gmtStep(count int) step {
	s := step{kind: gmtOffset, field: offset}
	if count == 4 {
		s.style = full
	}
	return s
}
