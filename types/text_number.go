package types

import (
	"math"
	"strconv"
	"strings"

	"github.com/leatdb/leat/internal/javanum"
)

// AppendJavaDouble appends f as Java's Double.toString does: the shortest digits
// that read back as f, at least one after the point, with an exponent below 1E-3
// and from 1E7 on (1.0E10), and NaN, Infinity, -Infinity.
func AppendJavaDouble(dst []byte, f float64) []byte { return javanum.AppendDouble(dst, f) }

// ParseInteger reads an optional sign and decimal digits, with blanks around
// them, as an integer of the given number of bits (32 or 64).
func ParseInteger(text string, bits int) (int64, error) {
	t := trim(text)
	n, err := strconv.ParseInt(t, 10, bits)
	if err != nil {
		if bits == 32 {
			return 0, badText(text, IntegerType, "a whole number from -2147483648 to 2147483647")
		}
		return 0, badText(text, BigIntType, "a whole number from -9223372036854775808 to 9223372036854775807")
	}
	return n, nil
}

// ParseDouble reads a decimal (or Java hexadecimal) floating-point number, with
// blanks around it. NaN and infinite values are errors.
func ParseDouble(text string) (float64, error) {
	f, ok := javanum.ParseDouble(text)
	if !ok || math.IsInf(f, 0) || f != f {
		return 0, badText(text, DoubleType, "a finite number such as 1.5 or 2E10")
	}
	return f, nil
}

// ParseDecimal reads a decimal number, an exponent allowed, into row i of a
// DECIMAL vector, rounding half up to its scale. A value that does not fit the
// precision is a [DecimalOverflow].
func ParseDecimal(text string, v *Vector, i int) error {
	d, ok := scanDecimal(trim(text))
	if !ok {
		return badText(text, v.Type, "a number such as 1.5 or 2E10")
	}
	return d.store(v, i)
}

// DoubleToDecimal rounds the decimal text of f half up into row i of a DECIMAL
// vector.
func DoubleToDecimal(f float64, v *Vector, i int) error {
	if math.IsInf(f, 0) || f != f {
		return badText(string(AppendJavaDouble(nil, f)), v.Type, "a finite number")
	}
	var buf [32]byte
	d, _ := scanDecimal(View(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)))
	return d.store(v, i)
}

// digits is a scanned number: (int.frac) * 10^exp.
type digits struct {
	neg       bool
	int, frac string
	exp       int
}

func scanDecimal(t string) (d digits, ok bool) {
	if len(t) > 0 && (t[0] == '-' || t[0] == '+') {
		d.neg = t[0] == '-'
		t = t[1:]
	}
	n := countDigits(t)
	d.int, t = t[:n], t[n:]
	if len(t) > 0 && t[0] == '.' {
		n = countDigits(t[1:])
		d.frac, t = t[1:1+n], t[1+n:]
	}
	if len(d.int)+len(d.frac) == 0 {
		return d, false
	}
	if len(t) == 0 {
		return d, true
	}
	if t[0] != 'e' && t[0] != 'E' {
		return d, false
	}
	exp, err := strconv.ParseInt(t[1:], 10, 32)
	d.exp = int(exp)
	return d, err == nil
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n]-'0' <= 9 {
		n++
	}
	return n
}

// at returns digit k of int and frac together.
func (d *digits) at(k int) byte {
	if k < len(d.int) {
		return d.int[k]
	}
	return d.frac[k-len(d.int)]
}

// store rounds the number to row i of a DECIMAL vector. It works on digits, so
// that a huge exponent costs nothing.
func (d *digits) store(v *Vector, i int) error {
	total := len(d.int) + len(d.frac)
	lead := 0
	for lead < total && d.at(lead) == '0' {
		lead++
	}
	// keep is the number of digits that are left of the last place of the scale.
	keep := len(d.int) + d.exp + v.Type.Scale
	if lead == total || keep < lead {
		v.SetDecimal64(i, 0)
		return nil
	}
	if keep-lead > v.Type.Precision {
		return d.overflow(v.Type)
	}
	up := keep < total && d.at(keep) >= '5'
	if keep-lead <= 18 {
		var n int64
		for k := lead; k < keep; k++ {
			n *= 10
			if k < total {
				n += int64(d.at(k) - '0')
			}
		}
		if up {
			n++
		}
		if d.neg {
			n = -n
		}
		if !fits64(n, v.Type.Precision) {
			return d.overflow(v.Type)
		}
		v.SetDecimal64(i, n)
		return nil
	}
	return d.storeWide(v, i, lead, keep, up)
}

func (d *digits) overflow(t *Type) error {
	var text strings.Builder
	if d.neg {
		text.WriteByte('-')
	}
	text.WriteString(d.int)
	if d.frac != "" {
		text.WriteString("." + d.frac)
	}
	if d.exp != 0 {
		text.WriteString("E" + strconv.Itoa(d.exp))
	}
	return &DecimalOverflow{Type: t, Value: text.String()}
}
