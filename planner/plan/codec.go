package plan

import (
	"encoding/json"
	"fmt"
)

// Version is written with every plan. A reader refuses newer ones and knows
// how to read all older ones.
const Version = 1

type envelope struct {
	Version int             `json:"version"`
	Query   *Query          `json:"query"`
	Root    json.RawMessage `json:"root"`
}

type nodeEnvelope struct {
	Op     string            `json:"op"`
	Node   json.RawMessage   `json:"node"`
	Inputs []json.RawMessage `json:"inputs,omitempty"`
}

// Encode writes the plan as JSON.
func Encode(q *Query) ([]byte, error) {
	root, err := encodeNode(q.Root)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{Version, q, root})
}

// Decode reads what Encode of this or an earlier version wrote, and checks it.
func Decode(data []byte) (*Query, error) {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if e.Version < 1 || e.Version > Version || e.Query == nil {
		return nil, fmt.Errorf("plan: version %d cannot be read here; this build reads versions 1 to %d", e.Version, Version)
	}
	root, err := decodeNode(e.Root)
	if err != nil {
		return nil, err
	}
	if err := Check(root); err != nil {
		return nil, err
	}
	e.Query.Root = root
	return e.Query, nil
}

func opOf(n Node) string {
	switch n.(type) {
	case *Source:
		return "source"
	case *Filter:
		return "filter"
	case *Project:
		return "project"
	case *Flatten:
		return "flatten"
	case *Repartition:
		return "repartition"
	case *Aggregate:
		return "aggregate"
	case *Join:
		return "join"
	case *Sink:
		return "sink"
	}
	panic(fmt.Sprintf("plan: node %T has no stored form", n))
}

func encodeNode(n Node) (json.RawMessage, error) {
	body, err := json.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	e := nodeEnvelope{Op: opOf(n), Node: body}
	for _, in := range n.Inputs() {
		data, err := encodeNode(in)
		if err != nil {
			return nil, err
		}
		e.Inputs = append(e.Inputs, data)
	}
	return json.Marshal(e)
}

func decodeNode(data json.RawMessage) (Node, error) {
	var e nodeEnvelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	inputs := make([]Node, len(e.Inputs))
	for i, raw := range e.Inputs {
		in, err := decodeNode(raw)
		if err != nil {
			return nil, err
		}
		inputs[i] = in
	}
	n, err := newNode(e.Op, inputs)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(e.Node, n); err != nil {
		return nil, fmt.Errorf("plan: %s node: %w", e.Op, err)
	}
	return n, nil
}

func newNode(op string, in []Node) (Node, error) {
	want := 1
	switch op {
	case "source":
		want = 0
	case "join":
		want = 2
	}
	if len(in) != want {
		return nil, fmt.Errorf("plan: %s node has %d inputs, not %d", op, len(in), want)
	}
	switch op {
	case "source":
		return &Source{}, nil
	case "filter":
		return &Filter{Input: in[0]}, nil
	case "project":
		return &Project{Input: in[0]}, nil
	case "flatten":
		return &Flatten{Input: in[0]}, nil
	case "repartition":
		return &Repartition{Input: in[0]}, nil
	case "aggregate":
		return &Aggregate{Input: in[0]}, nil
	case "join":
		return &Join{Left: in[0], Right: in[1]}, nil
	case "sink":
		return &Sink{Input: in[0]}, nil
	}
	return nil, fmt.Errorf("plan: unknown node %q", op)
}
