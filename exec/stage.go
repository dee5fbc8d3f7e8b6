package exec

import (
	"context"
	"errors"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
)

// stage is a part of a query between topics: from the sources and repartition
// topics it reads up to the sink, or to the repartition it writes. It runs as
// one task per partition.
type stage struct {
	query      *Query
	number     int       // Upstream stages have lower numbers.
	root       plan.Node // *plan.Sink, *plan.Repartition, or what a query without output ends with.
	leaves     []*leaf   // In the order of the plan: left before right.
	partitions int
	single     bool // One task reads all partitions.
	joins      bool // The rows of several leaves meet in operators that need their order.
	tasks      []*task
	foreign    map[*plan.Join]*foreignCut
}

// leaf is a topic that a stage reads: one that a plan names, or a repartition
// topic that the stage upstream writes.
type leaf struct {
	node     plan.Node // *plan.Source or *plan.Repartition.
	topic    string
	group    string // Consumer group of the positions.
	table    bool
	upstream *stage // nil for a Source.
	answers  bool   // Answers to requests of this stage; see foreignCut.
}

// awaits tells whether the order of rows depends on what a stage upstream still
// writes to the topic. A stage does not wait for answers to its own requests.
func (l *leaf) awaits() bool { return l.upstream != nil && !l.answers }

// splitter cuts a plan into stages, upstream ones first.
type splitter struct {
	query   *Query
	log     *log.Log
	stages  []*stage
	readers map[string]int // Leaves so far, by topic.
}

// split returns the stages of the query.
func split(q *Query) ([]*stage, error) {
	s := &splitter{query: q, log: q.rt.opts.Log, readers: map[string]int{}}
	if _, err := s.stage(q.plan.Root); err != nil {
		return nil, err
	}
	for i, st := range s.stages {
		st.number = i
	}
	return s.stages, nil
}

func (s *splitter) stage(root plan.Node) (*stage, error) {
	st := &stage{query: s.query, root: root}
	below := root
	if in := root.Inputs(); len(in) == 1 {
		below = in[0]
	}
	if err := s.collect(st, below); err != nil {
		return nil, err
	}
	if err := s.countPartitions(st); err != nil {
		return nil, err
	}
	s.stages = append(s.stages, st)
	return st, nil
}

// collect finds the leaves below n.
func (s *splitter) collect(st *stage, n plan.Node) error {
	switch n := n.(type) {
	case *plan.Source:
		st.leaves = append(st.leaves, &leaf{node: n, topic: n.Topic, group: s.group(n.Topic), table: n.Schema.Relation == plan.Table})
		return nil
	case *plan.Repartition:
		upstream, err := s.stage(n)
		if err != nil {
			return err
		}
		topic := s.query.internalTopic(n.Name)
		st.leaves = append(st.leaves, &leaf{node: n, topic: topic, group: s.query.group, table: n.Out().Relation == plan.Table, upstream: upstream})
		return nil
	case *plan.Join:
		st.joins = true
		if n.ForeignKey != nil && s.wide(n) {
			return s.foreign(st, n)
		}
	case *plan.Aggregate:
		if r, ok := n.Input.(*plan.Repartition); ok {
			s.query.grouped[r] = n
		}
	case *plan.Sink:
		return errors.New("a sink stands below another node of the plan")
	}
	for _, in := range n.Inputs() {
		if err := s.collect(st, in); err != nil {
			return err
		}
	}
	return nil
}

// group names the consumer group of a reader. A topic that is read in several
// places of a query is read at several positions, and a group has only one.
func (s *splitter) group(topic string) string {
	s.readers[topic]++
	if n := s.readers[topic]; n > 1 {
		return fmt.Sprintf("%s-%d", s.query.group, n)
	}
	return s.query.group
}

// countPartitions makes the stage as wide as the topics it reads. Repartition
// topics are as wide as the other inputs, or else as the stage that writes them.
func (s *splitter) countPartitions(st *stage) error {
	for _, l := range st.leaves {
		if l.upstream != nil {
			continue
		}
		t, ok := s.log.Topic(l.topic)
		if !ok {
			return fmt.Errorf("topic %s does not exist (%w)", l.topic, log.ErrUnknownTopic)
		}
		st.partitions = max(st.partitions, t.Config.Partitions)
	}
	if st.partitions > 0 {
		return nil
	}
	for _, l := range st.leaves {
		st.partitions = max(st.partitions, l.upstream.partitions)
	}
	return nil
}

// internalTopic names a topic between two stages.
func (q *Query) internalTopic(name string) string { return q.group + "-" + name }

// ensureTopics makes the internal topics that do not exist yet.
func (q *Query) ensureTopics(ctx context.Context) error {
	for _, st := range q.stages {
		for _, l := range st.leaves {
			if l.upstream == nil {
				continue
			}
			c := log.TopicConfig{Partitions: st.partitions, Internal: true}
			err := q.rt.opts.Log.CreateTopic(ctx, l.topic, c)
			if errors.Is(err, log.ErrTopicExists) {
				if have, ok := q.rt.opts.Log.Topic(l.topic); ok && have.Config.Partitions != st.partitions {
					return fmt.Errorf("internal topic %s has %d partitions, but the query needs %d", l.topic, have.Config.Partitions, st.partitions)
				}
				continue
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
