package function

import (
	"strings"
	"unicode/utf8"

	"github.com/leatdb/leat/types"
)

func splitFunctions() []*Scalar {
	return []*Scalar{
		scalar("SPLIT", categoryString, "Splits a text or binary value at every occurrence of a delimiter; an empty delimiter splits between all characters or bytes.",
			docs{"value": "what to split", "delimiter": "where to split it; taken as it is, not as a regular expression"},
			[]Example{{"SPLIT('a,b,,c', ',')", "[a, b, , c]"}, {"SPLIT('abc', '')", "[a, b, c]"}},
			over("(value STRING, delimiter STRING) -> ARRAY<STRING>", splitKernel(false)),
			over("(value BYTES, delimiter BYTES) -> ARRAY<BYTES>", splitKernel(true))),
		scalar("SPLIT_TO_MAP", categoryMap, "Splits a text into entries and those into keys and values; entries without the second delimiter are left out, and the last of equal keys counts.",
			docs{"text": "the text to split", "entry_delimiter": "what stands between entries", "kv_delimiter": "what stands between a key and its value"},
			[]Example{{"SPLIT_TO_MAP('apple:green/cherry:red', '/', ':')", "{apple=green, cherry=red}"}},
			over("(text STRING, entry_delimiter STRING, kv_delimiter STRING) -> MAP<STRING, STRING>", perRowStrict(splitToMap))),
	}
}

// splitKernel's pieces share memory with the argument.
func splitKernel(bytes bool) maker {
	return strict(kernel(func(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
		pieces := out.Kids[0]
		for _, r := range rows {
			s, delimiter := args[0].Str[r], args[1].Str[r]
			start := len(pieces.Str)
			switch len(delimiter) {
			case 0:
				pieces.Str = appendCharacters(pieces.Str, s, bytes)
			case 1:
				pieces.Str = splitByte(pieces.Str, s, delimiter[0])
			default:
				pieces.Str = splitText(pieces.Str, s, delimiter)
			}
			out.Span[r] = types.Span{Start: uint32(start), Len: uint32(len(pieces.Str) - start)}
		}
		pieces.Len = len(pieces.Str)
	}))
}

func splitByte(dst []string, s string, delimiter byte) []string {
	for {
		k := strings.IndexByte(s, delimiter)
		if k < 0 {
			return append(dst, s)
		}
		dst = append(dst, s[:k])
		s = s[k+1:]
	}
}

func splitText(dst []string, s, delimiter string) []string {
	for {
		k := strings.Index(s, delimiter)
		if k < 0 {
			return append(dst, s)
		}
		dst = append(dst, s[:k])
		s = s[k+len(delimiter):]
	}
}

// appendCharacters appends every character of s; nothing gives one empty piece.
func appendCharacters(dst []string, s string, bytes bool) []string {
	if s == "" {
		return append(dst, "")
	}
	for s != "" {
		n := 1
		if !bytes {
			_, n = utf8.DecodeRuneInString(s)
		}
		dst = append(dst, s[:n])
		s = s[n:]
	}
	return dst
}

func splitToMap(args []*types.Vector, i int, out *types.Vector) error {
	s, entryDelimiter, kvDelimiter := args[0].Str[i], args[1].Str[i], args[2].Str[i]
	if entryDelimiter == "" || kvDelimiter == "" || entryDelimiter == kvDelimiter {
		out.SetNull(i)
		return nil
	}
	m := newMapWriter(out, i)
	for more := true; more; {
		var entry string
		entry, s, more = strings.Cut(s, entryDelimiter)
		key, rest, ok := strings.Cut(entry, kvDelimiter)
		if !ok {
			continue
		}
		value, _, _ := strings.Cut(rest, kvDelimiter)
		m.put(key, value)
	}
	m.close()
	return nil
}
