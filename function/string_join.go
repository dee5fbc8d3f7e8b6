package function

import (
	"errors"
	"strings"

	"github.com/leatdb/leat/types"
)

func joinFunctions() []*Scalar {
	return []*Scalar{
		scalar("CONCAT", categoryString, "Joins texts or binary values, leaving out NULLs; the operator || does the same.",
			docs{"values": "what to join"},
			[]Example{{"CONCAT('a', CAST(NULL AS STRING), 'b')", "ab"}},
			over("(values STRING...) -> STRING", kernel(concat)),
			over("(values BYTES...) -> BYTES", kernel(concat))),
		scalar("CONCAT_WS", categoryString, "Joins texts or binary values with a separator between them, leaving out NULLs.",
			docs{"separator": "what to put between the values; when it is NULL, so is the result", "values": "what to join"},
			[]Example{{"CONCAT_WS(', ', 'a', 'b', CAST(NULL AS STRING), 'c')", "a, b, c"}},
			over("(separator STRING, values STRING...) -> STRING", kernel(concatWS)),
			over("(separator BYTES, values BYTES...) -> BYTES", kernel(concatWS))),
		scalar("REPLACE", categoryString, "Replaces every occurrence of a part of a text.",
			docs{"text": "the text to change", "old": "the part to replace", "new": "what to put in its place"},
			[]Example{{"REPLACE('some-foo', 'foo', 'bar')", "some-bar"}},
			over("(text STRING, old STRING, new STRING) -> STRING", strict(kernel(replace)))),
		scalar("ELT", categoryString, "Returns the n-th of its other arguments, NULL when there is no such one.",
			docs{"n": "which argument to return, 1 for the first", "values": "the values to choose from"},
			[]Example{{"ELT(2, 'a', 'b')", "b"}},
			over("(n INT!, values STRING...) -> STRING", perRow(func(args []*types.Vector, i int, out *types.Vector) error {
				n := int(args[0].I32[i])
				if n < 1 || n >= len(args) {
					out.SetNull(i)
					return nil
				}
				out.Copy(i, args[n], i)
				return nil
			}))),
		scalar("FIELD", categoryString, "Returns which of its other arguments equals the first, 1 for the first of them and 0 for none.",
			docs{"value": "the value to find", "values": "where to find it"},
			[]Example{{"FIELD('b', 'a', 'b')", "2"}},
			over("(value STRING, values STRING...) -> INT", perRow(func(args []*types.Vector, i int, out *types.Vector) error {
				out.I32[i] = 0
				for k := 1; k < len(args) && !args[0].IsNull(i); k++ {
					if !args[k].IsNull(i) && args[k].Str[i] == args[0].Str[i] {
						out.I32[i] = int32(k)
						break
					}
				}
				return nil
			}))),
	}
}

func concat(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
	for _, r := range rows {
		n := 0
		for _, a := range args {
			n += len(value(a, r))
		}
		dst := out.Alloc(n)
		n = 0
		for _, a := range args {
			n += copy(dst[n:], value(a, r))
		}
		out.Str[r] = types.View(dst)
	}
}

// value returns the text in row r, empty for NULL.
func value(v *types.Vector, r uint32) string {
	if v.Nulls.Get(int(r)) {
		return ""
	}
	return v.Str[r]
}

func concatWS(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
	separator, values := args[0], args[1:]
	for _, r := range rows {
		if len(values) == 0 {
			fail(r, errTooFew, out, errs)
			continue
		}
		if separator.IsNull(int(r)) {
			out.SetNull(int(r))
			continue
		}
		sep := separator.Str[r]
		n := -len(sep)
		for _, v := range values {
			if !v.IsNull(int(r)) {
				n += len(v.Str[r]) + len(sep)
			}
		}
		dst := out.Alloc(max(n, 0))
		n = 0
		first := true
		for _, v := range values {
			if v.IsNull(int(r)) {
				continue
			}
			if !first {
				n += copy(dst[n:], sep)
			}
			first = false
			n += copy(dst[n:], v.Str[r])
		}
		out.Str[r] = types.View(dst)
	}
}

var errTooFew = errors.New("expected a separator and at least one value")

// replace counts first, so that the result is written once into the vector's
// memory, and texts without an occurrence are shared.
func replace(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
	for _, r := range rows {
		s, old, new := args[0].Str[r], args[1].Str[r], args[2].Str[r]
		n := strings.Count(s, old)
		if n == 0 || old == new {
			out.Str[r] = s
			continue
		}
		if old == "" {
			out.Str[r] = out.OwnString(strings.ReplaceAll(s, old, new))
			continue
		}
		dst := out.Alloc(len(s) + n*(len(new)-len(old)))
		at := 0
		for range n {
			k := strings.Index(s, old)
			at += copy(dst[at:], s[:k])
			at += copy(dst[at:], new)
			s = s[k+len(old):]
		}
		copy(dst[at:], s)
		out.Str[r] = types.View(dst)
	}
}
