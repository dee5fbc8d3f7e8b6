package function

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/types"
)

func TestRegexpExtract(t *testing.T) {
	run(t,
		eq("test_", "REGEXP_EXTRACT", "test.", "some_test_string"), eq("NULL", "REGEXP_EXTRACT", "test.", "anothertest"), eq("zhang", "REGEXP_EXTRACT", "(.*) (.*)", "steven zhang", 2), eq("NULL", "REGEXP_EXTRACT", "(.*) (.*)", "agavra", 2), eq("steven zhang", "REGEXP_EXTRACT", "(.*) (.*)", "steven zhang", 0), eq("NULL", "REGEXP_EXTRACT", "a", "a", 1), eq("NULL", "REGEXP_EXTRACT", "(a)|b", "b", 1), eq("", "REGEXP_EXTRACT", "x*", "abc"),
		eq("NULL", "REGEXP_EXTRACT", noText, "a"), eq("NULL", "REGEXP_EXTRACT", "a", noText), eq("NULL", "REGEXP_EXTRACT", "a", "a", null("INT")), bad("there is no group -1", "REGEXP_EXTRACT", "a", "a", -1), bad("the class is not closed", "REGEXP_EXTRACT", "a[", "a"),
	)
}

func TestRegexpExtractAll(t *testing.T) {
	run(t,
		eq("[ba, ba]", "REGEXP_EXTRACT_ALL", "b[a-z]", "foo bar baz"), eq("[f, b]", "REGEXP_EXTRACT_ALL", "(\\w)o", "foo bob", 1), eq("[]", "REGEXP_EXTRACT_ALL", "x", "abc"), eq("NULL", "REGEXP_EXTRACT_ALL", "a", "abc", 1), eq("[a, NULL]", "REGEXP_EXTRACT_ALL", "(a)|b", "ab", 1), eq("['', aa, '', '']", "REGEXP_EXTRACT_ALL", "a*", "baac"), eq("[é, 😀]", "REGEXP_EXTRACT_ALL", "[^a]", "éa😀"),
		eq("NULL", "REGEXP_EXTRACT_ALL", noText, "a"), eq("NULL", "REGEXP_EXTRACT_ALL", "a", noText), eq("NULL", "REGEXP_EXTRACT_ALL", "a", "a", null("INT")), bad("there is no group -1", "REGEXP_EXTRACT_ALL", "a", "a", -1), bad("is not closed", "REGEXP_EXTRACT_ALL", "(", "a"),
	)
}

func TestRegexpReplace(t *testing.T) {
	run(t,
		eq("bacataa", "REGEXP_REPLACE", "baababaa", "(ab)+", "cat"), eq("bacatbcataa", "REGEXP_REPLACE", "baabbabaa", "(ab)+", "cat"), eq("f<oo> bar", "REGEXP_REPLACE", "foo bar", "(o+)", "<$1>"), eq("-b--c-", "REGEXP_REPLACE", "baac", "a*", "-"), eq("-a-é-", "REGEXP_REPLACE", "aé", "", "-"), eq("b-a", "REGEXP_REPLACE", "a-b", "(?<x>\\w)-(?<y>\\w)", "${y}-${x}"), eq("$1\\", "REGEXP_REPLACE", "a", "(a)", "\\$1\\\\"), eq("a0", "REGEXP_REPLACE", "a", "(a)", "$10"), eq("[a]", "REGEXP_REPLACE", "a", "a", "[$0]"), eq("", "REGEXP_REPLACE", "b", "(a)|b", "$1"), eq("same", "REGEXP_REPLACE", "same", "x", "$9"),
		eq("NULL", "REGEXP_REPLACE", noText, "a", "b"), eq("NULL", "REGEXP_REPLACE", "a", noText, "b"), eq("NULL", "REGEXP_REPLACE", "a", "a", noText), bad("the pattern has no group 1", "REGEXP_REPLACE", "a", "a", "$1"), bad("has no group named \"x\"", "REGEXP_REPLACE", "a", "a", "${x}"), bad("nothing follows the last", "REGEXP_REPLACE", "a", "a", "b$"), bad("expected the number", "REGEXP_REPLACE", "a", "a", "$x"), bad("is not closed", "REGEXP_REPLACE", "a", "[", "x"),
	)
}

