package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// remoteSink produces to a server.
type remoteSink struct {
	cl    *kgo.Client
	topic string
	mu    sync.Mutex
	err   error // the first
}

func newRemoteSink(ctx context.Context, cl *kgo.Client, topic string, partitions int) (*remoteSink, error) {
	_, err := kadm.NewClient(cl).CreateTopic(ctx, int32(partitions), -1, nil, topic)
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	}
	return &remoteSink{cl: cl, topic: topic}, nil
}

func (s *remoteSink) add(key, value []byte) {
	s.cl.Produce(context.Background(), &kgo.Record{Topic: s.topic, Key: key, Value: value, Timestamp: time.Now()}, func(_ *kgo.Record, err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.err == nil {
			s.err = err
		}
	})
}

func (s *remoteSink) flush(ctx context.Context) error {
	if err := s.cl.Flush(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// remoteTopic is a topic of a server that is read from some offsets up to its present end, or on and on.
type remoteTopic struct {
	admin     *kadm.Client
	topic     string
	next, end map[int32]int64
}

// openRemote finds where to begin and to end.
func openRemote(ctx context.Context, cl *kgo.Client, topic string, f consumeFlags) (*remoteTopic, error) {
	t := &remoteTopic{admin: kadm.NewClient(cl), topic: topic, next: map[int32]int64{}, end: map[int32]int64{}}
	known, err := t.admin.ListTopicsWithInternal(ctx, topic)
	if err != nil {
		return nil, err
	}
	if errors.Is(known[topic].Err, kerr.UnknownTopicOrPartition) {
		return nil, fmt.Errorf("there is no topic %q at %s; `leat topics --bootstrap %s` lists them", topic, f.bootstrap, f.bootstrap)
	}
	ends, err := t.admin.ListCommittedOffsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	starts, err := t.admin.ListStartOffsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	var committed kadm.OffsetResponses
	if f.group != "" {
		if committed, err = t.admin.FetchOffsets(ctx, f.group); err != nil {
			return nil, fmt.Errorf("group %s: %w", f.group, err)
		}
	}
	if err := errors.Join(starts.Error(), ends.Error(), committed.Error()); err != nil {
		return nil, err
	}
	for p, end := range ends[topic] {
		t.end[p], t.next[p] = end.Offset, end.Offset
		if f.beginning || f.group != "" {
			t.next[p] = starts[topic][p].Offset
		}
		if o, ok := committed.Lookup(topic, p); ok {
			t.next[p] = max(o.At, t.next[p])
		}
	}
	return t, nil
}

// remaining are the partitions that have not been read to their end, with where to go on.
func (t *remoteTopic) remaining(follow bool) map[int32]kgo.Offset {
	left := map[int32]kgo.Offset{}
	for p, next := range t.next {
		if follow || next < t.end[p] {
			left[p] = kgo.NewOffset().At(next)
		}
	}
	return left
}

// consumeRemote writes records until the end or the limit, and commits what was written.
func consumeRemote(ctx context.Context, c *cobra.Command, cl *kgo.Client, topic string, f consumeFlags) error {
	t, err := openRemote(ctx, cl, topic, f)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(c.OutOrStdout(), 1<<16)
	left := t.remaining(f.follow)
	if len(left) > 0 && f.limit != 0 {
		err = withClient(ctx, f.bootstrap, func(ctx context.Context, cl *kgo.Client) error { return t.copy(ctx, cl, out, f) },
			kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: left}), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	}
	if err := errors.Join(err, out.Flush()); err != nil || f.group == "" {
		return err
	}
	var offsets kadm.Offsets
	for p, next := range t.next {
		offsets.AddOffset(topic, p, next, -1)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // Ctrl-C ends --follow, and what was written counts.
	defer cancel()
	done, err := t.admin.CommitOffsets(ctx, f.group, offsets)
	if err = errors.Join(err, done.Error()); err != nil {
		return fmt.Errorf("group %s: %w", f.group, err)
	}
	return nil
}

// idlePoll is after how long without records a server is asked whether it is still there.
const idlePoll = 3 * time.Second

func (t *remoteTopic) copy(ctx context.Context, cl *kgo.Client, out *bufio.Writer, f consumeFlags) error {
	left := f.limit
	for len(t.remaining(f.follow)) > 0 {
		patience, cancel := context.WithTimeout(ctx, idlePoll)
		fetches := cl.PollFetches(patience)
		idle := patience.Err() != nil
		cancel()
		if ctx.Err() != nil {
			return nil // Ctrl-C
		}
		if err := fetches.Err(); err != nil && !idle {
			return err
		}
		for _, r := range fetches.Records() {
			if !f.follow && r.Offset >= t.end[r.Partition] {
				t.next[r.Partition] = t.end[r.Partition]
				continue // came after the beginning of this command
			}
			if !r.Attrs.IsControl() {
				if left == 0 {
					return nil
				}
				writeLine(out, r.Key, r.Value, f.keys)
				left--
			}
			t.next[r.Partition] = r.Offset + 1
		}
		if left == 0 {
			return nil
		}
		if f.follow {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if idle && fetches.NumRecords() == 0 && !f.follow {
			// The last offsets of a partition may hold no records any more, only a server can tell.
			if err := cl.Ping(ctx); err != nil {
				return fmt.Errorf("the server is gone: %w", err)
			}
			t.next = t.end
		}
	}
	return nil
}
