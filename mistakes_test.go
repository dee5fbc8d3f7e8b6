package leat_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/leatdb/leat"
)

// TestMistakes holds the messages of the mistakes in testdata/mistakes: the text of
// a statement above, all that the user is told below. Every message names the
// place, and says what to do; none of the statements leaves anything behind.
// -rewrite writes what is told now.
func TestMistakes(t *testing.T) {
	ctx := context.Background()
	db, err := leat.OpenMem(ctx, leat.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	mistakes := 0
	datadriven.RunTest(t, "testdata/mistakes", func(t *testing.T, d *datadriven.TestData) string {
		before := commandsOf(t, db)
		results, err := db.NewSession().Exec(ctx, d.Input)
		for _, r := range results {
			if r.Rows != nil {
				r.Rows.Close()
			}
		}
		switch {
		case d.Cmd == "statements" && err != nil:
			d.Fatalf(t, "%v", err)
		case d.Cmd == "statements":
			return ""
		case err == nil:
			d.Fatalf(t, "this is no mistake: %s", d.Input)
		}
		mistakes++
		checkTeaches(t, d, err)
		if after := commandsOf(t, db); after != before {
			d.Fatalf(t, "the statement left something behind: %s", d.Input)
		}
		return err.Error() + "\n"
	})
	if mistakes < 50 {
		t.Errorf("there are %d mistakes; expected at least 50", mistakes)
	}
}

// remedy finds that a message says what to do: behind a semicolon, or by naming
// what belongs in the place.
var remedy = regexp.MustCompile(`; \S|expected \S|must be one of \S|missing ";"`)

func checkTeaches(t *testing.T, d *datadriven.TestData, err error) {
	var se *leat.StatementError
	if !errors.As(err, &se) || se.Line < 1 || se.Col < 1 || !strings.HasPrefix(err.Error(), "line ") {
		d.Fatalf(t, "the message names no place: %v", err)
	}
	if lines := strings.Split(d.Input, "\n"); se.Line > len(lines) || se.Col > len([]rune(lines[se.Line-1]))+1 {
		d.Fatalf(t, "the place is not in the statement: %v", err)
	}
	if !remedy.MatchString(err.Error()) {
		d.Fatalf(t, "the message does not say what to do: %v", err)
	}
}

// commandsOf names what is in the catalogue and in the log.
func commandsOf(t *testing.T, db *leat.DB) string {
	results, err := db.Exec(context.Background(), "SHOW STREAMS; SHOW TABLES; SHOW TYPES; SHOW QUERIES; SHOW ALL TOPICS;")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range results {
		switch {
		case r.Sources != nil:
			for _, s := range r.Sources.Sources {
				names = append(names, s.Name)
			}
		case r.Queries != nil:
			for _, q := range r.Queries.Queries {
				names = append(names, q.ID)
			}
		case r.Topics != nil:
			for _, topic := range r.Topics.Topics {
				names = append(names, topic.Name)
			}
		}
		for _, ty := range r.Types {
			names = append(names, ty.Name)
		}
	}
	return strings.Join(names, " ")
}
