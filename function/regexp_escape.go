package function

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escape translates what a backslash begins outside of classes.
func (t *translator) escape() error {
	if t.pos+1 == len(t.src) {
		return t.fail("nothing follows the last backslash")
	}
	switch c := t.src[t.pos+1]; c {
	case 'A', 'z', 'b', 'B':
		t.out.WriteString(t.src[t.pos : t.pos+2])
		t.pos += 2
		return nil
	case 'Z':
		t.out.WriteString("(?m:$)")
		t.pos += 2
		return nil
	case 'R':
		t.out.WriteString(`(?:\r\n|[\v\f` + lineEnds + `])`)
		t.pos += 2
		return nil
	case 'Q':
		t.quote()
		return nil
	case 'E':
		t.pos += 2
		return nil
	case 'G':
		t.pos += 2
		t.assert(&assertion{kind: lastEnd})
		return nil
	case 'X':
		return t.unsupported(`the grapheme cluster \X`)
	case 'k':
		return t.namedReference()
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		t.numberedReference()
		return nil
	}
	if set, ok, err := t.classEscape(); err != nil || ok {
		if ok {
			set.write(&t.out)
		}
		return err
	}
	r, err := t.charEscape()
	if err == nil {
		t.literal(r)
	}
	return err
}

// quote copies \Q...\E as literal characters.
func (t *translator) quote() {
	text := t.src[t.pos+2:]
	t.pos = len(t.src)
	if k := strings.Index(text, `\E`); k >= 0 {
		t.pos -= len(text) - k - 2
		text = text[:k]
	}
	for _, r := range text {
		t.markAtom()
		t.literal(r)
	}
}

func quoteRune(r rune) string {
	if r < ' ' || r > '~' {
		return fmt.Sprintf(`\x{%X}`, r)
	}
	return regexp.QuoteMeta(string(r))
}

// charEscape reads the escape of one character.
func (t *translator) charEscape() (rune, error) {
	start := t.pos
	r, size := utf8.DecodeRuneInString(t.src[t.pos+1:])
	t.pos += 1 + size
	if at := strings.IndexByte("tnrfae", byte(r)); at >= 0 && r < utf8.RuneSelf {
		return rune("\t\n\r\f\a\x1b"[at]), nil
	}
	switch {
	case r == 'x' && strings.HasPrefix(t.src[t.pos:], "{"):
		if end := strings.IndexByte(t.src[t.pos:], '}'); end > 0 {
			n, err := strconv.ParseUint(t.src[t.pos+1:t.pos+end], 16, 32)
			if err == nil && n <= utf8.MaxRune {
				t.pos += end + 1
				return rune(n), nil
			}
		}
	case r == 'x':
		if n, ok := t.hex(2); ok {
			return n, nil
		}
	case r == 'u':
		if n, ok := t.hex(4); ok {
			return t.surrogates(n), nil
		}
	case r == '0':
		if n := octalDigits(t.src[t.pos:] + "x"); n > 0 {
			code, _ := strconv.ParseUint(t.src[t.pos:t.pos+n], 8, 16)
			t.pos += n
			return rune(code), nil
		}
	case r == 'c' && t.pos < len(t.src):
		t.pos++
		return rune(t.src[t.pos-1] ^ 64), nil
	case r >= utf8.RuneSelf || !isAlpha(byte(r)) && !isDigit(byte(r)):
		return r, nil
	}
	t.pos = start
	return 0, t.fail(`\%c is no escape`, r)
}

func (t *translator) hex(digits int) (rune, bool) {
	if t.pos+digits > len(t.src) {
		return 0, false
	}
	n, err := strconv.ParseUint(t.src[t.pos:t.pos+digits], 16, 32)
	if err == nil {
		t.pos += digits
	}
	return rune(n), err == nil
}

// surrogates joins \uD83D with a following \uDE00.
func (t *translator) surrogates(r rune) rune {
	if !utf16.IsSurrogate(r) || !t.peek(`\u`) {
		return r
	}
	before := t.pos
	t.pos += 2
	if low, ok := t.hex(4); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair
		}
	}
	t.pos = before
	return r
}
