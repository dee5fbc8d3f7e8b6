package leat

import (
	"context"
	"fmt"
	"slices"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/types"
)

// write encodes the rows, partitions them by key and appends them.
func (w *rowWriter) write(ctx context.Context, db *DB) error {
	n := len(w.times)
	if n == 0 {
		return nil
	}
	for _, at := range w.times {
		if at < 0 {
			return fmt.Errorf("leat: insert into %s: ROWTIME is %d; expected milliseconds since 1970, 0 or more", w.src.Name, at)
		}
	}
	keys, values, err := w.encode(n)
	if err != nil {
		return fmt.Errorf("leat: insert into %s: %w", w.src.Name, err)
	}
	topic, ok := db.log.Topic(w.src.Topic)
	if !ok {
		return fmt.Errorf("leat: insert into %s: its topic %s does not exist", w.src.Name, w.src.Topic)
	}
	builders := make([]log.BatchBuilder, topic.Config.Partitions)
	for i := range n {
		key, hasKey := keys.At(i)
		value, hasValue := values.At(i)
		p := int32(0)
		switch {
		case hasKey:
			p = log.MurmurPartition(key, int32(len(builders)))
		default:
			key = nil
			p = int32((db.spread.Add(1) - 1) % int64(len(builders))) // Keyless rows take turns.
		}
		if !hasValue {
			value = nil
		}
		builders[p].Append(key, value, nil, w.times[i])
	}
	var writes []log.Write
	for p := range builders {
		if builders[p].Len() > 0 {
			writes = append(writes, log.Write{Topic: w.src.Topic, Partition: int32(p), Batch: builders[p].Bytes()})
		}
	}
	if _, err := db.log.Produce(ctx, writes); err != nil {
		if db.log.Err() != nil {
			err = fmt.Errorf("%w: %w", ErrStorage, err)
		}
		return fmt.Errorf("leat: insert into %s: %w", w.src.Name, err)
	}
	return nil
}

func (w *rowWriter) encode(n int) (keys, values types.Spans, err error) {
	rows := (&types.Batch{N: n}).Rows()
	var errs format.Errors
	keys.Data, values.Data = []byte{}, []byte{} // Of nil, a slice for an empty string would be a null.
	k := len(w.src.Schema.Key)
	w.key.Encode(w.cols[:k], rows, nil, &keys, &errs)
	w.val.Encode(w.cols[k:], rows, nil, &values, &errs)
	if errs.Unavailable != nil {
		return keys, values, errs.Unavailable
	}
	if len(errs.Records) > 0 {
		return keys, values, &errs.Records[0]
	}
	return keys, values, nil
}

// has tells whether the target has the column.
func (w *rowWriter) has(name string) bool {
	return slices.ContainsFunc(w.columns, func(c types.Column) bool { return c.Name == name })
}

// reset forgets the rows and keeps the memory.
func (w *rowWriter) reset() {
	for _, v := range w.cols {
		v.Reset(0)
	}
	w.times = w.times[:0]
}