func TestRegexpSplit(t *testing.T) {
	run(t,
		eq("[a, '', a]", "REGEXP_SPLIT_TO_ARRAY", "aabcda", "(ab|cd)"), eq("[a, d, a]", "REGEXP_SPLIT_TO_ARRAY", "aabdcda", "(ab|cd)"), eq("[zxy]", "REGEXP_SPLIT_TO_ARRAY", "zxy", "(ab|cd)"), eq("['', a, '']", "REGEXP_SPLIT_TO_ARRAY", "xax", "x"), eq("['']", "REGEXP_SPLIT_TO_ARRAY", "", "x"), eq("[a, b, c]", "REGEXP_SPLIT_TO_ARRAY", "abc", ""), eq("['', '', b, c]", "REGEXP_SPLIT_TO_ARRAY", "aabcaa", "a*"), eq("['']", "REGEXP_SPLIT_TO_ARRAY", "", ""), eq("[b]", "REGEXP_SPLIT_TO_ARRAY", "b", "a*"),
		eq("NULL", "REGEXP_SPLIT_TO_ARRAY", noText, "a"), eq("NULL", "REGEXP_SPLIT_TO_ARRAY", "a", noText),
		eq("[foo, Bar, Baz]", "REGEXP_SPLIT_TO_ARRAY", "fooBarBaz", "(?<=[a-z])(?=[A-Z])"), eq("[ab, ab]", "REGEXP_SPLIT_TO_ARRAY", "abab", "(?=a)"), eq("[ab, ab]", "REGEXP_SPLIT_TO_ARRAY", "abab", "(?<=b)"), eq("['', b, '']", "REGEXP_SPLIT_TO_ARRAY", "abc", "(?<!x)a|c"), eq("['']", "REGEXP_SPLIT_TO_ARRAY", "", "(?<=b)"),
	)
}

// Java's dialect: pattern, text, and what REGEXP_EXTRACT gives.
func TestRegexpDialect(t *testing.T) {
	for _, tt := range []struct{ pattern, text, want string }{
		{`a.c`, "a\rc abc", "abc"}, {`a.c`, "a\u2028c", "NULL"}, {`(?s)a.c`, "a\nc", "a\nc"}, {`(?d)a.c`, "a\rc", "a\rc"}, {`(?s:a.)c.`, "a\nc\na\rcx", "a\rcx"},
		{`b$`, "ab\n", "b"}, {`b$`, "ab\r\n", "b"}, {`b$`, "ab\n\n", "NULL"}, {`b\z`, "ab\n", "NULL"}, {`b\Z`, "ab\n", "b"}, {`(?m)a$`, "a\nb", "a"}, {`(?m)^b`, "a\nb", "b"}, {`(?m)^b`, "a\r\nb", "b"}, {`^b`, "a\nb", "NULL"}, {`(?m)^$`, "a\n", "NULL"},
		{`(?i)AbC`, "xaBcx", "aBc"}, {`(?i)é`, "É", "NULL"}, {`(?iu)é`, "É", "É"}, {`(?i)[a-c]+`, "ABCd", "ABC"}, {`(?i)[^a]+`, "aAbBa", "bB"}, {`(?i:a)b`, "AB Ab", "Ab"}, {`(?i)a(?-i)b`, "AB Ab", "Ab"}, {`(?i)s`, "ſ", "NULL"}, {`(?iu)k`, "\u212A", "\u212A"}, {`(?i)\W+`, "ſk", "ſ"},
		{`\s+`, "a \v\tb", " \v\t"}, {`[\s]+`, "a \vb", " \v"}, {`\h+`, "a\u00a0\tb", "\u00a0\t"}, {`\v+`, "a\n\u0085b", "\n\u0085"}, {`\R`, "a\r\nb", "\r\n"}, {`\H`, " x", "x"}, {`\d+`, "a٣12", "12"}, {`\bfoo\b`, "xfoo foo", "foo"}, {`\Bo`, "o oo", "o"},
		{`[a-d[m-p]]+`, "xamz", "am"}, {`[a-z&&[def]]+`, "abdefg", "def"}, {`[a-z&&[^bc]]+`, "bcad", "ad"}, {`[a-z&&[^m-p]&&[^q]]+`, "mqaz", "az"}, {`[^a-c&&[b-z]]+`, "bd", "d"}, {`[]a]+`, "a]b", "a]"}, {`[-a]+`, "x-a", "-a"}, {`[a-]+`, "x-a", "-a"}, {`[\d\-x]+`, "a1-x", "1-x"}, {`[\Q^]\E]+`, "a^]", "^]"}, {`[^\n]+`, "\nab", "ab"}, {`[&]+`, "a&&", "&&"}, {`[a&b]+`, "x&b", "&b"},
		{`\p{Lower}+`, "ABcdE", "cd"}, {`\P{Alpha}+`, "ab12", "12"}, {`\p{Lu}`, "aÉ", "É"}, {`\pL+`, "1éa", "éa"}, {`\p{IsGreek}+`, "aΩβ", "Ωβ"}, {`\p{script=Greek}`, "aΩ", "Ω"}, {`\p{IsAlphabetic}+`, "1é", "é"}, {`\p{Punct}+`, "a!?b", "!?"}, {`[\p{L}&&[^a]]+`, "abé", "bé"}, {`\p{XDigit}+`, "xyzAf0", "Af0"},
		{`\Qa.b\E+`, "a.bb a.b", "a.bb"}, {`\x41\u0042\x{43}\0104`, "ABCD", "ABCD"}, {`\uD83D\uDE00`, "a😀", "😀"}, {`\t\e\cA`, "\t\x1b\x01", "\t\x1b\x01"}, {`\.\*`, "a.*", ".*"}, {`a\Q`, "a", "a"}, {`\/`, "/", "/"},
		{`(?x) a b # comment`, "ab", "ab"}, {"(?x)a#x\nb", "ab", "ab"}, {`(?x)[a b]+`, "ab", "ab"}, {`a{2,3}`, "aaaa", "aaa"}, {`a{2,3}?`, "aaaa", "aa"}, {`a{2}`, "aaa", "aa"}, {`a{2,}`, "aaa", "aaa"}, {`(a|ab)(c|bcd)`, "abcd", "abcd"}, {`a|ab`, "ab", "a"}, {`(a*)*b`, "aab", "aab"}, {`(?<n>a)(?:b)`, "ab", "ab"}, {`}]`, "}]", "}]"},
	} {
		run(t, eq(tt.want, "REGEXP_EXTRACT", tt.pattern, tt.text))
	}
}

