package shell

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/leatdb/leat/types"
)

// FormatValue writes a value of a result as people read it. Control characters
// are escaped so that no value can change the state of a terminal.
func FormatValue(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return escapeControl(v)
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Sprint(v)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = FormatValue(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case types.MapValue:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = FormatValue(e.Key) + "=" + FormatValue(e.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case types.StructValue:
		parts := make([]string, len(v))
		for i, f := range v {
			parts[i] = f.Name + "=" + FormatValue(f.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}

func escapeControl(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] == 0x7f || s[i] == 0xc2 {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Fit pads or cuts s to exactly width columns of a terminal, numbers to the
// right. A cut text ends in an ellipsis.
func Fit(s string, width int, right bool) string {
	w := uniseg.StringWidth(s)
	if w > width {
		return cutPadded(s, width)
	}
	pad := strings.Repeat(" ", width-w)
	if right {
		return pad + s
	}
	return s + pad
}

func cutPadded(s string, width int) string {
	if width <= 0 {
		return ""
	}
	var b strings.Builder
	used := 0
	g := uniseg.NewGraphemes(s)
	for g.Next() {
		if used+g.Width() > width-1 {
			break
		}
		b.WriteString(g.Str())
		used += g.Width()
	}
	b.WriteString("…")
	return b.String() + strings.Repeat(" ", width-1-used)
}

// Cut shortens s to at most width columns of a terminal.
func Cut(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	return cutPadded(s, width)
}
