package format

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseDelimiter reads the DELIMITER property.
func parseDelimiter(text string) (string, error) {
	switch strings.ToUpper(text) {
	case "SPACE":
		return " ", nil
	case "TAB":
		return "\t", nil
	}
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 || n != len(text) || unicode.IsSpace(r) {
		return "", errors.New("a delimiter is one character other than white space, or the word SPACE or TAB")
	}
	if r == '"' || r == utf8.RuneError {
		return "", errors.New("this character cannot be a delimiter; the quote is used for quoting")
	}
	return text, nil
}
