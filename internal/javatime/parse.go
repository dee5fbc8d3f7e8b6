package javatime

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// parsed is what the steps have read from a text.
type parsed struct {
	values [fieldCount]int64
	has    uint32 // Bits by field.
	zone   *Zone
}

func (p *parsed) get(f field) (int64, bool) { return p.values[f], p.has>>f&1 == 1 }

// set stores a value; two different values of a field are a conflict.
func (p *parsed) set(f field, v int64) bool {
	if old, ok := p.get(f); ok {
		return old == v
	}
	p.put(f, v)
	return true
}

func (p *parsed) put(f field, v int64) {
	p.values[f] = v
	p.has |= 1 << f
}

// reader parses one text. at and want tell about the failure.
type reader struct {
	text string
	parsed
	at   int
	want *step
}

// parse reads the whole text into r. Letters match in any case.
func (f *Format) parse(r *reader, text string) error {
	if f.writeOnly {
		return fmt.Errorf("the pattern %s cannot read dates: use y, M and d instead of Y, w, W, e and c", f.pattern)
	}
	r.text = text
	pos, ok := r.steps(f.steps, 0)
	if ok && pos == len(text) {
		return nil
	}
	if ok {
		return fmt.Errorf("%q does not match the pattern %s: expected the end at position %d", clip(text), f.pattern, pos+1)
	}
	return fmt.Errorf("%q does not match the pattern %s: expected %s at position %d", clip(text), f.pattern, r.want.describe(), r.at+1)
}

