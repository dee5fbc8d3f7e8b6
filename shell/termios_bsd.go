//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package shell

import "golang.org/x/sys/unix"

// The ioctls that read and set how a terminal behaves.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)
