package bench

import (
	"os"

	"golang.org/x/sys/unix"
)

// datasync makes the data of f durable.
func datasync(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }
