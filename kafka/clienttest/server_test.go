package clienttest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// leatBinary is the program under test, built once.
var leatBinary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "leat-clienttest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	leatBinary = filepath.Join(dir, "leat")
	build := exec.Command("go", "build", "-o", leatBinary, "./cmd/leat")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building leat: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// server is leat serve in a process of its own, at an address that stays the same when it is killed and started again.
type server struct {
	t    *testing.T
	dir  string
	addr string // for Kafka's clients
	url  string // of the HTTP API; another one after a restart
	args []string
	cmd  *exec.Cmd
	said bytes.Buffer // stderr of all lives
}

// startServer starts a server with an empty data directory, which ends with the test.
func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir(), addr: freeAddress(t), args: args}
	s.start()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() && s.said.Len() > 0 {
			t.Logf("the server said:\n%s", s.said.Bytes())
		}
	})
	return s
}

var lastPort = func() *atomic.Int32 {
	p := new(atomic.Int32)
	p.Store(12000 + rand.Int32N(8000))
	return p
}()

// freeAddress is outside the range that systems take the ports of outgoing connections from: a client could get the port of
// a killed server, and even connect to itself there.
func freeAddress(t *testing.T) string {
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", lastPort.Add(1))
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

func (s *server) start() {
	s.t.Helper()
	args := append([]string{"serve", "--data", filepath.Join(s.dir, "data"), "--http", "127.0.0.1:0", "--kafka", s.addr,
		"--set", "auto.offset.reset=earliest"}, s.args...)
	s.cmd = exec.Command(leatBinary, args...)
	s.cmd.Stderr = &s.said
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() { // Ends with the process.
		defer close(ready)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, rest, ok := strings.Cut(lines.Text(), " at "); ok {
				url, _, _ := strings.Cut(rest, ",")
				ready <- url
				break
			}
		}
		io.Copy(io.Discard, out)
	}()
	select {
	case url, ok := <-ready:
		if !ok {
			s.cmd.Wait()
			s.t.Fatalf("the server ended before it was ready: %s", s.said.Bytes())
		}
		s.url = url
	case <-time.After(30 * time.Second):
		s.t.Fatal("the server is not ready after 30 s")
	}
}

// kill ends the server with SIGKILL.
func (s *server) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
}

// restart is a kill and a start.
func (s *server) restart() {
	s.t.Helper()
	s.kill()
	s.start()
}

// sql executes statements.
func (s *server) sql(statements string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"ksql": statements})
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.Post(s.url+"/ksql", "application/json", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s", statements, answer)
	}
}
