package sqltest

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("rewrite", false, "write what the engine gives into the scripts")

func scripts(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir("testdata", func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".test") {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no scripts")
	}
	return out
}

func TestScripts(t *testing.T) {
	for _, path := range scripts(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := ParseScript(path, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range Modes {
			if !s.RunsIn(m) {
				continue
			}
			t.Run(path+"/"+m.Name, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				got, err := s.Run(ctx, m)
				if err != nil {
					t.Fatal(err)
				}
				if *rewrite {
					if m.Name == "straight" {
						if err := os.WriteFile(path, []byte(s.Format(got)), 0o666); err != nil {
							t.Fatal(err)
						}
					}
					return
				}
				if err := s.Check(m, got); err != nil {
					t.Error((&Result{Err: err}).Text())
				}
			})
		}
	}
}

func TestScriptFormatIsStable(t *testing.T) {
	for _, path := range scripts(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := ParseScript(path, text)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]string, len(s.steps))
		for i, st := range s.steps {
			want[i] = st.want
		}
		if got := s.Format(want); got != string(text) {
			t.Errorf("%s: formatting changes it; run with -rewrite\n%s", path, got)
		}
	}
}
