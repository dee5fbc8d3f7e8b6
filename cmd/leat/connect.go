package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/client"
	"github.com/leatdb/leat/shell"
)

// connectFlags say where statements run: at a server, or in a directory that
// this process opens.
type connectFlags struct {
	dir      string
	server   client.Options
	settings []string
	define   []string
}

// add adds the flags; dir is the default of --data.
func (f *connectFlags) add(c *cobra.Command, dir, dirHelp string) {
	c.Flags().StringVar(&f.dir, "data", dir, dirHelp)
	c.Flags().StringArrayVarP(&f.settings, "set", "s", nil, "property=value for the session, repeatable")
	c.Flags().StringArrayVarP(&f.define, "define", "d", nil, "variable=value for ${variable} in statements, repeatable")
	f.addServer(c)
}

// addServer adds the flags of a server.
func (f *connectFlags) addServer(c *cobra.Command) {
	c.Flags().StringVar(&f.server.URL, "server", "", "URL of a leat server to work at instead of a directory, e.g. http://localhost:8088")
	c.Flags().StringVarP(&f.server.User, "user", "u", "", "user at the server")
	c.Flags().StringVarP(&f.server.Password, "password", "p", "", "the user's password; without it LEAT_PASSWORD, or the terminal is asked")
	c.Flags().StringVar(&f.server.CAFile, "tls-ca", "", "PEM file of the authority that signed the server's certificate")
	c.Flags().StringVar(&f.server.CertFile, "tls-cert", "", "PEM file of this client's certificate")
	c.Flags().StringVar(&f.server.KeyFile, "tls-key", "", "PEM file of its key")
	c.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	if c.Flags().Lookup("data") != nil {
		c.MarkFlagsMutuallyExclusive("data", "server")
	}
}

// connection is a session and what it needs.
type connection struct {
	engine shell.Engine
	place  string   // Where it is, for people.
	db     *leat.DB // nil at a server.
	close  func() error
}

// open connects, or opens the directory; the caller closes the connection.
func (f *connectFlags) open(c *cobra.Command) (*connection, error) {
	if f.server.URL == "" {
		if f.server.User != "" {
			return nil, usageError{errors.New("--user is for a server; give its URL with --server")}
		}
		return f.openHere(c.Context())
	}
	if err := f.askPassword(c); err != nil {
		return nil, err
	}
	s, err := client.New(f.server)
	if err != nil {
		return nil, usageError{err}
	}
	info, err := s.Info(c.Context())
	if err == nil {
		err = f.prepare(s)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if v := info.Info.Version; v != leat.Version {
		fmt.Fprintf(c.ErrOrStderr(), "Warning: the server is leat %s and this is %s; use the same version of both.\n", v, leat.Version)
	}
	return &connection{engine: s, place: f.server.URL, close: s.Close}, nil
}

func (f *connectFlags) openHere(ctx context.Context) (*connection, error) {
	db, err := openData(ctx, f.dir)
	if err != nil {
		return nil, err
	}
	session := db.NewSession()
	if err := f.prepare(session); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	place := f.dir
	if place == "" {
		place = "memory"
	}
	return &connection{engine: session, place: place, db: db, close: db.Close}, nil
}

// askPassword completes the user's password.
func (f *connectFlags) askPassword(c *cobra.Command) error {
	if f.server.User == "" || f.server.Password != "" {
		return nil
	}
	if f.server.Password = os.Getenv("LEAT_PASSWORD"); f.server.Password != "" {
		return nil
	}
	in, ok := c.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usageError{fmt.Errorf("there is no password for %s; give --password or set LEAT_PASSWORD", f.server.User)}
	}
	fmt.Fprintf(c.ErrOrStderr(), "Password of %s: ", f.server.User)
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(c.ErrOrStderr())
	f.server.Password = string(b)
	return err
}

// sessionState is what both kinds of sessions keep.
type sessionState interface {
	Set(name, value string) error
	Define(name, value string)
}

// prepare gives a session its settings and variables.
func (f *connectFlags) prepare(s sessionState) error {
	for _, text := range f.settings {
		name, value, ok := cutSetting(text)
		if !ok {
			return usageError{fmt.Errorf("--set needs property=value, not %q", text)}
		}
		if err := s.Set(name, value); err != nil {
			return usageError{err}
		}
	}
	for _, text := range f.define {
		name, value, ok := cutSetting(text)
		if !ok {
			return usageError{fmt.Errorf("--define needs variable=value, not %q", text)}
		}
		s.Define(name, value)
	}
	return nil
}

// cutSetting cuts name=value.
func cutSetting(s string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(s, "=")
	return name, value, ok && name != ""
}
