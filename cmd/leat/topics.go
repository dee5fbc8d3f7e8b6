package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/leatdb/leat/internal/vfs"
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
	if errors.Is(err, vfs.ErrLocked) {
		return fmt.Errorf("%w; if that is a server started with --kafka HOST:PORT, ask it: --bootstrap HOST:PORT instead of --data", err)
	}
	if err != nil {
		return err
	}
	return errors.Join(do(l), l.Close())
}

func topicsCommand() *cobra.Command {
	var at place
	var all bool
	out := listing{columns: []string{"Topic", "Partition", "Records", "First", "End"}, grouped: true}
	c := &cobra.Command{
		Use:   "topics",
		Short: "List, describe, create, alter and delete topics",
		Long: `List the topics of a data directory, or of a running server with --bootstrap, with the offsets in each partition. The commands below
describe and change them.`,
		Example: "  leat topics --data mydata\n  leat topics create clicks --partitions 4 --bootstrap localhost:9092",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := at.admin(c, func(ctx context.Context, a *kadm.Client) error { return listTopics(ctx, a, &out, all) })
			if err != nil {
				return err
			}
			return out.print(c)
		},
	}
	at.add(c)
	out.flag(c)
	c.Flags().BoolVar(&all, "all", false, "internal topics, too")
	c.AddCommand(describeTopicCommand(), createTopicCommand(), alterTopicCommand(), deleteTopicCommand())
	return c
}

func listTopics(ctx context.Context, a *kadm.Client, out *listing, all bool) error {
	topics, err := a.ListTopicsWithInternal(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range topics.Sorted() {
		if all || !t.IsInternal {
			names = append(names, t.Topic)
		}
	}
	if len(names) == 0 {
		return nil // No names would stand for all topics.
	}
	starts, err := a.ListStartOffsets(ctx, names...)
	if err != nil {
		return err
	}
	ends, err := a.ListEndOffsets(ctx, names...)
	if err != nil {
		return err
	}
	for _, name := range names {
		for _, p := range topics[name].Partitions.Sorted() {
			start, _ := starts.Lookup(name, p.Partition)
			end, _ := ends.Lookup(name, p.Partition)
			if err := errors.Join(start.Err, end.Err); err != nil {
				return fmt.Errorf("%s-%d: %w", name, p.Partition, err)
			}
			out.add(name, p.Partition, end.Offset-start.Offset, start.Offset, end.Offset)
		}
	}
	return nil
}

// explained adds to the code of a refusal what the server says about it.
func explained(err error, message, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return fmt.Errorf("%s: there is no such topic; leat topics lists them", what)
	case message != "":
		return fmt.Errorf("%s: %s", what, message)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func describeTopicCommand() *cobra.Command {
	var at place
	var all bool
	out := listing{columns: []string{"Topic", "Setting", "Value", "From"}, grouped: true}
	c := &cobra.Command{
		Use:     "describe TOPIC...",
		Short:   "Show the partitions and settings of topics",
		Example: "  leat topics describe clicks --all",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, topics []string) error {
			err := at.admin(c, func(ctx context.Context, a *kadm.Client) error { return describeTopics(ctx, a, &out, topics, all) })
			if err != nil {
				return err
			}
			return out.print(c)
		},
	}
	at.add(c)
	out.flag(c)
	c.Flags().BoolVar(&all, "all", false, "settings that are at their defaults, too")
	return c
}

func describeTopics(ctx context.Context, a *kadm.Client, out *listing, names []string, all bool) error {
	topics, err := a.ListTopicsWithInternal(ctx, names...)
	if err != nil {
		return err
	}
	for _, t := range topics.Sorted() {
		if err := explained(t.Err, "", "topic "+t.Topic); err != nil {
			return err
		}
		configs, err := a.DescribeTopicConfigs(ctx, t.Topic)
		if err != nil {
			return err
		}
		out.add(t.Topic, "partitions", fmt.Sprint(len(t.Partitions)), "topic")
		out.add(t.Topic, "id", t.ID.String(), "topic")
		for _, r := range configs {
			if r.Err != nil {
				return fmt.Errorf("topic %s: %w", t.Topic, r.Err)
			}
			for _, s := range r.Configs {
				if all || s.Source != kmsg.ConfigSourceDefaultConfig {
					out.add(t.Topic, s.Key, s.MaybeValue(), sourceName(s.Source))
				}
			}
		}
	}
	return nil
}

func sourceName(s kmsg.ConfigSource) string {
	switch s {
	case kmsg.ConfigSourceDynamicTopicConfig:
		return "topic"
	case kmsg.ConfigSourceDefaultConfig:
		return "default"
	}
	return "server"
}

// settingsOf reads name=value texts.
func settingsOf(texts []string) (map[string]*string, error) {
	settings := map[string]*string{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--config needs name=value, not %q", text)
		}
		settings[name] = &value
	}
	return settings, nil
}
