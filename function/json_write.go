package function

import (
	"slices"
	"strconv"
	"strings"

	"github.com/leatdb/leat/types"
)

// appendValue appends row i of v as JSON: fields of structs and entries of maps
// sorted by name, BYTES in base64, and what JSON has no form for as text.
func appendValue(dst []byte, v *types.Vector, i int) []byte {
	if v.IsNull(i) || v.Type.Kind == types.Null {
		return append(dst, "null"...)
	}
	switch v.Type.Kind {
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool[i])
	case types.Integer, types.BigInt, types.Decimal:
		return v.AppendText(dst, i)
	case types.Double:
		if x := v.F64[i]; x-x != 0 { // NaN or infinite.
			return append(types.AppendJavaDouble(append(dst, '"'), x), '"')
		}
		return v.AppendText(dst, i)
	case types.String:
		return appendJSONString(dst, v.Str[i])
	case types.Array:
		dst = append(dst, '[')
		for e := range elements(v, i) {
			if e > int(v.Span[i].Start) {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, v.Kids[0], e)
		}
		return append(dst, ']')
	case types.Map:
		return appendEntries(dst, v, i)
	case types.Struct:
		return appendFields(dst, v, i)
	}
	return append(v.AppendText(append(dst, '"'), i), '"')
}

func appendEntries(dst []byte, v *types.Vector, i int) []byte {
	keys := v.Kids[0]
	rows := slices.Collect(elements(v, i))
	slices.SortStableFunc(rows, func(a, b int) int { return types.CompareAt(keys, a, keys, b) })
	dst = append(dst, '{')
	for k, e := range rows {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, string(keys.AppendText(nil, e))), ':')
		dst = appendValue(dst, v.Kids[1], e)
	}
	return append(dst, '}')
}

func appendFields(dst []byte, v *types.Vector, i int) []byte {
	fields := v.Type.Fields
	order := make([]int, len(fields))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(fields[a].Name, fields[b].Name) })
	dst = append(dst, '{')
	for n, k := range order {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, fields[k].Name), ':')
		dst = appendValue(dst, v.Kids[k], i)
	}
	return append(dst, '}')
}
