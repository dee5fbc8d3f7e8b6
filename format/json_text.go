package format

import (
	"bytes"

	"github.com/leatdb/leat/types"
)

// jsonText turns JSON values into the text a STRING column gets from them:
// strings, numbers and literals as they are, objects as compact JSON, arrays as
// [a, b] with the text of each element. All its input has been checked.
type jsonText struct {
	str     []byte       // A string without its escapes.
	members []jsonMember // A stack: the members of the objects being written.
}

// jsonMember is where a member's name and value stand in the output.
type jsonMember struct {
	name, value [2]int // From, to.
	repeated    bool   // An earlier member has the name; its value is now this one.
}

// append writes the text of raw, one value without white space around it.
func (t *jsonText) append(dst, raw []byte) []byte {
	dst, _ = t.text(dst, raw, 0)
	return dst
}

// text writes the value at raw[i] and returns the position after it.
func (t *jsonText) text(dst, raw []byte, i int) ([]byte, int) {
	switch raw[i] {
	case '"':
		end := closingQuote(raw, i+1)
		return appendUnescaped(dst, raw[i+1:end]), end + 1
	case '[':
		return t.list(dst, raw, i, ", ", (*jsonText).text)
	}
	return t.compact(dst, raw, i)
}

// compact writes the value at raw[i] as JSON without white space.
func (t *jsonText) compact(dst, raw []byte, i int) ([]byte, int) {
	switch raw[i] {
	case '"':
		end := closingQuote(raw, i+1)
		t.str = appendUnescaped(t.str[:0], raw[i+1:end])
		return AppendJSONString(dst, types.View(t.str)), end + 1
	case '[':
		return t.list(dst, raw, i, ",", (*jsonText).compact)
	case '{':
		return t.object(dst, raw, i)
	}
	end := i
	for end < len(raw) && bytes.IndexByte(scalarEnds, raw[end]) < 0 {
		end++
	}
	return appendScalar(dst, raw[i:end]), end
}

var scalarEnds = []byte(",]} \t\r\n")

// appendScalar writes a number, true, false or null.
func appendScalar(dst, raw []byte) []byte {
	if n, ok := parseNumber(raw); ok && n.exp > -maxExponent && n.exp < maxExponent {
		return n.appendText(dst)
	}
	return append(dst, raw...)
}

// list writes the array at raw[i].
func (t *jsonText) list(dst, raw []byte, i int, comma string, element func(*jsonText, []byte, []byte, int) ([]byte, int)) ([]byte, int) {
	dst = append(dst, '[')
	i = skipSpace(raw, i+1)
	for raw[i] != ']' {
		if raw[i] == ',' {
			dst = append(dst, comma...)
			i = skipSpace(raw, i+1)
		}
		dst, i = element(t, dst, raw, i)
		i = skipSpace(raw, i)
	}
	return append(dst, ']'), i + 1
}

// object writes the object at raw[i]. Of members with the same name the last
// value counts, at the place of the first.
func (t *jsonText) object(dst, raw []byte, i int) ([]byte, int) {
	base, from := len(t.members), len(dst)
	dst = append(dst, '{')
	i = skipSpace(raw, i+1)
	for raw[i] != '}' {
		if raw[i] == ',' {
			dst = append(dst, ',')
			i = skipSpace(raw, i+1)
		}
		var m jsonMember
		m.name[0] = len(dst)
		dst, i = t.compact(dst, raw, i)
		m.name[1] = len(dst)
		dst = append(dst, ':')
		i = skipSpace(raw, skipSpace(raw, i)+1) // The colon.
		m.value[0] = len(dst)
		dst, i = t.compact(dst, raw, i)
		m.value[1] = len(dst)
		t.members = append(t.members, m)
		i = skipSpace(raw, i)
	}
	dst = append(dst, '}')
	if t.override(dst, base) {
		dst = t.rewrite(dst, base, from)
	}
	t.members = t.members[:base]
	return dst, i + 1
}

// override finds repeated names among the members from base on and gives the
// first of each the value of the last.
func (t *jsonText) override(dst []byte, base int) (any bool) {
	members := t.members[base:]
	var index map[string]int // Only for large objects.
	if len(members) > jsonFewKeys {
		index = make(map[string]int, len(members))
	}
	for k := range members {
		m := &members[k]
		name := dst[m.name[0]:m.name[1]]
		first, found := 0, false
		if index != nil {
			if first, found = index[string(name)]; !found {
				index[string(name)] = k
			}
		} else {
			for first = 0; first < k && !found; first++ {
				found = bytes.Equal(name, dst[members[first].name[0]:members[first].name[1]])
			}
			first--
		}
		if found {
			members[first].value = m.value
			m.repeated, any = true, true
		}
	}
	return any
}

// rewrite writes the object at dst[from:] again without the repeated members.
func (t *jsonText) rewrite(dst []byte, base, from int) []byte {
	out := []byte{'{'}
	for _, m := range t.members[base:] {
		if m.repeated {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, dst[m.name[0]:m.name[1]]...)
		out = append(out, ':')
		out = append(out, dst[m.value[0]:m.value[1]]...)
	}
	return append(append(dst[:from], out...), '}')
}
