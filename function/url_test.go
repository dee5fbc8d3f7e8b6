package function

import "testing"

func TestURLParts(t *testing.T) {
	run(t,
		eq("fragment", "URL_EXTRACT_FRAGMENT", "http://www.test.com/?query#fragment"), eq("NULL", "URL_EXTRACT_FRAGMENT", "http://www.nofragment.com"), eq("", "URL_EXTRACT_FRAGMENT", "a#"), eq("a b", "URL_EXTRACT_FRAGMENT", "#a%20b"), eq("NULL", "URL_EXTRACT_FRAGMENT", noText),
		eq("www.test.com", "URL_EXTRACT_HOST", "http://www.test.com/?query#fragment"), eq("confluent.io", "URL_EXTRACT_HOST", "http://test@confluent.io:8080"), eq("NULL", "URL_EXTRACT_HOST", "www.test.com/x"), eq("10.0.0.1", "URL_EXTRACT_HOST", "http://10.0.0.1:80/"), eq("[::1]", "URL_EXTRACT_HOST", "http://[::1]:80/"), eq("NULL", "URL_EXTRACT_HOST", "http://under_score.com/"), eq("NULL", "URL_EXTRACT_HOST", "http://a.b.1c/"), eq("NULL", "URL_EXTRACT_HOST", "mailto:a@b.c"), eq("NULL", "URL_EXTRACT_HOST", "file:///etc/x"), eq("NULL", "URL_EXTRACT_HOST", "http://host:port/"),
		eq("", "URL_EXTRACT_PATH", "http://www.test.com?query#fragment"), eq("/path", "URL_EXTRACT_PATH", "http://www.test.com/path?query"), eq("/nested/path", "URL_EXTRACT_PATH", "http://test@confluent.io:8080/nested/path?query&jobs"), eq("/a b/é", "URL_EXTRACT_PATH", "http://x/a%20b/%C3%A9"), eq("/\ufffd", "URL_EXTRACT_PATH", "http://x/%FF"), eq("NULL", "URL_EXTRACT_PATH", "mailto:a@b.c"), eq("", "URL_EXTRACT_PATH", ""), eq("/中", "URL_EXTRACT_PATH", "http://x/中"), eq("/etc/x", "URL_EXTRACT_PATH", "file:///etc/x"),
		eq("NULL", "URL_EXTRACT_PORT", "http://test@confluent.io"), eq("8080", "URL_EXTRACT_PORT", "http://test@confluent.io:8080/nested/path?query&jobs"), eq("NULL", "URL_EXTRACT_PORT", "http://a:/"), eq("NULL", "URL_EXTRACT_PORT", noText), eq("80", "URL_EXTRACT_PORT", "http://[::1]:80"),
		eq("http", "URL_EXTRACT_PROTOCOL", "http://test@confluent.io"), eq("NULL", "URL_EXTRACT_PROTOCOL", "www.confluent.io"), eq("mailto", "URL_EXTRACT_PROTOCOL", "mailto:a@b.c"), eq("NULL", "URL_EXTRACT_PROTOCOL", "/a:b"),
		eq("query", "URL_EXTRACT_QUERY", "http://www.test.com?query#fragment"), eq("q1&q2", "URL_EXTRACT_QUERY", "http://www.test.com/path?q1&q2"), eq("q=a/b&x=[1]", "URL_EXTRACT_QUERY", "?q=a/b&x=[1]"), eq("NULL", "URL_EXTRACT_QUERY", "http://test@confluent.io:8080/path"), eq("q=a&b", "URL_EXTRACT_QUERY", "http://x?q=a%26b"),
		eq("a", "URL_EXTRACT_PARAMETER", "http://www.test.com/?one=a&two=b&three", "one"), eq("b=c", "URL_EXTRACT_PARAMETER", "http://www.test.com/?one=a&two=b=c&three", "two"), eq("", "URL_EXTRACT_PARAMETER", "http://www.test.com/?one=a&three", "three"), eq("NULL", "URL_EXTRACT_PARAMETER", "http://www.test.com/?one=a", "x"), eq("NULL", "URL_EXTRACT_PARAMETER", "http://www.test.com/", "x"), eq("a", "URL_EXTRACT_PARAMETER", "?x=a&x=b", "x"), eq("1 2", "URL_EXTRACT_PARAMETER", "?x=1%202", "x"),
		eq("NULL", "URL_EXTRACT_PARAMETER", noText, "x"), eq("NULL", "URL_EXTRACT_PARAMETER", "?x=1", noText),
		bad("' ' is not allowed in the path", "URL_EXTRACT_HOST", "http://a/b c"), bad("two hexadecimal digits must follow %", "URL_EXTRACT_PATH", "http://a/%x"), bad("nothing after the scheme", "URL_EXTRACT_PATH", "http:"), bad("nothing after //", "URL_EXTRACT_PATH", "http://"), bad("is no scheme", "URL_EXTRACT_PATH", "1http://a"), bad("nothing before the colon", "URL_EXTRACT_PORT", "://a"), bad("in the fragment", "URL_EXTRACT_PROTOCOL", "a#b#c"), bad("in the query", "URL_EXTRACT_QUERY", "?a|b"), bad("the IPv6 address", "URL_EXTRACT_HOST", "http://[::g]/"), bad("in the host", "URL_EXTRACT_HOST", "http://a b/"), bad("is no valid URL", "URL_EXTRACT_PARAMETER", "?^", "a"),
	)
}

func TestURLParameters(t *testing.T) {
	run(t,
		eq("%3Ffoo+%24bar", "URL_ENCODE_PARAM", "?foo $bar"), eq("hello%26world", "URL_ENCODE_PARAM", "hello&world"), eq("aZ0-_.*%7E%C3%A9", "URL_ENCODE_PARAM", "aZ0-_.*~é"), eq("", "URL_ENCODE_PARAM", ""), eq("NULL", "URL_ENCODE_PARAM", noText),
		eq("?foo $bar", "URL_DECODE_PARAM", "%3Ffoo+%24bar"), eq("é~", "URL_DECODE_PARAM", "%c3%A9~"), eq("\ufffd", "URL_DECODE_PARAM", "%ff"), eq("NULL", "URL_DECODE_PARAM", noText), bad("expected two hexadecimal digits after % at position 2", "URL_DECODE_PARAM", "a%2"), bad("position 1", "URL_DECODE_PARAM", "%zz"),
	)
}