// clip shortens a text for an error.
func clip(text string) string {
	const most = 80
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

func (s *step) describe() string {
	switch s.kind {
	case literal:
		return fmt.Sprintf("%q", s.literal)
	case number, reduced, fraction:
		if s.min == s.max {
			return fmt.Sprintf("%d digits of the %s", s.min, s.field)
		}
		return fmt.Sprintf("the %s of %d or more digits", s.field, s.min)
	case text:
		return "the name of the " + s.field.String()
	case padded:
		return s.inner[0].describe()
	case offsetID, gmtOffset:
		return "an offset from UTC"
	}
	return "a time zone"
}

func (r *reader) fail(s *step, pos int) (int, bool) {
	r.at, r.want = pos, s
	return pos, false
}

func (r *reader) steps(steps []step, pos int) (int, bool) {
	for i := range steps {
		s := &steps[i]
		ok := true
		switch s.kind {
		case literal:
			end := pos + len(s.literal)
			if end > len(r.text) || r.text[pos:end] != s.literal && !strings.EqualFold(r.text[pos:end], s.literal) {
				return r.fail(s, pos)
			}
			pos = end
		case number, reduced, fraction:
			pos, ok = r.number(s, pos)
		case text:
			pos, ok = r.name(s, pos)
		case offsetID:
			pos, ok = r.offset(s, pos)
		case gmtOffset:
			pos, ok = r.gmt(s, pos)
		case zoneID, zoneName:
			pos, ok = r.zoneID(s, pos)
		case optional:
			before := r.parsed
			if end, ok := r.steps(s.inner, pos); ok {
				pos = end
			} else {
				r.parsed = before
			}
		case padded:
			pos, ok = r.padded(s, pos)
		}
		if !ok {
			return pos, false
		}
	}
	return pos, true
}

// number reads digits. A number of open width that fixed ones follow directly
// leaves their digits.
func (r *reader) number(s *step, start int) (int, bool) {
	pos := start
	neg, plus := false, false
	if pos < len(r.text) && s.kind == number {
		switch {
		case r.text[pos] == '-' && s.signs != signNever:
			neg = true
			pos++
		case r.text[pos] == '+' && s.signs == signExceedsPad:
			plus = true
			pos++
		}
	}
	n, most := 0, s.max+max(s.reserved, 0)
	for n < most && pos+n < len(r.text) && r.text[pos+n]-'0' <= 9 {
		n++
	}
	if s.reserved > 0 {
		n = min(n, max(s.min, n-s.reserved))
	}
	if n < s.min || n > 18 {
		return r.fail(s, start)
	}
	var v int64
	for _, c := range []byte(r.text[pos : pos+n]) {
		v = v*10 + int64(c-'0')
	}
	if neg && v == 0 || s.signs == signExceedsPad && !neg && plus != (n > s.min) {
		return r.fail(s, start)
	}
	if neg {
		v = -v
	}
	switch s.kind {
	case reduced:
		v += 2000
	case fraction:
		for range 9 - n {
			v *= 10
		}
	}
	if !r.set(s.field, v) {
		return r.fail(s, start)
	}
	return pos + n, true
}

// name reads the name of a value, the longest that fits.
func (r *reader) name(s *step, pos int) (int, bool) {
	var list []string
	first := int64(1)
	switch s.field {
	case month:
		list = monthNames.of(s.style)
	case quarter:
		list = quarterNames.of(s.style)
	case dayOfWeek:
		list = dayNames.of(s.style)
	case era:
		list, first = eraNames.of(s.style), 0
	default:
		list, first = ampmNames.of(s.style), 0
	}
	best := -1
	for k, name := range list {
		if hasFoldPrefix(r.text[pos:], name) && (best < 0 || len(name) > len(list[best])) {
			best = k
		}
	}
	if best < 0 || !r.set(s.field, first+int64(best)) {
		return r.fail(s, pos)
	}
	return pos + len(list[best]), true
}

func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (r *reader) padded(s *step, pos int) (int, bool) {
	end := pos
	for n := 0; n < s.min; n++ {
		if end == len(r.text) {
			return r.fail(s, pos)
		}
		_, size := utf8.DecodeRuneInString(r.text[end:])
		end += size
	}
	from := pos
	for from < end && r.text[from] == ' ' {
		from++
	}
	whole := r.text
	r.text = whole[:end]
	got, ok := r.steps(s.inner, from)
	r.text = whole
	if !ok || got != end {
		return r.fail(s, pos)
	}
	return end, true
}

// digits reads exactly two digits.
func (r *reader) digits(pos int) (int, bool) {
	if pos+2 > len(r.text) || r.text[pos]-'0' > 9 || r.text[pos+1]-'0' > 9 {
		return 0, false
	}
	return int(r.text[pos]-'0')*10 + int(r.text[pos+1]-'0'), true
}

// offset reads what appendOffset writes, and zero written with digits.
func (r *reader) offset(s *step, start int) (int, bool) {
	if s.literal == "Z" && hasFoldPrefix(r.text[start:], "Z") {
		return start + 1, r.set(offset, 0)
	}
	pos := start
	if pos == len(r.text) || r.text[pos] != '+' && r.text[pos] != '-' {
		return r.fail(s, start)
	}
	sign := 1
	if r.text[pos] == '-' {
		sign = -1
	}
	h, ok := r.digits(pos + 1)
	if !ok || h > 18 {
		return r.fail(s, start)
	}
	pos += 3
	seconds := h * 3600
	if s.minutes || s.optionalMinutes {
		m, end, ok := r.minutes(s, pos)
		if !ok && s.minutes {
			return r.fail(s, start)
		}
		if ok {
			pos = end
			seconds += m * 60
			if sec, end, ok := r.minutes(s, pos); s.seconds && ok {
				pos = end
				seconds += sec
			}
		}
	}
	if seconds > 18*3600 || !r.set(offset, int64(sign*seconds)) {
		return r.fail(s, start)
	}
	return pos, true
}

// minutes reads two digits below 60, after a colon where the step has one.
func (r *reader) minutes(s *step, pos int) (v, end int, ok bool) {
	if s.colon {
		if pos == len(r.text) || r.text[pos] != ':' {
			return 0, pos, false
		}
		pos++
	}
	v, ok = r.digits(pos)
	return v, pos + 2, ok && v < 60
}

// gmt reads GMT, GMT+1 or GMT+01:00.
func (r *reader) gmt(s *step, start int) (int, bool) {
	if !hasFoldPrefix(r.text[start:], "GMT") {
		return r.fail(s, start)
	}
	pos := start + 3
	if pos == len(r.text) || r.text[pos] != '+' && r.text[pos] != '-' {
		return pos, r.set(offset, 0)
	}
	end := pos + 1
	for end < len(r.text) && (r.text[end]-'0' <= 9 || r.text[end] == ':') {
		end++
	}
	z, err := offsetZone("", r.text[pos:end], "")
	if err != nil || s.style == full && end-pos < 6 || !r.set(offset, int64(z.offset)) {
		return r.fail(s, start)
	}
	return end, true
}

// zoneID reads the longest zone ID, or for names an abbreviation or full name.
func (r *reader) zoneID(s *step, pos int) (int, bool) {
	rest := r.text[pos:]
	if s.kind == zoneName {
		best := -1
		for k, n := range zoneNames {
			for _, name := range []string{n.abbreviation, n.name} {
				if hasFoldPrefix(rest, name) && !zoneContinues(rest[len(name):]) && best < 0 {
					best = k
					rest = rest[:len(name)]
				}
			}
		}
		if best >= 0 {
			if z, err := LoadZone(zoneNames[best].region); err == nil {
				r.zone = z
				return pos + len(rest), true
			}
		}
	}
	end := 0
	for end < min(len(rest), longestID) && (isLetter(rest[end]) || rest[end]-'0' <= 9 || strings.IndexByte("/_+-:", rest[end]) >= 0) {
		end++
	}
	for ; end > 0; end-- {
		if end < len(rest) && isLetter(rest[end-1]) && isLetter(rest[end]) {
			continue // Inside a word.
		}
		id := rest[:end]
		if end == 1 && (id == "z" || id == "Z") {
			id = "Z"
		}
		if z, err := LoadZone(id); err == nil {
			r.zone = z
			return pos + end, true
		}
	}
	return r.fail(s, pos)
}

// zoneContinues tells whether a zone's name goes on: CET+1 or Cuba/x is not CET
// or Cuba.
func zoneContinues(rest string) bool { return rest != "" && (isLetter(rest[0]) || rest[0] == '/') }
