package examples

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/log"
)

// data returns a file of the shared test data, which is not part of the project.
func data(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not here; the example runs on any file of its kind", path)
	}
	return path
}

// expected runs the awk program of an example over its input.
func expected(t *testing.T, example, input string) []string {
	t.Helper()
	awk, err := exec.LookPath("awk")
	if err != nil {
		t.Skip("awk, which computes the expected results, is not here")
	}
	cmd := exec.Command(awk, "-v", "CONVFMT=%.15g", "-v", "OFMT=%.15g", "-f", "epoch.awk", "-f", filepath.Join(example, "check.awk"), input)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	return lines
}

// open loads a file into a topic, a record a line, and runs the example over it.
func open(t *testing.T, example, input, topic string, skip int) *leat.DB {
	t.Helper()
	ctx := context.Background()
	db, err := leat.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Log().CreateTopic(ctx, topic, log.TopicConfig{Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(input)
	if err != nil {
		t.Fatal(err)
	}
	var b log.BatchBuilder
	now := time.Now().UnixMilli()
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		if n >= skip {
			b.Append(nil, lines.Bytes(), nil, now)
		}
	}
	if _, err := db.Log().Produce(ctx, []log.Write{{Topic: topic, Batch: b.Bytes()}}); err != nil {
		t.Fatal(err)
	}
	sql, err := os.ReadFile(filepath.Join(example, "queries.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(ctx, string(sql)); err != nil {
		t.Fatal(err)
	}
	if err := db.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	return db
}

// answers runs a query and returns a line name,value,value,... per row.
func answers(t *testing.T, db *leat.DB, name, sql string) []string {
	t.Helper()
	rows, err := db.Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for row, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		line := name
		for _, v := range row.Values {
			text := fmt.Sprint(v)
			switch v := v.(type) {
			case nil:
				text = ""
			case float64:
				text = strconv.FormatFloat(v, 'f', -1, 64)
			}
			line += "," + text
		}
		out = append(out, line)
	}
	return out
}

// compare reports the first lines that only one side has.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	slices.Sort(got)
	shown := 0
	for g, w := 0, 0; (g < len(got) || w < len(want)) && shown < 10; {
		switch {
		case w == len(want) || g < len(got) && got[g] < want[w]:
			t.Errorf("too much: %s", got[g])
			g, shown = g+1, shown+1
		case g == len(got) || want[w] < got[g]:
			t.Errorf("missing:  %s", want[w])
			w, shown = w+1, shown+1
		default:
			g, w = g+1, w+1
		}
	}
	if len(want) < 100 {
		t.Errorf("only %d lines were expected: the check checks nothing", len(want))
	}
}

func TestAccessLog(t *testing.T) {
	input := data(t, "access.log")
	want := expected(t, "access-log", input)
	db := open(t, "access-log", input, "access-log", 0)
	got := answers(t, db, "status_per_minute", "SELECT status, windowstart, hits FROM status_per_minute;")
	got = append(got, answers(t, db, "pages", "SELECT page, hits, bytes FROM pages;")...)
	got = append(got, answers(t, db, "visits", "SELECT ip, windowstart, windowend, hits FROM visits;")...)
	got = append(got, answers(t, db, "origins", "SELECT ip, hits, referrer FROM origins;")...)
	missing := answers(t, db, "not_found", "SELECT page FROM not_found;")
	got = append(got, fmt.Sprintf("not_found,%d", len(missing)))
	compare(t, got, want)
}

func TestEarthquakes(t *testing.T) {
	input := data(t, "earthquakes.csv")
	want := expected(t, "earthquakes", input)
	db := open(t, "earthquakes", input, "quakes", 1)
	got := answers(t, db, "per_day", "SELECT network, day, quakes, strongest FROM per_day;")
	got = append(got, answers(t, db, "rate", "SELECT network, windowstart, quakes FROM rate;")...)
	got = append(got, answers(t, db, "strong", "SELECT id, network FROM strong;")...)
	compare(t, got, want)
}
