package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
)

func offsetsCommand() *cobra.Command {
	var at place
	out := listing{columns: []string{"Group", "Topic", "Partition", "Committed", "End", "Lag"}, grouped: true}
	c := &cobra.Command{
		Use:   "offsets [GROUP...]",
		Short: "List, reset and delete the offsets of groups",
		Long:  `List the offsets that groups have committed, in a data directory or with --bootstrap on a running server. No names stand for all groups.`,
		Example: `  leat offsets pager
  leat offsets reset pager --topic clicks --to-earliest --dry-run`,
		RunE: func(c *cobra.Command, groups []string) error {
			err := at.admin(c, func(ctx context.Context, a *kadm.Client) error { return listOffsets(ctx, a, &out, groups) })
			if err != nil {
				return err
			}
			return out.print(c)
		},
	}
	at.add(c)
	out.flag(c)
	c.AddCommand(resetOffsetsCommand(), deleteOffsetsCommand())
	return c
}

func listOffsets(ctx context.Context, a *kadm.Client, out *listing, groups []string) error {
	if len(groups) == 0 {
		all, err := a.ListGroups(ctx)
		if err != nil {
			return err
		}
		groups = all.Groups()
	}
	for _, name := range groups {
		g, err := lagOf(ctx, a, name)
		if err != nil {
			return err
		}
		for _, l := range g.Lag.Sorted() {
			out.add(name, l.Topic, l.Partition, known(l.Commit.At), known(l.End.Offset), known(l.Lag))
		}
	}
	return nil
}

// target says where offsets are reset to.
type target struct {
	earliest, latest bool
	offset           int64
	datetime         string
	millis           int64 // of datetime
}

func (to *target) add(c *cobra.Command) {
	c.Flags().BoolVar(&to.earliest, "to-earliest", false, "to the oldest record")
	c.Flags().BoolVar(&to.latest, "to-latest", false, "to the end")
	c.Flags().Int64Var(&to.offset, "to-offset", 0, "to this offset, or the nearest there is")
	c.Flags().StringVar(&to.datetime, "to-datetime", "", "to the first record of this time or later, such as 2026-11-22T15:04:05Z; without a zone it is local")
	flags := []string{"to-earliest", "to-latest", "to-offset", "to-datetime"}
	c.MarkFlagsMutuallyExclusive(flags...)
	c.MarkFlagsOneRequired(flags...)
}

func (to *target) parse() error {
	if to.datetime == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, to.datetime, time.Local); err == nil {
			to.millis = t.UnixMilli()
			return nil
		}
	}
	return fmt.Errorf("--to-datetime: expected a time such as 2026-11-22T15:04:05Z, 2026-11-22 15:04:05 or 2026-11-22, not %q", to.datetime)
}

// find returns the offsets of partitions that the target stands for.
func (to *target) find(ctx context.Context, a *kadm.Client, topics []string) (kadm.ListedOffsets, error) {
	switch {
	case to.latest:
		return a.ListEndOffsets(ctx, topics...)
	case to.earliest:
		return a.ListStartOffsets(ctx, topics...)
	case to.datetime != "":
		return a.ListOffsetsAfterMilli(ctx, to.millis, topics...)
	}
	starts, err := a.ListStartOffsets(ctx, topics...)
	if err != nil {
		return nil, err
	}
	ends, err := a.ListEndOffsets(ctx, topics...)
	for topic, partitions := range starts {
		for p, o := range partitions {
			end, _ := ends.Lookup(topic, p)
			o.Offset = min(max(to.offset, o.Offset), end.Offset)
			partitions[p] = o
		}
	}
	return starts, err
}

func resetOffsetsCommand() *cobra.Command {
	var at place
	var to target
	var topics []string
	var dry bool
	out := listing{columns: []string{"Topic", "Partition", "Committed", "New"}, grouped: true}
	c := &cobra.Command{
		Use:   "reset GROUP",
		Short: "Commit other offsets for a group that has no members now",
		Long: `Commit other offsets for a group that has no members now, in all topics that it has offsets in, or in those of --topic. With --dry-run
it only shows what it would do.`,
		Example: `  leat offsets reset pager --to-earliest --dry-run
  leat offsets reset pager --topic clicks:0,2 --to-datetime 2026-11-22T15:04:05Z`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := to.parse(); err != nil {
				return err
			}
			err := at.admin(c, func(ctx context.Context, a *kadm.Client) error {
				return resetOffsets(ctx, a, &out, args[0], topics, to, dry)
			})
			if err != nil {
				return err
			}
			return out.print(c)
		},
	}
	at.add(c)
	out.flag(c)
	to.add(c)
	c.Flags().StringArrayVar(&topics, "topic", nil, "topic, or topic:partition,partition, repeatable; otherwise all the group has offsets in")
	c.Flags().BoolVar(&dry, "dry-run", false, "only show the new offsets")
	return c
}

func resetOffsets(ctx context.Context, a *kadm.Client, out *listing, group string, only []string, to target, dry bool) error {
	described, err := a.DescribeGroups(ctx, group)
	if err != nil {
		return err
	}
	if members := described[group].Members; len(members) > 0 {
		return fmt.Errorf("group %s has %d members, whose offsets are theirs; stop them first", group, len(members))
	}
	committed, chosen, err := choosePartitions(ctx, a, group, only)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return fmt.Errorf("group %s has no offsets; --topic names a topic to make some in", group)
	}
	if err := chosen.check(ctx, a); err != nil {
		return err
	}
	found, err := to.find(ctx, a, chosen.topics())
	if err != nil {
		return err
	}
	var next kadm.Offsets
	for _, o := range found.Offsets().Sorted() {
		if !chosen.has(o.Topic, o.Partition) {
			continue
		}
		next.Add(o)
		before, ok := committed.Lookup(o.Topic, o.Partition)
		if !ok {
			before.At = -1
		}
		out.add(o.Topic, o.Partition, known(before.At), o.At)
	}
	if err := found.Error(); err != nil || dry {
		return err
	}
	done, err := a.CommitOffsets(ctx, group, next)
	return errors.Join(err, done.Error())
}

// chosen are partitions by topic; none means all of the topic.
type chosen map[string][]int32

// choosePartitions returns the offsets of a group, and what only names of them: all if it names none.
func choosePartitions(ctx context.Context, a *kadm.Client, group string, only []string) (kadm.OffsetResponses, chosen, error) {
	committed, err := a.FetchOffsets(ctx, group)
	if err != nil {
		return nil, nil, fmt.Errorf("group %s: %w", group, err)
	}
	ch := chosen{}
	for _, text := range only {
		topic, list, some := strings.Cut(text, ":")
		ch[topic] = nil
		for p := range strings.SplitSeq(list, ",") {
			if !some {
				break
			}
			n, err := strconv.ParseInt(p, 10, 32)
			if err != nil || n < 0 {
				return nil, nil, fmt.Errorf("--topic: expected TOPIC or TOPIC:PARTITION,PARTITION, not %q", text)
			}
			ch[topic] = append(ch[topic], int32(n))
		}
	}
	if len(only) == 0 {
		committed.Each(func(o kadm.OffsetResponse) { ch[o.Topic] = append(ch[o.Topic], o.Partition) })
	}
	return committed, ch, nil
}

func (ch chosen) topics() (names []string) {
	for name := range ch {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (ch chosen) has(topic string, partition int32) bool {
	list, ok := ch[topic]
	return ok && (len(list) == 0 || slices.Contains(list, partition))
}

// check finds partitions that do not exist.
func (ch chosen) check(ctx context.Context, a *kadm.Client) error {
	topics, err := a.ListTopicsWithInternal(ctx, ch.topics()...)
	if err != nil {
		return err
	}
	for _, t := range topics.Sorted() {
		if err := explained(t.Err, "", "topic "+t.Topic); err != nil {
			return err
		}
		for _, p := range ch[t.Topic] {
			if _, ok := t.Partitions[p]; !ok {
				return fmt.Errorf("topic %s has no partition %d", t.Topic, p)
			}
		}
	}
	return nil
}

func deleteOffsetsCommand() *cobra.Command {
	var at place
	var only []string
	c := &cobra.Command{
		Use:     "delete GROUP",
		Short:   "Delete the offsets of a group in topics",
		Example: "  leat offsets delete pager --topic clicks",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return at.admin(c, func(ctx context.Context, a *kadm.Client) error { return deleteOffsets(ctx, c, a, args[0], only) })
		},
	}
	at.add(c)
	c.Flags().StringArrayVar(&only, "topic", nil, "topic, or topic:partition,partition, repeatable")
	_ = c.MarkFlagRequired("topic")
	return c
}

func deleteOffsets(ctx context.Context, c *cobra.Command, a *kadm.Client, group string, only []string) error {
	committed, chosen, err := choosePartitions(ctx, a, group, only)
	if err != nil {
		return err
	}
	var gone kadm.TopicsSet
	n := 0
	for _, o := range committed.Sorted() {
		if chosen.has(o.Topic, o.Partition) {
			gone.Add(o.Topic, o.Partition)
			n++
		}
	}
	if n == 0 {
		return fmt.Errorf("group %s has no offsets there", group)
	}
	done, err := a.DeleteOffsets(ctx, group, gone)
	if err = errors.Join(err, done.Error()); err != nil {
		return fmt.Errorf("group %s: %w", group, err)
	}
	fmt.Fprintf(c.OutOrStdout(), "%d offsets of group %s deleted\n", n, group)
	return nil
}
