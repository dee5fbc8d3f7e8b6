package exec

import (
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// foreignCut splits a foreign-key join whose topics have several partitions,
// where the rows that belong together are in different tasks.
//
//	left rows -> [asking stage]    -- requests, by foreign key --> [answering stage] <- right rows
//	 results <-                    <-- answers, by left key -----
//
// The asking stage keeps the left rows. A change of one sends requests to the
// tasks of its old and its new foreign key: forget me, remember me and tell me
// the right row. The answering stage keeps the right rows and who refers to them;
// it answers requests, and a change of a right row is an answer to all who refer
// to it. The asking stage joins an answer with its left row as it is then.
//
// Requests to different tasks overtake each other, so an answer may be about a
// left row that has changed since. Each change gives the row a new version, which
// requests and answers carry; an answer to another version than the row has is
// dropped. So a change must bring about an answer, or leave no result that a
// dropped answer would have replaced: a row that is deleted, or refers to nothing
// any more, has its tombstone at once; one that has a result out, or may have,
// asks for an answer in any case.
//
// Each step is a commit of a task: positions, state and what was written go
// together, so nothing is lost or done twice whatever fails in between.
type foreignCut struct {
	join      *plan.Join
	requests  *plan.Repartition
	answered  *plan.Repartition
	answering *stage
}

// Out is the schema of the answers.
func (c *foreignCut) Out() *plan.Schema { return c.answered.Out() }

// Inputs are those of the answering stage.
func (c *foreignCut) Inputs() []plan.Node { return []plan.Node{c.requests, c.join.Right} }

// What a request asks for.
const (
	forget     int32 = iota // The row refers to this key no more.
	answerIf                // The row refers to this key; answer if there is a right row.
	answerThat              // The row refers to this key; answer in any case.
)

// Columns of requests and answers.
const (
	requestRef = iota // The key: the right key.
	requestLeft
	requestVersion
	requestPartition
	requestWhat

	answerLeft    = 0 // The key: the left key as stores have it.
	answerVersion = 1
	answerFound   = 2
	answerTime    = 3 // The time of the right row, 0 if there is none.
	answerRight   = 4 // The first value column of the right row.
)

func newForeignCut(n *plan.Join) *foreignCut {
	key := types.Column{Name: "LEFT", Type: types.BytesType}
	version := types.Column{Name: "VERSION", Type: types.BigIntType}
	requests, answers := &plan.Source{}, &plan.Source{}
	requests.Schema.Relation, answers.Schema.Relation = plan.Stream, plan.Stream
	requests.Schema.Key = n.Right.Out().Key
	requests.Schema.Value = []types.Column{key, version,
		{Name: "PARTITION", Type: types.IntegerType}, {Name: "WHAT", Type: types.IntegerType}}
	answers.Schema.Key = []types.Column{key}
	answers.Schema.Value = append([]types.Column{version, {Name: "FOUND", Type: types.BooleanType},
		{Name: "TIME", Type: types.BigIntType}}, n.Right.Out().Value...)
	rows := plan.Format{Name: format.Internal}
	return &foreignCut{
		join:     n,
		requests: &plan.Repartition{Input: requests, Name: n.Store + "-foreign-requests", KeyFormat: keyFormat(n.Right), ValueFormat: rows},
		answered: &plan.Repartition{Input: answers, Name: n.Store + "-foreign-answers", KeyFormat: plan.Format{Name: "KAFKA"}, ValueFormat: rows},
	}
}

// foreign cuts a stage at a foreign-key join: what is below its left side stays,
// what is below its right side becomes the answering stage.
func (s *splitter) foreign(st *stage, n *plan.Join) error {
	c := newForeignCut(n)
	topic := func(r *plan.Repartition) string { return s.query.internalTopic(r.Name) }
	c.answering = &stage{query: s.query, root: c, joins: true}
	c.answering.leaves = append(c.answering.leaves, &leaf{node: c.requests, topic: topic(c.requests), group: s.query.group, upstream: st})
	if err := s.collect(c.answering, n.Right); err != nil {
		return err
	}
	if err := s.countPartitions(c.answering); err != nil {
		return err
	}
	s.stages = append(s.stages, c.answering)
	if st.foreign == nil {
		st.foreign = map[*plan.Join]*foreignCut{}
	}
	st.foreign[n] = c
	if err := s.collect(st, n.Left); err != nil {
		return err
	}
	st.leaves = append(st.leaves, &leaf{node: c.answered, topic: topic(c.answered), group: s.query.group, upstream: c.answering, answers: true})
	return nil
}

// wide tells whether the topics below a node have several partitions.
func (s *splitter) wide(n plan.Node) (wide bool) {
	plan.Walk(n, func(n plan.Node) {
		if src, ok := n.(*plan.Source); ok {
			t, ok := s.log.Topic(src.Topic)
			wide = wide || ok && t.Config.Partitions > 1
		}
	})
	return wide
}

// requests builds the operator of the asking stage.
func (b *builder) requests(c *foreignCut, next operator, wantOld bool) error {
	if wantOld {
		// Only what was emitted tells what the result of a row was before.
		m := newMaterialize(b.env, c.join.Store+"-result", c.join.Out(), true, next)
		defer b.chain.add(m)
		next = m
	}
	out, err := b.outlet(b.task.query.internalTopic(c.requests.Name))
	if err != nil {
		return err
	}
	j, err := newForeignAsk(b.env, c, out, next)
	if err != nil {
		return err
	}
	if err := b.below(c.answered, rightInput{&j.sides}, false); err != nil {
		return err
	}
	return b.on(c.join.Left, j, false, nil)
}

// answers builds the answering stage.
func (b *builder) answers(c *foreignCut) error {
	if !b.oncePerRound(c.join.Right) {
		return notOnce(c.join)
	}
	out, err := b.outlet(b.task.query.internalTopic(c.answered.Name))
	if err != nil {
		return err
	}
	j, err := newForeignAnswer(b.env, c, out)
	if err != nil {
		return err
	}
	if err := b.below(c.join.Right, rightInput{&j.sides}, false); err != nil {
		return err
	}
	return b.on(c.requests, j, false, nil)
}
