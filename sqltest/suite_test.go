package sqltest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// suite runs the files below a directory that holds the given ones. It returns
// the summary and what was written.
func suite(t *testing.T, files map[string]string) (summary, out string, err error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	report, err := (&Suite{Out: &b}).Files(context.Background(), dir)
	if report != nil {
		summary = report.String()
	}
	return summary, b.String(), err
}
