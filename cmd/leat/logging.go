package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

// logFlags say how diagnostics are written. They never hold the text of
// statements, whose literals are users' data.
type logFlags struct {
	format, level string
	verbose       bool
}

func (f *logFlags) add(c *cobra.Command) {
	c.PersistentFlags().BoolVarP(&f.verbose, "verbose", "v", false, "all diagnostics on stderr: --log-level debug")
	c.PersistentFlags().StringVar(&f.format, "log-format", "text", "how diagnostics are written to stderr: text or json")
	c.PersistentFlags().StringVar(&f.level, "log-level", "warn", "diagnostics from which level on: debug, info, warn or error")
}

// logger returns the logger that the flags ask for.
func (f *logFlags) logger(w io.Writer) (*slog.Logger, error) {
	o := &slog.HandlerOptions{}
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, usageError{fmt.Errorf("--log-level must be debug, info, warn or error, not %q", f.level)}
	}
	if f.verbose {
		level = slog.LevelDebug
	}
	o.Level = level
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, usageError{fmt.Errorf("--log-format must be text or json, not %q", f.format)}
}
