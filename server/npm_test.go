package server_test

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

// npmClient is a client of ksqlDB for Node.js, which speaks HTTP/2 and uses all
// routes for statements, queries and rows. It never sends the user and password that it
// is given, so it comes to a server without users.
const npmClient = "ksqldb-client@1.0.5"

// TestNodeClient makes the calls that the documentation of a client from npm shows,
// with the client as it is.
func TestNodeClient(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the client is installed from npm, which takes a while")
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: %v", program, err)
		}
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", npmClient)
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("%s cannot be installed: %v\n%s", npmClient, err, out)
	}
	script, err := os.ReadFile("testdata/npm/documented.js")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "documented.js"), script, 0o666); err != nil {
		t.Fatal(err)
	}
	db, err := leat.OpenMem(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	web := serveHTTP2(server.New(db, slog.New(slog.DiscardHandler)))
	defer func() {
		db.CloseQueries()
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	u, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(ctx, "node", "documented.js", u.Port())
	run.Dir = dir
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = `create stream: 200
create table: 200
streams: ["CLICKS"]
tables: ["HITS"]
topics: ["HITS","clicks"]
queries: ["CTAS_HITS_1"]
describe: ["PAGE","MS"]
insert: [200,null]
insert: [200,null]
pushed: [{"PAGE":"home","MS":3},{"PAGE":"cart","MS":5}]
terminate: undefined
push ended: 200
pull: [{"PAGE":"cart","N":1},{"PAGE":"home","N":1}]
refused: [400,40001]
insert refused: 40000
drop: 200
`
	if string(out) != want {
		t.Errorf("the client printed\n%s\nwant\n%s", out, want)
	}
}
