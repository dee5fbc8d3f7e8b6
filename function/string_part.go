package function

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/types"
)

func partFunctions() []*Scalar {
	return []*Scalar{
		scalar("LEN", categoryString, "Returns the length of a text in UTF-16 units, or of a binary value in bytes.",
			docs{"value": "the text or binary value"},
			[]Example{{"LEN('stream')", "6"}, {"LEN('')", "0"}},
			over("(value STRING) -> INT", map1(func(s string) int32 { return int32(utf16Len(s)) })),
			over("(value BYTES) -> INT", map1(func(s string) int32 { return int32(len(s)) }))),
		scalar("SUBSTRING", categoryString, "Returns the part of a text or binary value that begins at a position.",
			docs{"value": "the text or binary value", "pos": "where the part begins: 1 is the first character, -1 the last",
				"length": "how long the part is at most; to the end when left out"},
			[]Example{{"SUBSTRING('stream', 2)", "tream"}, {"SUBSTRING('stream', 2, 3)", "tre"}, {"SUBSTRING('stream', -2)", "am"}},
			over("(value STRING, pos INT) -> STRING", substringMaker),
			over("(value STRING, pos INT, length INT) -> STRING", substringMaker),
			over("(value BYTES, pos INT) -> BYTES", substringKernel(true)),
			over("(value BYTES, pos INT, length INT) -> BYTES", substringKernel(true))),
		scalar("TRIM", categoryString, "Removes blanks and control characters from both ends of a text.",
			docs{"text": "the text to trim"},
			[]Example{{"TRIM('  stream ')", "stream"}},
			over("(text STRING) -> STRING", map1(trim))),
		scalar("INSTR", categoryString, "Returns the position of a text inside another, 0 when it does not occur.",
			docs{"text": "where to search", "part": "what to search for",
				"pos":        "where the search begins: 1 is the first character; from a negative position, counted from the end, the search goes backwards",
				"occurrence": "which occurrence to find, 1 for the first"},
			[]Example{{"INSTR('corporate floor', 'or')", "2"}, {"INSTR('corporate floor', 'or', 3)", "5"},
				{"INSTR('corporate floor', 'or', -1, 2)", "5"}},
			over("(text STRING, part STRING) -> INT", instrKernel),
			over("(text STRING, part STRING, pos INT!) -> INT", instrKernel),
			over("(text STRING, part STRING, pos INT!, occurrence INT!) -> INT", instrKernel)),
	}
}

// trim removes characters up to U+0020 from both ends, as Java does.
func trim(s string) string {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// substringKernel shares memory with the argument, except when a position cuts
// a surrogate pair.
func substringKernel(bytes bool) maker {
	return strict(kernel(func(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
		values, positions := args[0].Str, args[1].I32
		var lengths []int32
		if len(args) == 3 {
			lengths = args[2].I32
		}
		for _, r := range rows {
			s, pos, length := values[r], int(positions[r]), int(^uint32(0)>>1)
			if lengths != nil {
				length = max(int(lengths[r]), 0)
			}
			// Only the text up to the end of the part needs to be ASCII for positions
			// to be bytes; from the end backwards all of it.
			end := len(s)
			if pos >= 0 {
				end = min(end, max(pos-1, 0)+length)
			}
			if bytes || isASCII(s[:end]) {
				from := startOf(len(s), pos)
				out.Str[r] = s[from:min(from+length, len(s))]
				continue
			}
			from := startOf(utf16Len(s), pos)
			out.Str[r] = unitRange(s, from, from+length, out)
		}
	}))
}

// substringLegacy is the property that gives SUBSTRING of a text the arguments
// it had in the dialect's first versions.
const substringLegacy = "ksql.functions.substring.legacy.args"

func substringMaker(call *Call) (Kernel, error) {
	if strings.EqualFold(call.Config[substringLegacy], "true") {
		return legacySubstring(call)
	}
	return substringKernel(false)(call)
}

// legacySubstring takes where the part begins and, exclusively, ends, both
// counted from 0; what is not inside the text is a failure.
var legacySubstring = perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
	s, from := args[0].Str[i], int(args[1].I32[i])
	n := utf16Len(s)
	to := n
	if len(args) == 3 {
		to = int(args[2].I32[i])
	}
	if from < 0 || to > n || from > to {
		return fmt.Errorf("characters %d to %d are not inside a text of %d; expected 0 <= begin <= end <= length, as %s is true", from, to, n, substringLegacy)
	}
	out.Str[i] = unitRange(s, from, to, out)
	return nil
})

// startOf returns where position pos begins in a text of n units.
func startOf(n, pos int) int {
	if pos < 0 {
		return max(n+pos, 0)
	}
	return max(min(pos-1, n), 0)
}

// unitRange returns UTF-16 units from (inclusive) to (exclusive) of s, which
// may be beyond the end.
func unitRange(s string, from, to int, out *types.Vector) string {
	a, whole := byteIndex(s, from)
	b, wholeEnd := byteIndex(s, to)
	if whole && wholeEnd {
		return s[a:max(a, b)]
	}
	units := appendUnits(nil, s)
	return out.Own(appendUTF8(nil, units[from:min(to, len(units))]))
}

// instrKernel gives 0 for NULL texts.
func instrKernel(*Call) (Kernel, error) {
	return func(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
		for _, r := range rows {
			i := int(r)
			out.I32[i] = 0
			if args[0].IsNull(i) || args[1].IsNull(i) {
				continue
			}
			pos, occurrence := 1, 1
			if len(args) > 2 {
				pos = int(args[2].I32[i])
			}
			if len(args) > 3 {
				occurrence = int(args[3].I32[i])
			}
			out.I32[i] = int32(instr(args[0].Str[i], args[1].Str[i], pos, occurrence))
		}
	}, nil
}

// instr finds an occurrence of part in s at or after position pos, or at or
// before -pos counted from the end. Occurrences may overlap.
func instr(s, part string, pos, occurrence int) int {
	n := utf16Len(s)
	if pos > n || -pos > n || occurrence < 1 {
		return 0
	}
	at := 0
	if pos < 0 {
		at, _ = byteIndex(s, n+pos)
		at = lastIndexUpTo(s, part, at)
		for ; occurrence > 1 && at >= 0; occurrence-- {
			at = lastIndexUpTo(s, part, at-1)
		}
	} else {
		at, _ = byteIndex(s, max(pos-1, 0))
		at = indexFrom(s, part, at)
		for ; occurrence > 1 && at >= 0; occurrence-- {
			at = indexFrom(s, part, at+1)
		}
	}
	if at < 0 {
		return 0
	}
	return utf16Len(s[:at]) + 1
}

func indexFrom(s, part string, from int) int {
	if from > len(s) {
		return -1
	}
	k := strings.Index(s[from:], part)
	if k < 0 {
		return -1
	}
	return from + k
}

// lastIndexUpTo returns the last occurrence that begins at or before byte at.
func lastIndexUpTo(s, part string, at int) int {
	if at < 0 {
		return -1
	}
	return strings.LastIndex(s[:min(at+len(part), len(s))], part)
}
