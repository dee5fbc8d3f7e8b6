package main

import (
	"errors"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/leatdb/leat/log"
)

// dataFlag adds the --data flag of commands that work on a directory.
func dataFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "data", "leat-data", "data directory")
}

// withLog opens the log of a directory for one command. A directory is opened
// by one process at a time, so this fails while a server runs on it.
func withLog(dir string, do func(*log.Log) error) error {
	l, err := log.Open(dir+"/log", log.Options{})
	if err != nil {
		return err
	}
	return errors.Join(do(l), l.Close())
}

func topicsCommand() *cobra.Command {
	var dir string
	var all bool
	c := &cobra.Command{
		Use:     "topics",
		Short:   "List the topics of a data directory",
		Example: "  leat topics --data mydata",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withLog(dir, func(l *log.Log) error { return listTopics(c, l, all) })
		},
	}
	dataFlag(c, &dir)
	c.Flags().BoolVar(&all, "all", false, "internal topics, too")
	return c
}

func listTopics(c *cobra.Command, l *log.Log, all bool) error {
	t := table.NewWriter()
	t.SetOutputMirror(c.OutOrStdout())
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"Topic", "Partitions", "Records", "First", "End"})
	for _, info := range l.Topics() {
		if info.Config.Internal && !all {
			continue
		}
		for p := range int32(info.Config.Partitions) {
			start, err := l.StartOffset(info.Name, p)
			if err != nil {
				return err
			}
			end, err := l.EndOffset(info.Name, p)
			if err != nil {
				return err
			}
			name := info.Name
			if p > 0 {
				name = ""
			}
			t.AppendRow(table.Row{name, fmt.Sprint(p), end - start, start, end})
		}
	}
	t.Render()
	return nil
}
