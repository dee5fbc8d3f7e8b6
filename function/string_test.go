package function

import "testing"

func TestCase(t *testing.T) {
	run(t,
		eq("stream me", "LCASE", "STREAM Me"), eq("", "LCASE", ""), eq("NULL", "LCASE", null("STRING")),
		eq("a[`{z", "LCASE", "A[`{Z"), eq("straße éô", "LCASE", "STRAßE ÉÔ"), eq("οδός σ", "LCASE", "ΟΔΌΣ σ"), eq("i̇", "LCASE", "İ"),
		eq("STREAM ME", "UCASE", "stream Me"), eq("A[`{Z", "UCASE", "a[`{z"), eq("STRASSE", "UCASE", "straße"), eq("NULL", "UCASE", null("STRING")),
		eq("FFI É", "UCASE", "ﬃ é"),
		eq("The   Quick Br0wn Fox", "INITCAP", "the   Quick br0wn fOx"), eq("Some_string", "INITCAP", "some_string"),
		eq("Abc D ", "INITCAP", " \tabc D "), eq("", "INITCAP", "  "), eq("NULL", "INITCAP", null("STRING")), eq("Élan", "INITCAP", "éLAN"),
	)
}

func TestParts(t *testing.T) {
	run(t,
		eq("6", "LEN", "stream"), eq("0", "LEN", ""), eq("2", "LEN", "éx"), eq("3", "LEN", "é😀"), eq("9", "LEN", "12345678é"),
		eq("NULL", "LEN", null("STRING")), eq("4", "LEN", []byte{0, 1, 0xFF, 0x80}), eq("NULL", "LEN", null("BYTES")),

		eq("tream", "SUBSTRING", "stream", 2), eq("stream", "SUBSTRING", "stream", 0), eq("stream", "SUBSTRING", "stream", 1),
		eq("am", "SUBSTRING", "stream", -2), eq("stream", "SUBSTRING", "stream", -20), eq("", "SUBSTRING", "stream", 7), eq("", "SUBSTRING", "stream", 70),
		eq("tre", "SUBSTRING", "stream", 2, 3), eq("", "SUBSTRING", "stream", 2, -1), eq("", "SUBSTRING", "stream", 2, 0), eq("am", "SUBSTRING", "stream", -2, 9),
		eq("stre", "SUBSTRING", "stream", 0, 4), eq("tream", "SUBSTRING", "stream", 2, 2147483647),
		eq("NULL", "SUBSTRING", null("STRING"), 1), eq("NULL", "SUBSTRING", "a", null("INT")), eq("NULL", "SUBSTRING", "a", 1, null("INT")),
		eq("😀b", "SUBSTRING", "aé😀b", 3), eq("é😀", "SUBSTRING", "aé😀b", 2, 3), eq("?b", "SUBSTRING", "aé😀b", 4), eq("é?", "SUBSTRING", "aé😀b", 2, 2),
		eq("b", "SUBSTRING", "aé😀b", -1), eq("?b", "SUBSTRING", "aé😀b", -2), eq("a", "SUBSTRING", "aé😀b", 1, 1), eq("", "SUBSTRING", "é", 5, 3),
		eq("02ff", "SUBSTRING", []byte{1, 2, 0xFF}, 2), eq("02", "SUBSTRING", []byte{1, 2, 0xFF}, 2, 1), eq("NULL", "SUBSTRING", null("BYTES"), 2, 1),

		eq("with white\t space", "TRIM", " \t\n\x00with white\t space \r"), eq("", "TRIM", "  "), eq("\u00a0a", "TRIM", "\u00a0a "), eq("NULL", "TRIM", null("STRING")),

		eq("2", "INSTR", "corporate floor", "or"), eq("0", "INSTR", "corporate", "x"), eq("5", "INSTR", "corporate floor", "or", 3),
		eq("5", "INSTR", "corporate floor", "or", -4), eq("0", "INSTR", "short", "or", -4), eq("14", "INSTR", "corporate floor", "or", -2),
		eq("14", "INSTR", "corporate floor", "or", 1, 3), eq("5", "INSTR", "corporate floor", "or", -3, 1), eq("2", "INSTR", "corporate floor", "or", -3, 2),
		eq("0", "INSTR", "corporate floor", "or", -3, 3), eq("0", "INSTR", "corporate floor", "or", 1, 4), eq("0", "INSTR", "ab", "a", 3), eq("0", "INSTR", "ab", "a", -3),
		eq("0", "INSTR", "ab", "a", 1, 0), eq("1", "INSTR", "ab", "a", 0), eq("2", "INSTR", "aaa", "aa", 1, 2),
		eq("0", "INSTR", null("STRING"), "a"), eq("0", "INSTR", "a", null("STRING")), eq("4", "INSTR", "é😀or", "or"), eq("4", "INSTR", "é😀or", "or", 4),
		bad("argument 3 (pos) must not be NULL", "INSTR", "a", "a", null("INT")), bad("argument 4 (occurrence)", "INSTR", "a", "a", 1, null("INT")),
	)
}

