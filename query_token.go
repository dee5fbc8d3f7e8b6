package leat

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// place is how far a push query has read its topic: what a continuation token holds.
type place struct {
	Topic   string  `json:"topic"`
	Offsets []int64 `json:"offsets"` // By partition, of the first record that was not read.
}

// propTokens makes push queries give continuation tokens.
const propTokens = "ksql.query.push.v2.continuation.tokens.enabled"

// placeOf returns where a push query is to begin; nil is anywhere, and nobody asks
// for tokens. Offsets are nil when it begins where the plan says.
func placeOf(p *planner.Push, token string) (*place, error) {
	if token == "" && p.Query.Properties[propTokens] != "true" || p.Bounded {
		return nil, nil
	}
	topic := ""
	plan.Walk(p.Query.Root, func(n plan.Node) {
		if s, ok := n.(*plan.Source); ok {
			topic = s.Topic
		}
	})
	if token == "" {
		return &place{Topic: topic}, nil
	}
	var at place
	text, err := base64.StdEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(text, &at)
	}
	if err != nil || at.Offsets == nil {
		return nil, errors.Join(errors.New("the continuation token is none that a query of this server gave"), err)
	}
	if at.Topic != topic {
		return nil, fmt.Errorf("the continuation token is of a query over the topic %s, and this one reads %s", at.Topic, topic)
	}
	return &at, nil
}

func (p *place) offsets() []int64 {
	if p == nil {
		return nil
	}
	return p.Offsets
}

// after moves the place behind the rows of a batch.
func (p *place) after(b *types.Batch) {
	for i := range b.N {
		p.Offsets[b.Partition[i]] = b.Offset[i] + 1
	}
}

func (p *place) token() string {
	text, err := json.Marshal(p)
	if err != nil { // Text and numbers always marshal.
		return ""
	}
	return base64.StdEncoding.EncodeToString(text)
}
