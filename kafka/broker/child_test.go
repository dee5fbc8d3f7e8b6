package broker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/leatdb/leat/kafka/groups"
	"github.com/leatdb/leat/log"
)

const (
	childDirEnv  = "LEAT_BROKER_CHILD_DIR"
	childAddrEnv = "LEAT_BROKER_CHILD_ADDR"
)

// childMain is the child process, a broker over a log on disk; it returns false in the parent.
func childMain() bool {
	dir := os.Getenv(childDirEnv)
	if dir == "" {
		return false
	}
	if err := serveChild(dir, os.Getenv(childAddrEnv)); err != nil {
		fmt.Println("error", err)
	}
	return true
}

// serveChild serves until standard input ends, be it that the parent has.
func serveChild(dir, addr string) error {
	l, err := log.Open(dir, log.Options{WALFileBytes: 256 << 10, SegmentBytes: 128 << 10})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	fmt.Println("serving")
	return errors.Join(Serve(ctx, l, listener, Options{Groups: groups.Options{MinSession: time.Second}}), l.Close())
}

// child is a broker in a process of its own, which can be killed and comes back at the same address.
type child struct {
	t     *testing.T
	dir   string
	addr  string
	cmd   *exec.Cmd
	stdin io.Closer
}

// startChild starts a broker, which ends with the test.
func startChild(t *testing.T) *child {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a port nobody has
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	c := &child{t: t, dir: t.TempDir(), addr: listener.Addr().String()}
	c.start()
	t.Cleanup(c.kill)
	return c
}

func (c *child) start() {
	c.t.Helper()
	c.cmd = exec.Command(os.Args[0])
	c.cmd.Env = append(os.Environ(), childDirEnv+"="+c.dir, childAddrEnv+"="+c.addr)
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	c.stdin = stdin
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "serving\n" {
		c.kill()
		c.t.Fatalf("the broker says %q, %v", line, err)
	}
}

// kill ends the process as SIGKILL does.
func (c *child) kill() {
	if c.cmd == nil {
		return
	}
	c.cmd.Process.Kill()
	c.cmd.Wait()
	c.cmd = nil
}

// close ends the process as it ends when it is asked to.
func (c *child) close() {
	c.t.Helper()
	c.stdin.Close()
	if err := c.cmd.Wait(); err != nil {
		c.t.Error(err)
	}
	c.cmd = nil
}
