package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/log"
)

// usersFlags say where users are kept: in a data directory or in a file.
type usersFlags struct{ data, file string }

func (f *usersFlags) add(c *cobra.Command) {
	dataFlag(c, &f.data)
	c.Flags().StringVar(&f.file, "file", "", "users file (setting users.file), instead of the data directory; a server reads it again when it changes")
	c.MarkFlagsMutuallyExclusive("data", "file")
}

// change does something with the users of the data directory.
func (f *usersFlags) change(do func(*auth.Users) error) error {
	return withLog(f.data, func(l *log.Log) error {
		users, err := auth.Open(l, auth.Options{})
		if err != nil {
			return err
		}
		return do(users)
	})
}

func usersCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "users",
		Short: "Add, list and remove users",
		Long: `Add, list and remove those who may use a server: their names, roles and passwords hold for HTTP and for Kafka's clients. Users are kept
in the data directory, which must not be served meanwhile, or in a file that leat serve is given with --users-file. Passwords are never
kept, only salted hashes of them.`,
	}
	c.AddCommand(usersAdd(), usersList(), usersRemove())
	return c
}

func usersAdd() *cobra.Command {
	var flags usersFlags
	var roleName string
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a user, or give it a new password and role",
		Long: `Add a user, or give it a new password and role. The password is asked for, or is the first line of what is piped in. The role is read
(look at everything), write (and change data, streams, queries, topics), admin (everything), or none (what access rules of Kafka allow).`,
		Example: "  leat users add alice --role write --data mydata\n  leat users add alice --role admin --file users.txt <password.txt",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			role, err := auth.ParseRole(roleName)
			if err != nil {
				return err
			}
			password, err := readPassword(c, "Password of "+args[0]+": ")
			if err != nil {
				return err
			}
			user, err := auth.NewUser(args[0], role, password)
			if err != nil {
				return err
			}
			if flags.file != "" {
				return auth.EditFile(flags.file, user)
			}
			return flags.change(func(users *auth.Users) error { return users.Put(c.Context(), user) })
		},
	}
	flags.add(c)
	c.Flags().StringVar(&roleName, "role", "read", "none, read, write or admin")
	return c
}

// readPassword asks a terminal without showing what is typed, and reads a line of anything else.
func readPassword(c *cobra.Command, prompt string) (string, error) {
	if in, ok := c.InOrStdin().(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		fmt.Fprint(c.ErrOrStderr(), prompt)
		b, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(c.ErrOrStderr())
		return string(b), err
	}
	lines := bufio.NewScanner(c.InOrStdin())
	if !lines.Scan() {
		return "", errors.Join(errors.New("expected a password on standard input"), lines.Err())
	}
	return strings.TrimSuffix(lines.Text(), "\r"), nil
}

func usersList() *cobra.Command {
	var flags usersFlags
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the users with their roles",
		Example: "  leat users list --data mydata",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if flags.file != "" {
				all, err := auth.ReadFile(flags.file)
				if err == nil {
					printUsers(c, all)
				}
				return err
			}
			return flags.change(func(users *auth.Users) error {
				printUsers(c, users.List())
				return nil
			})
		},
	}
	flags.add(c)
	return c
}

func printUsers(c *cobra.Command, users []auth.User) {
	t := table.NewWriter()
	t.SetOutputMirror(c.OutOrStdout())
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"User", "Role", "Credentials"})
	for _, u := range users {
		var mechanisms []string
		for _, cr := range u.Credentials {
			mechanisms = append(mechanisms, cr.Mechanism.String())
		}
		t.AppendRow(table.Row{u.Name, u.Role.String(), strings.Join(mechanisms, ", ")})
	}
	t.Render()
}

func usersRemove() *cobra.Command {
	var flags usersFlags
	c := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove a user",
		Example: "  leat users remove alice --data mydata",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if flags.file == "" {
				return flags.change(func(users *auth.Users) error { return users.Remove(c.Context(), args[0]) })
			}
			all, err := auth.ReadFile(flags.file)
			if err != nil {
				return err
			}
			for _, u := range all {
				if u.Name == args[0] {
					return auth.EditFile(flags.file, auth.User{Name: u.Name})
				}
			}
			return fmt.Errorf("%w: %s", auth.ErrUnknownUser, args[0])
		},
	}
	flags.add(c)
	return c
}
