package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
)

func groupsCommand() *cobra.Command {
	var at place
	out := listing{columns: []string{"Group", "State", "Members", "Lag"}}
	c := &cobra.Command{
		Use:     "groups",
		Short:   "List, describe and delete consumer groups",
		Long:    `List the consumer groups of a data directory, or of a running server with --bootstrap, and how far they are behind.`,
		Example: "  leat groups --bootstrap localhost:9092\n  leat groups describe pager",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := at.admin(c, func(ctx context.Context, a *kadm.Client) error { return listGroups(ctx, a, &out) })
			if err != nil {
				return err
			}
			return out.print(c)
		},
	}
	at.add(c)
	out.flag(c)
	c.AddCommand(describeGroupCommand(), deleteGroupCommand())
	return c
}

func listGroups(ctx context.Context, a *kadm.Client, out *listing) error {
	groups, err := a.ListGroups(ctx)
	if err != nil || len(groups) == 0 {
		return err // No names would stand for all groups.
	}
	lags, err := a.Lag(ctx, groups.Groups()...)
	if err != nil {
		return err
	}
	for _, g := range lags.Sorted() {
		if err := g.Error(); err != nil {
			return fmt.Errorf("group %s: %w", g.Group, err)
		}
		out.add(g.Group, g.State, len(g.Members), g.Lag.Total())
	}
	return nil
}

// lagOf describes a group that exists.
func lagOf(ctx context.Context, a *kadm.Client, group string) (kadm.DescribedGroupLag, error) {
	lags, err := a.Lag(ctx, group)
	if err != nil {
		return kadm.DescribedGroupLag{}, err
	}
	g := lags[group]
	if g.State == "Dead" {
		return g, fmt.Errorf("there is no group %q; leat groups lists them", group)
	}
	if err := g.Error(); err != nil {
		return g, fmt.Errorf("group %s: %w", group, err)
	}
	return g, nil
}

func describeGroupCommand() *cobra.Command {
	var at place
	out := listing{columns: []string{"Topic", "Partition", "Committed", "End", "Lag", "Member", "Client", "Host"}, grouped: true}
	c := &cobra.Command{
		Use:     "describe GROUP",
		Short:   "Show what a group reads: offsets, lag and the members that read",
		Example: "  leat groups describe pager --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var g kadm.DescribedGroupLag
			err := at.admin(c, func(ctx context.Context, a *kadm.Client) (err error) {
				g, err = lagOf(ctx, a, args[0])
				return err
			})
			if err != nil {
				return err
			}
			addLag(&out, &g)
			return out.print(c)
		},
	}
	at.add(c)
	out.flag(c)
	return c
}

func addLag(out *listing, g *kadm.DescribedGroupLag) {
	for _, l := range g.Lag.Sorted() {
		var member, client, host any
		if m := l.Member; m != nil {
			member, client, host = m.MemberID, m.ClientID, m.ClientHost
			if m.InstanceID != nil {
				member = *m.InstanceID
			}
		}
		out.add(l.Topic, l.Partition, known(l.Commit.At), known(l.End.Offset), known(l.Lag), member, client, host)
	}
}

func deleteGroupCommand() *cobra.Command {
	var at place
	c := &cobra.Command{
		Use:     "delete GROUP...",
		Short:   "Delete groups without members, with their offsets",
		Example: "  leat groups delete pager",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, groups []string) error {
			return at.admin(c, func(ctx context.Context, a *kadm.Client) error {
				gone, err := a.DeleteGroups(ctx, groups...)
				for _, g := range gone.Sorted() {
					if g.Err == nil {
						fmt.Fprintf(c.OutOrStdout(), "group %s deleted\n", g.Group)
						continue
					}
					err = errors.Join(err, fmt.Errorf("group %s: %w", g.Group, g.Err))
				}
				return err
			})
		},
	}
	at.add(c)
	return c
}
