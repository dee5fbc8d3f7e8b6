package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOutsideTheRepository: a module of its own that has nothing of ours but the
// exported packages builds, runs twice in one directory, and passes its tests.
func TestOutsideTheRepository(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module; not in short mode")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	for _, name := range []string{"main.go", "main_test.go", "schema.sql"} {
		copyFile(t, filepath.Join("embedded", name), filepath.Join(module, name))
	}
	copyFile(t, filepath.Join(root, "go.sum"), filepath.Join(module, "go.sum"))
	goMod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(goMod), "module github.com/leatdb/leat", "module example.org/outside", 1) +
		fmt.Sprintf("\nrequire github.com/leatdb/leat v0.0.0\n\nreplace github.com/leatdb/leat => %s\n", root)
	if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		cmd := exec.Command("go", args...)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	data := filepath.Join(t.TempDir(), "data")
	for _, want := range []string{"/home 2\n", "/home 4\n"} {
		if got := run("run", ".", data); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	run("test", ".")
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
