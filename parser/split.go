package parser

import "github.com/alecthomas/participle/v2/lexer"

// Piece is one statement's text within a longer one.
type Piece struct {
	Loc
	Text       string      // From the first token to the `;`, or to the last token when it is not complete.
	Complete   bool        // It ends with `;`. Only the last piece can be incomplete.
	Directives []Directive // In front of the statement.
}

// Split cuts text into statements at each `;` that is not inside a string, a
// quoted name or a comment. The statements need not parse. What is left behind
// the last `;` is an incomplete piece, unless it is only white space, comments
// and directives; a string or comment that is not closed belongs to it.
func Split(src string) []Piece {
	scan := newScanner(src)
	var pieces []Piece
	open := false // The last piece has no `;` yet.
	notes := 0    // Directives given away.
	for {
		t, _ := scan.Next()
		if t.Type == lexer.EOF {
			return pieces
		}
		if !open {
			if t.Type == tokSemicolon {
				continue
			}
			pieces = append(pieces, Piece{Loc: Loc{tokenSpan(&t)}, Directives: scan.notes[notes:]})
		}
		notes = len(scan.notes)
		p := &pieces[len(pieces)-1]
		p.At.End = tokenEnd(&t)
		p.Text = src[p.At.Start:p.At.End]
		p.Complete = t.Type == tokSemicolon
		open = !p.Complete
	}
}
