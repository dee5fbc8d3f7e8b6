package exec

import (
	"strings"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// reread gives the rows of a store as they are read from the topic of the table.
// Most formats give back what was written; PROTOBUF cannot always tell NULL from
// zero, and a client must see the same whether it looks a row up or reads the
// topic.
type reread struct {
	keys    int
	encoder format.Encoder
	decoder format.Decoder
	next    operator

	bytes types.Spans
	out   batch
	cols  []*types.Vector
	errs  format.Errors
}

// newReread puts the operator before next where the format of the sink that keeps
// the store needs it.
func newReread(t *task, store string, next operator) (operator, error) {
	s, ok := t.query.plan.Root.(*plan.Sink)
	if !ok || s.Store != store || !strings.HasPrefix(s.ValueFormat.Name, "PROTOBUF") {
		return next, nil
	}
	schema := s.Out()
	spec := formatSpec(t.rt, s.ValueFormat, schema.Value, false)
	spec.Subject = registry.ValueSubject(s.Topic)
	encoder, err := format.NewEncoder(spec)
	if err != nil {
		return nil, err
	}
	made, err := format.New(spec)
	if err != nil {
		return nil, err
	}
	return &reread{keys: len(schema.Key), encoder: encoder, decoder: made.NewDecoder(nil), next: next, cols: newVectors(schema.Value)}, nil
}

func (x *reread) push(b *batch) {
	rows := firstRows(b.N) // A page of a store, with every row selected.
	values := b.Cols[x.keys : x.keys+len(x.cols)]
	begin(&x.bytes)
	x.errs.Reset()
	x.encoder.Encode(values, rows, b.NoValue, &x.bytes, &x.errs)
	resetVectors(x.cols, b.N)
	x.decoder.Decode(&x.bytes, rows, x.cols, &x.errs)
	x.out = *b
	x.out.Cols = append(append(x.out.Cols[:0:0], b.Cols[:x.keys]...), x.cols...)
	x.next.push(&x.out)
}

func (x *reread) release() { x.bytes, x.out = types.Spans{}, batch{} }
