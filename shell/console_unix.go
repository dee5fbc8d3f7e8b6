//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package shell

import (
	"fmt"
	"os"
	"sync/atomic"

	prompt "github.com/c-bata/go-prompt"
	"golang.org/x/sys/unix"
)

// console reads keys for go-prompt. The library's own reader has three faults
// that this one mends without a fork: it re-applies raw mode when it should
// restore the terminal, so that the shell leaves a broken terminal behind and
// Ctrl-C cannot stop a running query; it takes everything one read returns as a
// single key, so that pasted lines end up in one another; and it does not know
// bracketed paste.
//
// Setup and TearDown come in pairs, around every statement that runs, too.
type console struct {
	tty   *os.File
	fd    int
	saved *unix.Termios // Not nil while the terminal is raw.
	keys  splitter
	told  atomic.Uint32 // The size that the library knows: columns, and rows above them.
}

// newConsole opens the controlling terminal.
func newConsole() (*console, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("no terminal to read from: %w", err)
	}
	return &console{tty: tty, fd: int(tty.Fd())}, nil
}

const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
)

// Setup makes the terminal raw and remembers how it was.
func (c *console) Setup() error {
	if c.saved != nil {
		return nil
	}
	saved, err := unix.IoctlGetTermios(c.fd, getTermios)
	if err != nil {
		return err
	}
	// Keys come one by one and unechoed; output stays as it is, so that a line end
	// still returns to the first column.
	raw := *saved
	raw.Iflag &^= unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	raw.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(c.fd, setTermios, &raw); err != nil {
		return err
	}
	c.saved = saved
	if _, err := c.tty.WriteString(pasteOn); err != nil {
		return err
	}
	return unix.SetNonblock(c.fd, true)
}

// TearDown gives the terminal back as Setup found it.
func (c *console) TearDown() error {
	if c.saved == nil {
		return nil
	}
	saved := c.saved
	c.saved = nil
	err := unix.SetNonblock(c.fd, false)
	if _, werr := c.tty.WriteString(pasteOff); err == nil {
		err = werr
	}
	if rerr := unix.IoctlSetTermios(c.fd, setTermios, saved); err == nil {
		err = rerr
	}
	return err
}

// Close restores the terminal and closes it.
func (c *console) Close() error {
	err := c.TearDown()
	if cerr := c.tty.Close(); err == nil {
		err = cerr
	}
	return err
}

// Read returns one key or one run of text. The library calls it every 10 ms;
// with nothing to read it returns an error, which the library ignores.
func (c *console) Read() ([]byte, error) {
	if key := c.keys.next(false); key != nil {
		return key, nil
	}
	c.announceSize()
	var buf [4096]byte
	n, err := unix.Read(c.fd, buf[:])
	if n <= 0 {
		if key := c.keys.next(true); key != nil { // A lone Escape is a key once nothing follows it.
			return key, nil
		}
		if err == nil {
			err = unix.EAGAIN
		}
		return nil, err
	}
	c.keys.feed(buf[:n])
	if key := c.keys.next(false); key != nil {
		return key, nil
	}
	return nil, unix.EAGAIN
}

// announceSize tells the library of a size that changed while a statement ran,
// when it does not listen to the signal: it gets another.
func (c *console) announceSize() {
	ws, err := unix.IoctlGetWinsize(c.fd, unix.TIOCGWINSZ)
	if err != nil || ws.Col == 0 || ws.Row == 0 || packSize(ws) == c.told.Load() {
		return
	}
	// It is asked again with the next read when the signal was too early.
	_ = unix.Kill(os.Getpid(), unix.SIGWINCH)
}

func packSize(ws *unix.Winsize) uint32 { return uint32(ws.Row)<<16 | uint32(ws.Col) }

// GetWinSize returns the size of the terminal, or a usual one when it tells none.
func (c *console) GetWinSize() *prompt.WinSize {
	ws, err := unix.IoctlGetWinsize(c.fd, unix.TIOCGWINSZ)
	if err != nil || ws.Col == 0 || ws.Row == 0 {
		return &prompt.WinSize{Row: 24, Col: 80}
	}
	c.told.Store(packSize(ws))
	return &prompt.WinSize{Row: ws.Row, Col: ws.Col}
}
