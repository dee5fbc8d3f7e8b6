package javatime

// field is something a step reads or writes.
type field uint8

const (
	year field = iota // Proleptic, may be 0 or negative.
	yearOfEra
	era
	month
	dayOfMonth
	dayOfYearField
	dayOfWeek
	weekOfDayInMonth // F: which Monday, Tuesday, ... of the month's weeks of seven days.
	quarter
	weekYear // Y, w, W, e, c: weeks that begin on Sunday.
	weekOfYear
	weekOfMonth
	dayOfLocalWeek
	modifiedJulian
	hourOfDay
	clockHourOfDay
	hourOfAmPm
	clockHourOfAmPm
	amPm
	minute
	second
	nano
	milliOfDay
	nanoOfDay
	offset
	fieldCount
)

// What a field is part of.
const (
	partDate = 1 << iota
	partTime
	partOffset
	partZone
)

func (f field) part() int {
	switch {
	case f < hourOfDay:
		return partDate
	case f == offset:
		return partOffset
	}
	return partTime
}

// bounds are the least and greatest valid value of a field.
func (f field) bounds() (int64, int64) {
	switch f {
	case month:
		return 1, 12
	case dayOfMonth:
		return 1, 31
	case dayOfYearField:
		return 1, 366
	case dayOfWeek, dayOfLocalWeek:
		return 1, 7
	case weekOfDayInMonth:
		return 1, 5
	case quarter:
		return 1, 4
	case hourOfDay:
		return 0, 23
	case clockHourOfDay:
		return 1, 24
	case hourOfAmPm:
		return 0, 11
	case clockHourOfAmPm:
		return 1, 12
	case amPm, era:
		return 0, 1
	case minute, second:
		return 0, 59
	case nano:
		return 0, 999999999
	case milliOfDay:
		return 0, millisOfDay - 1
	case nanoOfDay:
		return 0, nanosOfDay - 1
	}
	return -999999999, 999999999
}

func (f field) String() string {
	return [...]string{"year", "year", "era", "month", "day of the month", "day of the year", "day of the week", "week of the month",
		"quarter", "week-based year", "week of the year", "week of the month", "day of the week", "day", "hour", "hour", "hour", "hour", "AM or PM",
		"minute", "second", "fraction of a second", "millisecond of the day", "nanosecond of the day", "offset"}[f]
}

type kind uint8

const (
	literal   kind = iota
	number         // Digits of a field.
	reduced        // Two digits of a year from 2000 to 2099.
	fraction       // Digits of a fraction of a second.
	text           // A name of a field's value.
	offsetID       // +01:00 in one of several forms.
	gmtOffset      // GMT+1 or GMT+01:00.
	zoneID         // Europe/London.
	zoneName       // CET or Central European Time.
	optional       // [ steps ].
	padded         // The one step inside, blanks before it.
)

type signs uint8

const (
	signNormal     signs = iota // Minus when negative.
	signNever                   // None: negative values cannot be written.
	signExceedsPad              // Like normal, and plus when there are more digits than asked for.
)

// step is one element of a compiled pattern.
type step struct {
	kind  kind
	field field
	style style
	signs signs
	// Widths of numbers in digits. reserved is the number of digits that directly
	// following fixed-width numbers need: a number of open width leaves them.
	min, max, reserved int
	literal            string // Literal text; the text of a zero offset.
	// Offsets: whether to write colons, minutes (always, or only when not zero)
	// and seconds (when not zero).
	colon, minutes, optionalMinutes, seconds bool
	inner                                    []step
}

func (s *step) fixed() bool { return s.min == s.max && s.signs == signNever }
