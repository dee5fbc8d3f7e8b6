package server_test

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/leatdb/leat"
)

// TestBackup: what GET /backup gives is a database.
func TestBackup(t *testing.T) {
	db, url := start(t)
	if _, err := db.Exec(t.Context(), ddl+`INSERT INTO s (k, v) VALUES ('a', 1);`); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(url + "/backup")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	backup, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/zip" {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	dir := filepath.Join(t.TempDir(), "restored")
	if err := leat.Restore(t.Context(), dir, bytes.NewReader(backup), int64(len(backup))); err != nil {
		t.Fatal(err)
	}
	restored, err := leat.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if err := restored.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := restored.Query(t.Context(), "SELECT n FROM t WHERE k = 'a';")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := leat.Collect[int64](rows); err != nil || len(got) != 1 || got[0] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestBackupThatFails: a client never takes a part for the whole.
func TestBackupThatFails(t *testing.T) {
	db, url := start(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(url + "/backup")
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if err == nil {
		t.Error("the backup of a closed database was answered")
	}
}
