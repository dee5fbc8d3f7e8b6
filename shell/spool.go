package shell

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// spool is a file that gets what is typed and what is answered.
type spool struct {
	file     *os.File
	path     string
	out, err io.Writer // Of the shell without it.
}

// tee writes to the file, too.
type tee struct {
	io.Writer
	file io.Writer
}

func (t tee) Write(b []byte) (int, error) {
	n, err := t.Writer.Write(b)
	if _, ferr := t.file.Write(b[:n]); err == nil {
		err = ferr
	}
	return n, err
}

// spoolCommand is SPOOL 'file' and SPOOL OFF.
func (s *Shell) spoolCommand(args string) error {
	if equalWord(args, "off") {
		if s.spool == nil {
			return errors.New("nothing is spooled; SPOOL 'session.log' begins")
		}
		return s.spoolOff()
	}
	name := unquote(args)
	if name == "" {
		return errors.New("SPOOL needs a file: SPOOL 'session.log', and SPOOL OFF to end")
	}
	if s.spool != nil {
		return fmt.Errorf("%s is being written already; SPOOL OFF first", s.spool.path)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	s.spool = &spool{file: f, path: path, out: s.Out, err: s.Err}
	s.Out, s.Err = tee{s.Out, f}, tee{s.Err, f}
	fmt.Fprintf(s.spool.err, "Writing the session to %s until SPOOL OFF.\n", path)
	return nil
}

func (s *Shell) spoolOff() error {
	if s.spool == nil {
		return nil
	}
	sp := s.spool
	s.Out, s.Err, s.spool = sp.out, sp.err, nil
	if err := sp.file.Close(); err != nil {
		return err
	}
	fmt.Fprintf(s.Err, "The session is in %s.\n", sp.path)
	return nil
}

// spoolInput writes what was typed to the spool.
func (s *Shell) spoolInput(prefix, line string) {
	if s.spool != nil {
		// A full disk shows with the next result.
		_, _ = fmt.Fprintln(s.spool.file, prefix+line)
	}
}