// What needs a backtracker: pattern, text, and what REGEXP_EXTRACT gives.
func TestRegexpAssertions(t *testing.T) {
	for _, tt := range []struct{ pattern, text, want string }{
		{`(\w)\1`, "hello", "ll"}, {`(a)(b)\2\1`, "xabba", "abba"}, {`(a)|b\1`, "b", "NULL"}, {`\1(a)`, "aa", "NULL"}, {`(a)\10`, "aa0", "aa0"}, {`(?i)(a)\1`, "aA", "aA"}, {`(?i)(é)\1`, "éÉ", "NULL"}, {`(?iu)(é)\1`, "éÉ", "éÉ"}, {`(?<q>['"]).*?\k<q>`, `say "it's" x`, `"it's"`},
		{`h(?=e)`, "ha he", "h"}, {`h(?!a)\w`, "ha he", "he"}, {`^(?=.*\d)(?=.*[a-z]).{4,}$`, "abc1", "abc1"}, {`^(?=.*\d)(?=.*[a-z]).{4,}$`, "abcd", "NULL"}, {`(?=(a+))\1b`, "aab", "aab"}, {`(?=(a+))a*b\1`, "baaabac", "aba"}, {`(?!(a))b\1`, "b", "NULL"}, {`(?:(?=a)a|b)+`, "xabba", "abba"}, {`(?:(?=b))*b`, "ab", "b"}, {`q(?!u)`, "quq", "q"},
		{`(?<=h)e`, "he", "e"}, {`(?<!h)e`, "hee", "e"}, {`(?<=ab|c)d`, "xd cd", "d"}, {`(?<=a{1,3})b`, "aaab", "b"}, {`(?<=^|,)\w`, ",x", "x"}, {`(?<=(\d\d))x\1`, "12x12", "x12"}, {`(?<=é)😀`, "é😀", "😀"}, {`(?<!\d)\d{2}(?!\d)`, "123 45 6", "45"}, {`(?<=(?=a).)b`, "ab", "b"}, {`(?<=\bfoo)bar`, "xfoobar foobar", "bar"},
		{`a++b`, "aab", "aab"}, {`a*+a`, "aaa", "NULL"}, {`a?+a`, "a", "NULL"}, {`a{1,2}+a`, "aa", "NULL"}, {`(ab)++c`, "ababc", "ababc"}, {`[ab]*+b`, "abab", "NULL"}, {`\Qab\E*+c`, "abbc", "abbc"}, {`(?x) a ++ b`, "aab", "aab"}, {`(?>a+)b`, "aab", "aab"}, {`(?>a|ab)c`, "abc", "NULL"}, {`(?>(a)|b)\1`, "baa", "aa"}, {`((a)|b)++\2`, "baa", "NULL"}, {`(?i:a)++B`, "aAB", "aAB"},
		{`(?=a)(?<n>a)(b)?`, "ab", "ab"}, {`(?i)(?=A)a(?-i)B`, "aB", "aB"}, {`(?m)(?<=\n)^b$`, "a\nb\n", "b"}, {`(?=)`, "x", ""}, {`(?!)`, "x", "NULL"}, {`(?=a|b)`, "cb", ""},
	} {
		run(t, eq(tt.want, "REGEXP_EXTRACT", tt.pattern, tt.text))
	}
	run(t,
		eq("[a, a]", "REGEXP_EXTRACT_ALL", `\Ga`, "aaba"), eq("[b, d]", "REGEXP_EXTRACT_ALL", `(?<=[ac])\w`, "abcd"), eq("[a, NULL]", "REGEXP_EXTRACT_ALL", `(?=.)(a)|b`, "ab", 1), eq("1,234,567", "REGEXP_REPLACE", "1234567", `(?<=\d)(?=(\d{3})+$)`, ","), eq("b-a", "REGEXP_REPLACE", "aab", `(?<x>a)\k<x>(b)`, "$2-${x}"), eq("ab", "REGEXP_EXTRACT", `(?=(?<x>a))(.)(b)`, "ab", 0), eq("b", "REGEXP_EXTRACT", `(?=(?<x>a))(.)(b)`, "ab", 3), eq("a", "REGEXP_EXTRACT", `(?:(a)){2}+(c)`, "aac", 1), eq("c", "REGEXP_EXTRACT", `(?:(a)){2}+(c)`, "aac", 2),
		bad("too many steps for a text of 40 bytes", "REGEXP_EXTRACT", `(?=x)?(a|aa)+\1$`, strings.Repeat("a", 39)+"b"), bad("too many steps", "REGEXP_REPLACE", strings.Repeat("a", 39)+"b", `(a|aa)+\1$`, ""), bad("too many steps", "REGEXP_SPLIT_TO_ARRAY", strings.Repeat("a", 39)+"b", `(a|aa)+\1$`), bad("too many steps", "REGEXP_EXTRACT_ALL", `(a|aa)+\1$`, strings.Repeat("a", 39)+"b"),
	)
}

