package planner

import (
	"github.com/leatdb/leat/parser"
)

func (b *binder) describe(s *parser.DescribeSource) (Planned, error) {
	src, err := b.source(&s.Name)
	if err != nil {
		return nil, err
	}
	return &Describe{Source: src, Extended: s.Extended}, nil
}

func (b *binder) describeFunction(s *parser.DescribeFunction) (Planned, error) {
	f, ok := b.functions.Lookup(s.Name.Text)
	if !ok {
		return nil, errorf(&s.Name, "there is no function named %s", &s.Name).
			hint("%s", functionHint(s.Name.Text, b.functions.Names()))
	}
	return &DescribeFunction{f}, nil
}

// print plans PRINT. A name without quotes keeps its case.
func (b *binder) print(s *parser.PrintTopic) (Planned, error) {
	p := &Print{Topic: s.Topic.Text, FromBeginning: s.FromBeginning, Every: 1, Limit: -1}
	if s.Interval != nil {
		if s.Interval.Value < 1 {
			return nil, errorf(s.Interval, "the interval is %d; expected 1 or more", s.Interval.Value)
		}
		p.Every = s.Interval.Value
	}
	if s.Limit != nil {
		if s.Limit.Value < 0 {
			return nil, errorf(s.Limit, "the limit is %d; expected 0 or more", s.Limit.Value)
		}
		p.Limit = s.Limit.Value
	}
	if b.options.Topic == nil {
		return p, nil
	}
	if _, ok := b.options.Topic(p.Topic); ok {
		return p, nil
	}
	err := errorf(&s.Topic, "there is no topic named %s", p.Topic)
	if b.options.TopicNames != nil {
		if n := nearest(p.Topic, b.options.TopicNames()); n != "" {
			return nil, err.hint("did you mean %s? The names of topics are case-sensitive", n)
		}
	}
	return nil, err.hint("SHOW TOPICS lists those that exist")
}
