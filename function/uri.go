package function

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// uri is a URI reference in the parts of RFC 2396, as java.net.URI splits it.
type uri struct {
	scheme, host, path, query, fragment                string
	hasScheme, hasHost, hasPath, hasQuery, hasFragment bool
	port                                               int // -1: none.
}

// Characters that parts of a URI may have besides letters and digits.
const (
	unreservedMarks = "_-!.~'()*"
	pathMarks       = unreservedMarks + ":@&=+$,;/"
	uricMarks       = unreservedMarks + ";/?:@&=+$,[]"
	registryMarks   = unreservedMarks + "$,;:@&=+"
)

func parseURI(s string) (*uri, error) {
	u := &uri{port: -1}
	rest, fragment, hasFragment := strings.Cut(s, "#")
	u.fragment, u.hasFragment = fragment, hasFragment
	if err := legal(s, fragment, uricMarks, "the fragment"); err != nil {
		return nil, err
	}
	if k := strings.IndexAny(rest, ":/?"); k >= 0 && rest[k] == ':' {
		if err := checkScheme(s, rest[:k]); err != nil {
			return nil, err
		}
		u.scheme, u.hasScheme = rest[:k], true
		rest = rest[k+1:]
		if rest == "" {
			return nil, badURI(s, "nothing after the scheme "+u.scheme)
		}
		if rest[0] != '/' { // Opaque: mailto:a@b.
			return u, legal(s, rest, uricMarks, "the part after the scheme")
		}
	}
	rest, u.query, u.hasQuery = strings.Cut(rest, "?")
	if err := legal(s, u.query, uricMarks, "the query"); err != nil {
		return nil, err
	}
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		authority := after
		if k := strings.IndexByte(after, '/'); k >= 0 {
			authority = after[:k]
		}
		rest = after[len(authority):]
		if err := u.authority(s, authority, rest == "" && !u.hasQuery && !u.hasFragment); err != nil {
			return nil, err
		}
	}
	u.path, u.hasPath = rest, true
	return u, legal(s, rest, pathMarks, "the path")
}

func badURI(s, what string) error { return fmt.Errorf("%q is no valid URL: %s", s, what) }

func checkScheme(s, scheme string) error {
	for k, c := range []byte(scheme) {
		if !isAlpha(c) && (k == 0 || !isDigit(c) && strings.IndexByte("+-.", c) < 0) {
			return badURI(s, fmt.Sprintf("%q is no scheme", scheme))
		}
	}
	if scheme == "" {
		return badURI(s, "nothing before the colon")
	}
	return nil
}

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c-'0' <= 9 }

// legal checks the characters of a part: letters, digits, the given marks,
// %-escapes and any visible character beyond ASCII.
func legal(s, part, marks, name string) error {
	for k, r := range part {
		switch {
		case r < utf8.RuneSelf && (isAlpha(byte(r)) || isDigit(byte(r)) || strings.IndexByte(marks, byte(r)) >= 0):
		case r == '%':
			if k+2 >= len(part) || hexValue(part[k+1]) < 0 || hexValue(part[k+2]) < 0 {
				return badURI(s, "two hexadecimal digits must follow % in "+name)
			}
		case r >= utf8.RuneSelf && !unicode.IsControl(r) && !unicode.IsSpace(r):
		default:
			return badURI(s, fmt.Sprintf("%q is not allowed in %s", r, name))
		}
	}
	return nil
}

// authority reads [userinfo@]host[:port]. What has not that form but legal
// characters is the name of some registry: it has no host.
func (u *uri) authority(s, authority string, isAll bool) error {
	if authority == "" {
		if isAll {
			return badURI(s, "nothing after //")
		}
		return nil
	}
	host := authority
	if k := strings.LastIndexByte(authority, '@'); k >= 0 {
		host = authority[k+1:]
	}
	port := ""
	if k := strings.LastIndexByte(host, ':'); k >= 0 && k > strings.LastIndexByte(host, ']') {
		host, port = host[:k], host[k+1:]
	}
	if strings.HasPrefix(host, "[") {
		if !strings.HasSuffix(host, "]") || len(host) < 4 || strings.Trim(strings.ToLower(host[1:len(host)-1]), "0123456789abcdef:.%") != "" && !strings.Contains(host, "%") {
			return badURI(s, "the IPv6 address is not valid")
		}
	} else if !isHostname(host) {
		return legal(s, authority, registryMarks, "the host")
	}
	number := -1
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 31)
		if err != nil {
			return legal(s, authority, registryMarks, "the host")
		}
		number = int(n)
	}
	u.host, u.hasHost, u.port = host, true, number
	return nil
}

// isHostname accepts labels of letters, digits and inner hyphens. The last of
// several begins with a letter, but for addresses such as 10.0.0.1.
func isHostname(host string) bool {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, l := range labels {
		if l == "" || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for _, c := range []byte(l) {
			if !isAlpha(c) && !isDigit(c) && c != '-' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return len(labels) == 1 || isAlpha(last[0]) || isIPv4(labels)
}

func isIPv4(labels []string) bool {
	for _, l := range labels {
		if n, err := strconv.ParseUint(l, 10, 8); err != nil || n > 255 {
			return false
		}
	}
	return len(labels) == 4
}

// appendDecoded appends s with its %-escapes, which are valid, decoded as UTF-8.
func appendDecoded(dst []byte, s string) []byte {
	start := len(dst)
	for k := 0; k < len(s); k++ {
		if s[k] == '%' {
			dst = append(dst, byte(hexValue(s[k+1])<<4|hexValue(s[k+2])))
			k += 2
			continue
		}
		dst = append(dst, s[k])
	}
	if !utf8.Valid(dst[start:]) {
		return encodingUTF8.encode(dst[:start], []byte(string(dst[start:])))
	}
	return dst
}