func TestJoins(t *testing.T) {
	run(t,
		eq("ab", "CONCAT", "a", null("STRING"), "b"), eq("", "CONCAT", null("STRING"), null("STRING")), eq("é", "CONCAT", "é"),
		eq("0102", "CONCAT", []byte{1}, null("BYTES"), []byte{2}), eq("", "CONCAT", null("BYTES")),
		eq("a, b", "CONCAT_WS", ", ", "a", null("STRING"), "b"), eq("NULL", "CONCAT_WS", null("STRING"), "a"), eq("", "CONCAT_WS", "-", null("STRING")),
		eq("-", "CONCAT_WS", "-", "", ""), eq("010002", "CONCAT_WS", []byte{0}, []byte{1}, []byte{2}), bad("at least one value", "CONCAT_WS", "a"),
		eq("onocondo", "REPLACE", "anaconda", "a", "o"), eq("ncond", "REPLACE", "anaconda", "a", ""), eq("popcorn", "REPLACE", "popcorn", "a", "o"),
		eq("a..b", "REPLACE", "a.b", ".", ".."), eq("-a-b-", "REPLACE", "ab", "", "-"), eq("xyxyc", "REPLACE", "ababc", "ab", "xy"),
		eq("NULL", "REPLACE", null("STRING"), "a", "b"), eq("NULL", "REPLACE", "a", null("STRING"), "b"), eq("NULL", "REPLACE", "a", "b", null("STRING")),
		eq("b", "ELT", 2, "a", "b"), eq("NULL", "ELT", 3, "a", "b"), eq("NULL", "ELT", 0, "a"), eq("NULL", "ELT", -1, "a"), eq("NULL", "ELT", 1),
		eq("NULL", "ELT", 1, null("STRING")), bad("argument 1 (n)", "ELT", null("INT"), "a"),
		eq("2", "FIELD", "b", "a", "b", "b"), eq("0", "FIELD", "c", "a", null("STRING")), eq("0", "FIELD", null("STRING"), null("STRING")), eq("0", "FIELD", "a"),
	)
}