func TestRegexpRejections(t *testing.T) {
	for pattern, want := range map[string]string{
		`\X`: "grapheme", `\k<a>`: `there is no group named "a" before this at position 1`, `(?<a>.)\ka`: "expected \\k<name>", `(?<=a*)b`: "a look-behind that may be of any length", `(?<=(a)\1)b`: "of any length", `(?<=a++)b`: "of any length", `(?=a`: "a group is not closed", `(?=*)`: "missing argument to repetition operator", `*+`: "missing argument", `(?>a{2,1})`: "invalid repeat count", `a**+`: "invalid nested repetition operator",
		`a)`: ") closes no group at position 2", `(a`: "a group is not closed", `[a`: "the class is not closed; expected ] at position 1", `a\`: "nothing follows the last backslash", `{a}`: "begins no repetition", `a{,2}`: "begins no repetition", `a{x}`: "begins no repetition", `(?q)`: "is no flag", `(?i`: "the flags are not closed", `\y`: `\y is no escape`, `\xg`: `\x is no escape`, `\u12`: `\u is no escape`, `[z-a]`: "upside down", `\p{Foo}`: "the property {Foo} is not known", `\p`: "no property follows", `\p{L`: "the property is not closed", `*a`: "missing argument to repetition operator", `(?<n`: "the name of a group is not closed", `a{2000}`: "invalid repeat count",
	} {
		run(t, bad(want, "REGEXP_EXTRACT", pattern, "x"))
	}
}

var regexpPieces = rapid.SampledFrom([]string{"a", "b", "c", "é", "ab", "[ab]", "[^a]", "[^é]", "(a|b)", "(?:a|)", "(b*)", "a*", "b+?", "c?", "(a+)", "b{2,3}", "|", "[a-c]", "(&|^)", "x=", "(c)"})

// The engine agrees with Go's: pieces mean the same in both dialects.
func TestRegexpAgreesWithGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(regexpPieces, 1, 6).Draw(t, "pattern"), "")
		re, err := regexp.Compile(text)
		if err != nil {
			t.Skip("not a pattern: ", err)
		}
		p, err := compilePattern(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for range 3 {
			s := rapid.StringOfN(rapid.SampledFrom([]rune("aabbcé&x=")), 0, 12, -1).Draw(t, "s")
			want := re.FindStringSubmatchIndex(s)
			if found := p.find(s, 0); found != (want != nil) {
				t.Fatalf("%s in %q: found %v, want %v", text, s, found, want)
			}
			for k, at := range want {
				if p.caps[k] != at {
					t.Fatalf("%s in %q: got %v, want %v", text, s, p.caps, want)
				}
			}
			q, err := compilePattern("(?=)" + text)
			if err != nil || q.asserting == nil {
				t.Fatalf("%s: %v", text, err)
			}
			if found := q.find(s, 0); found != (want != nil) || found && (q.caps[0] != want[0] || q.caps[1] != want[1]) {
				t.Fatalf("%s in %q: the backtracker got %v, want %v", text, s, q.caps, want)
			}
			if want != nil && p.linear != nil && (!p.search(s, 0) || p.caps[1] != want[1]) {
				t.Fatalf("%s in %q: the two ways differ", text, s)
			}
		}
	})
}

func TestRegexpLinear(t *testing.T) {
	for _, text := range []string{`(&|^)channel_id=([^&]*)`, `[?&]id=(\d+)`, `id=([0-9]+);(x+)y`, `(?:^|,)a:(b*)c`, `^foo=(\w*)`, `(foo)=(bar[0-9]*)`} {
		p, err := compilePattern(text)
		if err != nil || p.linear == nil {
			t.Errorf("%s should be linear: %v", text, err)
		}
	}
	for _, text := range []string{`a.*b`, `a[b-z]*c`, `[a-z]*=x`, `(a|ab)c`, `a+?`, `x(a*)(a*)y`, `=(é*)`, `x$`, `(a|^)aa`} {
		p, err := compilePattern(text)
		if err != nil || p.linear != nil {
			t.Errorf("%s should not be linear: %v", text, err)
		}
	}
}

// Many matches in a long text take time in proportion to it.
func TestRegexpLongText(t *testing.T) {
	s := strings.Repeat("ab ", 100_000)
	p, err := compilePattern(`(\w)(b|c)`)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for more := p.find(s, 0); more; more = p.next(s) {
		n++
	}
	if n != 100_000 {
		t.Errorf("%d matches", n)
	}
}

func FuzzRegexp(f *testing.F) {
	f.Add(`(&|^)channel_id=([^&]*)`, "a&channel_id=5")
	f.Add(`(?<=a)(?>b|(?!c)(.)\1++)\G$`, "abcc")
	f.Add(`(?ix)[a-z&&[^b]]\p{L}{2,3}?\Q.\E$ # c`, "xyz.")
	f.Fuzz(func(t *testing.T, text, s string) {
		p, err := compilePattern(text)
		if err != nil || len(s) > 1000 {
			return
		}
		last := -1
		for more := p.find(s, 0); more; more = p.next(s) {
			if p.caps[0] < last || p.caps[1] < p.caps[0] || p.caps[1] > len(s) {
				t.Fatalf("match at %v after %d", p.caps, last)
			}
			last = p.caps[1]
		}
	})
}

func BenchmarkRegexpExtract(b *testing.B) {
	for _, pattern := range []string{`(&|^)channel_id=([^&]*)`, `(&|^)channel_id=(\d+)$`, `https?://([^/]+)/([^?]*)`} {
		b.Run(pattern, func(b *testing.B) {
			res, call, err := eq("", "REGEXP_EXTRACT", pattern, urls[0], 2).resolve(NewRegistry())
			if err != nil {
				b.Fatal(err)
			}
			args := []*types.Vector{types.NewVector(types.StringType), types.NewVector(types.StringType), types.NewVector(types.IntegerType)}
			for i := range types.BatchRows {
				must(args[0].AppendAny(pattern))
				must(args[1].AppendAny(urls[i%len(urls)]))
				must(args[2].AppendAny(2))
			}
			runBench(b, res, call, args)
		})
	}
}

func BenchmarkRegexpReplace(b *testing.B) { bench(b, "REGEXP_REPLACE", urls, "[0-9]+", "#") }
