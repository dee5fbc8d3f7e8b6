package javatime

// The English names of text fields by style. Index 0 is the first value.
var (
	monthNames   = styles{full: names("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")}
	dayNames     = styles{full: names("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")}
	ampmNames    = styles{full: names("AM", "PM"), short: names("AM", "PM"), narrow: names("a", "p")}
	eraNames     = styles{full: names("Before Christ", "Anno Domini"), short: names("BC", "AD"), narrow: names("B", "A")}
	quarterNames = styles{full: names("1st quarter", "2nd quarter", "3rd quarter", "4th quarter"), short: names("Q1", "Q2", "Q3", "Q4"), narrow: names("1", "2", "3", "4")}
)

func init() {
	monthNames.abbreviate()
	dayNames.abbreviate()
}

func names(list ...string) []string { return list }

type style uint8

const (
	short style = iota
	full
	narrow
)

type styles struct{ short, full, narrow []string }

// abbreviate derives short names of three letters and narrow ones of one.
func (s *styles) abbreviate() {
	for _, name := range s.full {
		s.short = append(s.short, name[:3])
		s.narrow = append(s.narrow, name[:1])
	}
}

func (s *styles) of(st style) []string {
	switch st {
	case full:
		return s.full
	case narrow:
		return s.narrow
	}
	return s.short
}
