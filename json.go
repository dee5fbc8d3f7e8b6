package leat

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/types"
)

// AppendJSON appends a value of a row as JSON: numbers as numbers (NaN and the
// infinities as text), decimals with their scale, times as ISO text, BYTES as
// base64.
func AppendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int32:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendDouble(dst, v)
	case string:
		return appendText(dst, v)
	case []byte:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v)
		return append(dst, '"')
	case types.DecimalValue:
		return types.AppendDecimal(dst, v.Unscaled, v.Scale)
	case types.DateValue:
		return appendText(dst, v.String())
	case types.TimeValue:
		return appendText(dst, time.UnixMilli(int64(v)).UTC().Format("15:04:05"))
	case types.TimestampValue:
		return appendText(dst, v.String())
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, e)
		}
		return append(dst, ']')
	case types.MapValue:
		dst = append(dst, '{')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendKey(dst, e.Key)
			dst = AppendJSON(dst, e.Value)
		}
		return append(dst, '}')
	case types.StructValue:
		dst = append(dst, '{')
		for i, f := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendText(dst, f.Name), ':')
			dst = AppendJSON(dst, f.Value)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// appendKey appends the key of a map entry; JSON wants it as text.
func appendKey(dst []byte, key any) []byte {
	if s, ok := key.(string); ok {
		return append(appendText(dst, s), ':')
	}
	return append(appendText(dst, string(AppendJSON(nil, key))), ':')
}

func appendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	b, err := json.Marshal(f)
	if err != nil {
		return append(dst, "null"...)
	}
	dst = append(dst, b...)
	if f == math.Trunc(f) && math.Abs(f) < 1e21 {
		dst = append(dst, ".0"...)
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	return format.AppendJSONString(dst, strings.ToValidUTF8(s, "\ufffd"))
}