func TestSplits(t *testing.T) {
	run(t,
		eq("[a, b, c]", "SPLIT", "a.b.c", "."), eq("['', '', a, '', '']", "SPLIT", "..a..", "."), eq("[abc]", "SPLIT", "abc", "."), eq("['']", "SPLIT", "", "."),
		eq("[a, b.c]", "SPLIT", "a$$b.c", "$$"), eq("[.abc, '']", "SPLIT", ".abc$$", "$$"), eq("[a, é, 😀]", "SPLIT", "aé😀", ""), eq("['']", "SPLIT", "", ""),
		eq("NULL", "SPLIT", null("STRING"), "."), eq("NULL", "SPLIT", "a", null("STRING")),
		eq("[01, 03]", "SPLIT", []byte{1, 2, 3}, []byte{2}), eq("[c3, a9]", "SPLIT", []byte("é"), []byte{}),
		eq("{apple=green, banana=yellow}", "SPLIT_TO_MAP", "apple:green//banana:yellow/", "/", ":"), eq("{apple=green/banana}", "SPLIT_TO_MAP", "apple:green/banana:yellow", "&&", ":"),
		eq("{}", "SPLIT_TO_MAP", "a:b", "/", "="), eq("{}", "SPLIT_TO_MAP", "", "/", ":"), eq("{a=2, b=1}", "SPLIT_TO_MAP", "a:1/b:1/a:2:3", "/", ":"), eq("{=}", "SPLIT_TO_MAP", ":", "/", ":"),
		eq("NULL", "SPLIT_TO_MAP", "a", "", ":"), eq("NULL", "SPLIT_TO_MAP", "a", "/", ""), eq("NULL", "SPLIT_TO_MAP", "a", "/", "/"),
		eq("NULL", "SPLIT_TO_MAP", null("STRING"), "/", ":"), eq("NULL", "SPLIT_TO_MAP", "a", null("STRING"), ":"), eq("NULL", "SPLIT_TO_MAP", "a", "/", null("STRING")),
	)
}

func TestPads(t *testing.T) {
	run(t,
		eq("BarBfoo", "LPAD", "foo", 7, "Bar"), eq("fo", "LPAD", "foo", 2, "Bar"), eq("foo", "LPAD", "foo", 3, "Bar"), eq("BarBarB", "LPAD", "", 7, "Bar"), eq("", "LPAD", "a", 0, "b"),
		eq("NULL", "LPAD", "foo", -1, "Bar"), eq("NULL", "LPAD", "foo", 7, ""), eq("NULL", "LPAD", null("STRING"), 7, "a"), eq("NULL", "LPAD", "a", null("INT"), "a"), eq("NULL", "LPAD", "a", 7, null("STRING")),
		eq("fooBarB", "RPAD", "foo", 7, "Bar"), eq("fo", "RPAD", "foo", 2, "Bar"), eq("ééx", "RPAD", "éé", 3, "x"), eq("😀éx?a", "LPAD", "a", 6, "😀éx"), eq("😀?é", "LPAD", "é", 4, "😀"),
		eq("6e6f6e6f6e796573", "LPAD", []byte("yes"), 8, []byte("no")), eq("7965", "RPAD", []byte("yes"), 2, []byte("no")), eq("NULL", "RPAD", []byte("yes"), 2, []byte{}),
		bad("is more than", "LPAD", "a", 2000000000, "b"),
	)
}

func TestMasks(t *testing.T) {
	run(t,
		eq("Xx-Xxxx--nnn", "MASK", "My Test $123"), eq("XxX--n", "MASK", "ÄßÉ中 ٣"), eq("--", "MASK", "😀"), eq("", "MASK", ""), eq("NULL", "MASK", null("STRING")),
		eq("*-*?.##", "MASK", "AbC?.12", "*", "-", "#", null("STRING")), eq("A--?", "MASK", "Ab1?", null("STRING"), "-", "-", null("STRING")),
		bad("the mask \"xx\" has 2 characters", "MASK", "a", "xx", "x", "x", "x"), bad("has 0 characters", "MASK", "a", "", "x", "x", "x"),
		eq("My Txxx--nnn", "MASK_KEEP_LEFT", "My Test $123", 4), eq("My", "MASK_KEEP_LEFT", "My", 9), eq("Xx", "MASK_KEEP_LEFT", "My", 0), eq("M-", "MASK_KEEP_LEFT", "My", 1, "+", "-", "*", "/"),
		eq("Xx-Xxxx-$123", "MASK_KEEP_RIGHT", "My Test $123", 4), eq("My", "MASK_KEEP_RIGHT", "My", 9), eq("+y", "MASK_KEEP_RIGHT", "My", 1, "+", "-", "*", "/"),
		eq("Xx-Xest $123", "MASK_LEFT", "My Test $123", 4), eq("Xx", "MASK_LEFT", "My", 9), eq("+y", "MASK_LEFT", "My", 1, "+", "-", "*", "/"),
		eq("My Test -nnn", "MASK_RIGHT", "My Test $123", 4), eq("Xx", "MASK_RIGHT", "My", 9), eq("M-", "MASK_RIGHT", "My", 1, "+", "-", "*", "/"),
		eq("NULL", "MASK_LEFT", null("STRING"), 1), bad("argument 2 (n) must not be NULL", "MASK_LEFT", "a", null("INT")), bad("the number of characters is -1", "MASK_RIGHT", "a", -1),
		bad("the number of characters is -1", "MASK_KEEP_LEFT", "a", -1), bad("argument 2 (n)", "MASK_KEEP_RIGHT", "a", null("INT")),
	)
}

