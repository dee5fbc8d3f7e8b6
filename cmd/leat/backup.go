package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
)

func backupCommand() *cobra.Command {
	var dir, address string
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all that a database has to one file",
		Long: `Write all that a database has at one moment to one file, which leat restore makes a directory of again: topics, positions,
definitions and state, so that queries go on exactly once. With --server it is taken from a running server, which goes on meanwhile;
otherwise from a directory that no server has open. The file is there only when it is whole; "-" is standard output.`,
		Example: `  leat backup monday.zip --server http://localhost:8088
  leat backup monday.zip --data mydata
  leat backup - --server http://localhost:8088 | zstd > monday.zip.zst`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			write := func(w io.Writer) error { return backupDirectory(c.Context(), dir, w) }
			if address != "" {
				write = func(w io.Writer) error { return backupServer(c.Context(), address, w) }
			}
			if args[0] == "-" {
				return write(c.OutOrStdout())
			}
			return writeWhole(args[0], write)
		},
	}
	dataFlag(c, &dir)
	c.Flags().StringVar(&address, "server", "", "URL of a running server to take the backup from")
	c.MarkFlagsMutuallyExclusive("data", "server")
	return c
}

func backupDirectory(ctx context.Context, dir string, w io.Writer) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("no database to back up: %w", err)
	}
	db, err := openData(ctx, dir)
	if err != nil {
		return err
	}
	return errors.Join(db.Backup(ctx, w), db.Close())
}

func backupServer(ctx context.Context, address string, w io.Writer) error {
	target, err := url.JoinPath(address, "backup")
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no backup from %s: %w", address, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("no backup from %s: it answers %s", address, resp.Status)
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("the backup from %s broke off, see the server's log: %w", address, err)
	}
	return nil
}

// writeWhole writes a file that gets its name when it is whole and durable.
func writeWhole(name string, write func(io.Writer) error) error {
	f, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		return os.Rename(f.Name(), name)
	}
	return errors.Join(err, os.Remove(f.Name()))
}

func restoreCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:     "restore FILE",
		Short:   "Make a data directory of a backup",
		Long:    `Make a data directory, which must be new or empty, of a file that leat backup wrote.`,
		Example: "  leat restore monday.zip --data restored\n  leat serve --data restored",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			info, err := f.Stat()
			if err == nil {
				err = leat.Restore(c.Context(), dir, f, info.Size())
			}
			return errors.Join(err, f.Close())
		},
	}
	dataFlag(c, &dir)
	return c
}
