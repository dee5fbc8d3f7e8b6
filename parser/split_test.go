package parser

import "testing"

// TestPieces parses each text in one go and piece by piece: statements and
// errors are the same.
func TestPieces(t *testing.T) {
	for _, src := range seedTexts(t) {
		statements, err := Parse(src)
		all := allErrors(err)
		if len(all) == maxErrors {
			continue
		}
		for _, p := range Split(src) {
			s, err := ParseStatement(p.Text)
			switch {
			case !p.Complete:
			case err == nil && (len(statements) == 0 || dump(s) != dump(statements[0]) || s.Text() != statements[0].Text()):
				t.Errorf("piece %q parses, the text %q does not", p.Text, src)
			case err == nil:
				if len(p.Directives) != len(statements[0].Directives()) {
					t.Errorf("%q: directives %v and %v", src, p.Directives, statements[0].Directives())
				}
				statements = statements[1:]
			case len(all) == 0:
				t.Errorf("piece %q does not parse, the text %q does: %v", p.Text, src, err)
			default:
				if got := asError(err).In(p.At); *got != *all[0] {
					t.Errorf("piece %q: %v\ntext: %v", p.Text, got, all[0])
				}
				all = all[1:]
			}
		}
	}
}