func TestEncodings(t *testing.T) {
	run(t,
		eq("Example!", "ENCODE", "4578616d706C6521", "hex", "ascii"), eq("Ελλάδα", "ENCODE", "ce95cebbcebbceacceb4ceb1", "HEX", "Utf8"), eq("��b", "ENCODE", "c39c62", "hex", "ascii"),
		eq("RXhhbXBsZSE=", "ENCODE", "0x4578616d706C6521", "hex", "base64"), eq("\x05x", "ENCODE", "0x578", "hex", "utf8"), eq("Ex", "ENCODE", "X'4578'", "hex", "ascii"), eq("Ex", "ENCODE", "x'4578'", "hex", "ascii"),
		eq("", "ENCODE", "0x", "hex", "ascii"), eq("", "ENCODE", "x''", "hex", "utf8"), eq("4578", "ENCODE", "RXg=", "base64", "hex"), eq("c3bc", "ENCODE", "ü", "utf8", "hex"), eq("3f", "ENCODE", "ü", "ascii", "hex"),
		bad("is not hexadecimal", "ENCODE", "0x0x", "hex", "ascii"), bad("is not hexadecimal", "ENCODE", "X'", "hex", "ascii"), bad("is not hexadecimal", "ENCODE", "578", "hex", "ascii"), bad("is not hexadecimal", "ENCODE", "x'578'", "hex", "utf8"),
		bad("cannot encode from hex to itself", "ENCODE", "00", "hex", "HEX"), bad("unknown encoding \"null\"", "ENCODE", "a", "null", "utf8"), bad("is not base64", "ENCODE", "=", "base64", "utf8"),
		eq("NULL", "ENCODE", null("STRING"), "hex", "utf8"), eq("NULL", "ENCODE", "a", null("STRING"), "utf8"), eq("NULL", "ENCODE", "a", "hex", null("STRING")),
		eq("1AB2", "FROM_BYTES", []byte{0x1A, 0xB2}, "hex"), eq("!", "FROM_BYTES", []byte("!"), "ascii"), eq("é�", "FROM_BYTES", []byte("é\xff"), "utf8"), eq("IQ==", "FROM_BYTES", []byte("!"), "base64"),
		bad("unknown encoding", "FROM_BYTES", []byte{}, "x"), eq("NULL", "FROM_BYTES", null("BYTES"), "hex"), eq("NULL", "FROM_BYTES", []byte{}, null("STRING")),
		eq("1ab2", "TO_BYTES", "1aB2", "hex"), eq("c3a9", "TO_BYTES", "é", "utf8"), eq("21", "TO_BYTES", "IQ==", "base64"), bad("is not hexadecimal", "TO_BYTES", "x", "hex"), bad("unknown encoding", "TO_BYTES", "x", "utf-8"), eq("NULL", "TO_BYTES", null("STRING"), "hex"),
		eq("258", "BIGINT_FROM_BYTES", []byte{0, 0, 0, 0, 0, 0, 1, 2}), eq("-2", "BIGINT_FROM_BYTES", []byte{254, 255, 255, 255, 255, 255, 255, 255}, "little_endian"), bad("has 4 bytes; expected 8", "BIGINT_FROM_BYTES", []byte{0, 0, 0, 1}),
		eq("258", "INT_FROM_BYTES", []byte{0, 0, 1, 2}), eq("513", "INT_FROM_BYTES", []byte{1, 2, 0, 0}, "LITTLE_ENDIAN"), eq("-1", "INT_FROM_BYTES", []byte{255, 255, 255, 255}, "Big_Endian"), bad("expected 4", "INT_FROM_BYTES", []byte{}), bad("unknown byte order", "INT_FROM_BYTES", []byte{0, 0, 0, 0}, "x"),
		eq("1.5", "DOUBLE_FROM_BYTES", []byte{0x3F, 0xF8, 0, 0, 0, 0, 0, 0}), eq("NULL", "DOUBLE_FROM_BYTES", null("BYTES")), eq("NULL", "DOUBLE_FROM_BYTES", []byte{}, null("STRING")),
		eq("d41d8cd98f00b204e9800998ecf8427e", "MD5", ""), eq("NULL", "MD5", null("STRING")), eq("00112233-4455-6677-8899-aabbccddeeff", "UUID", []byte{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF}),
		eq("NULL", "UUID", []byte{1}), eq("NULL", "UUID", null("BYTES")),
		eq("K", "CHR", 75), eq("好", "CHR", 22909), eq("𘊸", "CHR", 99000), eq("NULL", "CHR", -1), eq("NULL", "CHR", 0x110000), eq("?", "CHR", 0xD800), eq("NULL", "CHR", null("INT")),
		eq("K", "CHR", `\u004b`), eq("𘊸x", "CHR", `\ud820\udeb8x`), eq("A\tAé\\", "CHR", `\u0041\t\101é\\`), eq("NULL", "CHR", "bogus"), eq("NULL", "CHR", "004b"), eq("NULL", "CHR", ""), eq("NULL", "CHR", null("STRING")),
		bad("4 hexadecimal digits", "CHR", `\u00zz`), bad("less than 4", "CHR", `\u0041\u1`),
	)
}

