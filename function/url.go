package function

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/leatdb/leat/types"
)

func urlFunctions() []*Scalar {
	const example = "https://user@www.test.com:8080/a%20b/c?one=x&two#top"
	part := func(name, what, result string, get func(u *uri) (string, bool)) *Scalar {
		return scalar(name, categoryURL, "Returns "+what+" of a URL with its escapes decoded, NULL when there is none.", docs{"url": "the URL"},
			[]Example{{name + "('" + example + "')", result}},
			over("(url STRING) -> STRING", perCallStrict(func(*Call) rowFunc {
				var buf []byte
				return func(args []*types.Vector, i int, out *types.Vector) error {
					u, err := parseURI(args[0].Str[i])
					if err != nil {
						return err
					}
					s, ok := get(u)
					if !ok {
						out.SetNull(i)
						return nil
					}
					if strings.IndexByte(s, '%') >= 0 {
						buf = appendDecoded(buf[:0], s)
						s = out.Own(buf)
					}
					out.Str[i] = s
					return nil
				}
			})))
	}
	return []*Scalar{
		part("URL_EXTRACT_FRAGMENT", "the fragment", "top", func(u *uri) (string, bool) { return u.fragment, u.hasFragment }),
		part("URL_EXTRACT_HOST", "the host", "www.test.com", func(u *uri) (string, bool) { return u.host, u.hasHost }),
		part("URL_EXTRACT_PATH", "the path", "/a b/c", func(u *uri) (string, bool) { return u.path, u.hasPath }),
		part("URL_EXTRACT_PROTOCOL", "the protocol", "https", func(u *uri) (string, bool) { return u.scheme, u.hasScheme }),
		part("URL_EXTRACT_QUERY", "the query", "one=x&two", func(u *uri) (string, bool) { return u.query, u.hasQuery }),
		scalar("URL_EXTRACT_PORT", categoryURL, "Returns the port of a URL, NULL when there is none.", docs{"url": "the URL"},
			[]Example{{"URL_EXTRACT_PORT('" + example + "')", "8080"}},
			over("(url STRING) -> INT", perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
				u, err := parseURI(args[0].Str[i])
				if err != nil {
					return err
				}
				out.I32[i] = int32(u.port)
				if u.port < 0 {
					out.SetNull(i)
				}
				return nil
			}))),
		scalar("URL_EXTRACT_PARAMETER", categoryURL, "Returns the value of a parameter in the query of a URL: empty when it has none, NULL when the parameter is missing.",
			docs{"url": "the URL", "name": "the name of the parameter; the first of that name counts"},
			[]Example{{"URL_EXTRACT_PARAMETER('" + example + "', 'one')", "x"}, {"URL_EXTRACT_PARAMETER('" + example + "', 'two')", ""}},
			over("(url STRING, name STRING) -> STRING", perCallStrict(extractParameter))),
		scalar("URL_DECODE_PARAM", categoryURL, "Decodes a text that was encoded as a value of a URL parameter.", docs{"text": "the encoded text"},
			[]Example{{"URL_DECODE_PARAM('%3Ffoo+%24bar')", "?foo $bar"}},
			over("(text STRING) -> STRING", text(decodeParam))),
		scalar("URL_ENCODE_PARAM", categoryURL, "Encodes a text as a value of a URL parameter.", docs{"text": "the text"},
			[]Example{{"URL_ENCODE_PARAM('?foo $bar')", "%3Ffoo+%24bar"}},
			over("(text STRING) -> STRING", text(encodeParam))),
	}
}

func extractParameter(*Call) rowFunc {
	var buf []byte
	return func(args []*types.Vector, i int, out *types.Vector) error {
		u, err := parseURI(args[0].Str[i])
		if err != nil {
			return err
		}
		query := u.query
		if strings.IndexByte(query, '%') >= 0 {
			buf = appendDecoded(buf[:0], query)
			query = out.Own(buf)
		}
		for more := u.hasQuery; more; {
			var parameter string
			parameter, query, more = strings.Cut(query, "&")
			if name, value, _ := strings.Cut(parameter, "="); name == args[1].Str[i] {
				out.Str[i] = value
				return nil
			}
		}
		out.SetNull(i)
		return nil
	}
}

func decodeParam(dst []byte, args []*types.Vector, i int) ([]byte, error) {
	s := args[0].Str[i]
	for k := 0; k < len(s); k++ {
		switch s[k] {
		case '+':
			dst = append(dst, ' ')
		case '%':
			if k+2 >= len(s) || hexValue(s[k+1]) < 0 || hexValue(s[k+2]) < 0 {
				return dst, fmt.Errorf("%q is not URL-encoded: expected two hexadecimal digits after %% at position %d", s, k+1)
			}
			dst = append(dst, byte(hexValue(s[k+1])<<4|hexValue(s[k+2])))
			k += 2
		default:
			dst = append(dst, s[k])
		}
	}
	if !utf8.Valid(dst) {
		dst = encodingUTF8.encode(nil, dst)
	}
	return dst, nil
}

func encodeParam(dst []byte, args []*types.Vector, i int) ([]byte, error) {
	const hex = "0123456789ABCDEF"
	for _, c := range raw(args[0].Str[i]) {
		switch {
		case isAlpha(c) || isDigit(c) || strings.IndexByte("-_.*", c) >= 0:
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst, nil
}
