package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
)

func createTopicCommand() *cobra.Command {
	var at place
	var partitions int32
	var configs []string
	c := &cobra.Command{
		Use:     "create TOPIC...",
		Short:   "Create topics",
		Example: "  leat topics create clicks --partitions 4 --config retention.ms=86400000",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, topics []string) error {
			settings, err := settingsOf(configs)
			if err != nil {
				return err
			}
			return at.admin(c, func(ctx context.Context, a *kadm.Client) error {
				made, err := a.CreateTopics(ctx, partitions, -1, settings, topics...)
				for _, t := range made.Sorted() {
					if t.Err == nil {
						fmt.Fprintf(c.OutOrStdout(), "topic %s created\n", t.Topic)
					}
					err = errors.Join(err, explained(t.Err, t.ErrMessage, "topic "+t.Topic))
				}
				return err
			})
		},
	}
	at.add(c)
	c.Flags().Int32Var(&partitions, "partitions", -1, "partitions of each; -1: as many as the server says")
	c.Flags().StringArrayVar(&configs, "config", nil, "name=value of a setting, such as cleanup.policy=compact, repeatable")
	return c
}

func alterTopicCommand() *cobra.Command {
	var at place
	var partitions int
	var set, remove []string
	c := &cobra.Command{
		Use:   "alter TOPIC...",
		Short: "Change settings of topics, or raise their number of partitions",
		Example: `  leat topics alter clicks --config retention.ms=3600000 --delete-config retention.bytes
  leat topics alter clicks --partitions 8`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, topics []string) error {
			settings, err := settingsOf(set)
			if err != nil {
				return err
			}
			var changes []kadm.AlterConfig
			for name, value := range settings {
				changes = append(changes, kadm.AlterConfig{Op: kadm.SetConfig, Name: name, Value: value})
			}
			for _, name := range remove {
				changes = append(changes, kadm.AlterConfig{Op: kadm.DeleteConfig, Name: name})
			}
			if len(changes) == 0 && partitions == 0 {
				return errors.New("nothing to change: give --config, --delete-config or --partitions")
			}
			return at.admin(c, func(ctx context.Context, a *kadm.Client) error {
				return alterTopics(ctx, c, a, topics, partitions, changes)
			})
		},
	}
	at.add(c)
	c.Flags().IntVar(&partitions, "partitions", 0, "raise the number of partitions to this")
	c.Flags().StringArrayVar(&set, "config", nil, "name=value of a setting, repeatable")
	c.Flags().StringArrayVar(&remove, "delete-config", nil, "name of a setting to take back, repeatable")
	return c
}

func alterTopics(ctx context.Context, c *cobra.Command, a *kadm.Client, topics []string, partitions int, changes []kadm.AlterConfig) error {
	var errs []error
	if len(changes) > 0 {
		altered, err := a.AlterTopicConfigs(ctx, changes, topics...)
		errs = append(errs, err)
		for _, r := range altered {
			errs = append(errs, explained(r.Err, r.ErrMessage, "topic "+r.Name))
		}
	}
	if partitions > 0 && errors.Join(errs...) == nil {
		raised, err := a.UpdatePartitions(ctx, partitions, topics...)
		errs = append(errs, err)
		for _, r := range raised.Sorted() {
			errs = append(errs, explained(r.Err, r.ErrMessage, "topic "+r.Topic))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, t := range topics {
		fmt.Fprintf(c.OutOrStdout(), "topic %s altered\n", t)
	}
	return nil
}

func deleteTopicCommand() *cobra.Command {
	var at place
	c := &cobra.Command{
		Use:     "delete TOPIC...",
		Short:   "Delete topics with their records",
		Example: "  leat topics delete clicks",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, topics []string) error {
			return at.admin(c, func(ctx context.Context, a *kadm.Client) error {
				gone, err := a.DeleteTopics(ctx, topics...)
				for _, t := range gone.Sorted() {
					if t.Err == nil {
						fmt.Fprintf(c.OutOrStdout(), "topic %s deleted\n", t.Topic)
					}
					err = errors.Join(err, explained(t.Err, t.ErrMessage, "topic "+t.Topic))
				}
				return err
			})
		},
	}
	at.add(c)
	return c
}
