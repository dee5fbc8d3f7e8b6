//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package shell

import (
	"errors"

	prompt "github.com/c-bata/go-prompt"
)

// console needs a Unix terminal.
type console struct{ prompt.ConsoleParser }

func newConsole() (*console, error) {
	return nil, errors.New("the interactive shell needs a Unix terminal; send statements through a pipe, or use leat run")
}

// Close has nothing to restore.
func (*console) Close() error { return nil }
