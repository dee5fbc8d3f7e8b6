//go:build !linux

package bench

import "os"

// datasync makes the data of f durable.
func datasync(f *os.File) error { return f.Sync() }
