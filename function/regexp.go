package function

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

func regexpFunctions() []*Scalar {
	const dialect = "a regular expression of Java"
	extract := docs{"pattern": dialect, "text": "where to search", "group": "the group to return, 0 for all that matches; a group that the pattern has not gives NULL"}
	return []*Scalar{
		scalar("REGEXP_EXTRACT", categoryRegexp, "Returns the first part of a text that matches a regular expression, or a group of it; NULL when nothing matches.", extract,
			[]Example{{"REGEXP_EXTRACT('b[a-z]', 'foo bar baz')", "ba"}, {"REGEXP_EXTRACT('(.*) (.*)', 'foo bar', 2)", "bar"}},
			over("(pattern STRING, text STRING) -> STRING", perCallStrict(compiled(0, compilePattern, regexpExtract))),
			over("(pattern STRING, text STRING, group INT) -> STRING", perCallStrict(compiled(0, compilePattern, regexpExtract)))),
		scalar("REGEXP_EXTRACT_ALL", categoryRegexp, "Returns all parts of a text that match a regular expression, or a group of each.", extract,
			[]Example{{"REGEXP_EXTRACT_ALL('b[a-z]', 'foo bar baz')", "[ba, ba]"}, {"REGEXP_EXTRACT_ALL('(\\w)o', 'foo bob', 1)", "[f, b]"}},
			over("(pattern STRING, text STRING) -> ARRAY<STRING>", perCallStrict(compiled(0, compilePattern, regexpExtractAll))),
			over("(pattern STRING, text STRING, group INT) -> ARRAY<STRING>", perCallStrict(compiled(0, compilePattern, regexpExtractAll)))),
		scalar("REGEXP_REPLACE", categoryRegexp, "Replaces every part of a text that matches a regular expression.",
			docs{"text": "the text to change", "pattern": dialect, "replacement": "what to put in its place; $1 is the first group, ${name} a named one, and a backslash takes the next character as it is"},
			[]Example{{"REGEXP_REPLACE('foo bar', '(o+)', '<$1>')", "f<oo> bar"}},
			over("(text STRING, pattern STRING, replacement STRING) -> STRING", perCallStrict(regexpReplace))),
		scalar("REGEXP_SPLIT_TO_ARRAY", categoryRegexp, "Splits a text at every part that matches a regular expression.",
			docs{"text": "the text to split", "pattern": dialect},
			[]Example{{"REGEXP_SPLIT_TO_ARRAY('a, b;c', '[,;] *')", "[a, b, c]"}},
			over("(text STRING, pattern STRING) -> ARRAY<STRING>", perCallStrict(compiled(1, compilePattern, regexpSplit)))),
	}
}

// groupOf returns the group that argument 2 asks for, and whether the pattern
// has it.
func (p *pattern) groupOf(args []*types.Vector, i int) (g int, ok bool, err error) {
	if len(args) == 3 {
		g = int(args[2].I32[i])
	}
	if g < 0 {
		return 0, false, fmt.Errorf("there is no group %d; expected 0 or more", g)
	}
	return g, g <= p.groups, nil
}

func regexpExtract(p *pattern, args []*types.Vector, i int, out *types.Vector) error {
	g, ok, err := p.groupOf(args, i)
	if err != nil {
		return err
	}
	s := args[1].Str[i]
	if ok && p.find(s, 0) {
		if out.Str[i], ok = p.group(s, g); ok {
			return nil
		}
	}
	out.SetNull(i)
	return p.gaveUp()
}

func regexpExtractAll(p *pattern, args []*types.Vector, i int, out *types.Vector) error {
	g, ok, err := p.groupOf(args, i)
	if err != nil {
		return err
	}
	if !ok {
		out.SetNull(i)
		return nil
	}
	s := args[1].Str[i]
	w := newArrayWriter(out, i)
	for more := p.find(s, 0); more; more = p.next(s) {
		part, ok := p.group(s, g)
		w.addText(part)
		if !ok {
			out.Kids[0].SetNull(out.Kids[0].Len - 1)
		}
	}
	w.close()
	return p.gaveUp()
}

// regexpSplit keeps empty pieces, but none before or behind a match that takes
// nothing. Where the pattern matches the empty text they are dropped at the end,
// and so is one before an empty first match.
func regexpSplit(p *pattern, args []*types.Vector, i int, out *types.Vector) error {
	s := args[0].Str[i]
	w := newArrayWriter(out, i)
	from, empty := 0, false
	for more := p.find(s, 0); more; more = p.next(s) {
		nothing := p.caps[0] == p.caps[1]
		if p.nullable && p.caps[1] == 0 || nothing && !p.nullable && p.caps[1] == from {
			continue
		}
		w.addText(s[from:p.caps[0]])
		from, empty = p.caps[1], nothing
	}
	if from < len(s) || p.nullable || !empty {
		w.addText(s[from:])
	}
	w.close()
	if p.nullable && from > 0 {
		w.trimEmpty()
	}
	return p.gaveUp()
}

// trimEmpty drops empty texts at the end of the array.
func (w *arrayWriter) trimEmpty() {
	span := &w.out.Span[w.row]
	for span.Len > 0 && w.out.Kids[0].Str[span.Start+span.Len-1] == "" {
		span.Len--
	}
}