func TestRandomUUID(t *testing.T) {
	_, volatile, err := NewRegistry().Kernel("UUID", &Call{})
	if err != nil || !volatile {
		t.Fatalf("volatile %v, error %v", volatile, err)
	}
	a, b := eq("", "UUID").eval(t, NewRegistry(), "single"), eq("", "UUID").eval(t, NewRegistry(), "single")
	if len(a) != 36 || a[14] != '4' || a == b {
		t.Errorf("random UUIDs %s and %s", a, b)
	}
}

// The property brings back begin and end, both counted from 0, for texts only.
func TestLegacySubstring(t *testing.T) {
	runWith(t, map[string]string{substringLegacy: "TRUE"},
		eq("stream", "SUBSTRING", "stream", 0), eq("ream", "SUBSTRING", "stream", 2), eq("", "SUBSTRING", "stream", 6), bad("not inside", "SUBSTRING", "stream", 7),
		eq("re", "SUBSTRING", "stream", 2, 4), eq("", "SUBSTRING", "stream", 2, 2), bad("characters 2 to 1 are not inside a text of 6", "SUBSTRING", "stream", 2, 1),
		bad("not inside", "SUBSTRING", "stream", -1), bad("not inside", "SUBSTRING", "stream", 0, 7), eq("é😀", "SUBSTRING", "aé😀b", 1, 4),
		eq("NULL", "SUBSTRING", null("STRING"), 1, 2), eq("NULL", "SUBSTRING", "a", 1, null("INT")), eq("02", "SUBSTRING", []byte{1, 2, 0xFF}, 2, 1))
	runWith(t, map[string]string{substringLegacy: "false"}, eq("tre", "SUBSTRING", "stream", 2, 3))
}
