package shell

import "golang.org/x/sys/unix"

// The ioctls that read and set how a terminal behaves.
const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)
