package log

import "context"

// eachRows is how many records Each hands on at a time.
const eachRows = 4096

// Each calls fn with the records of a partition from the offset on, in slices of up to 4096, until the present end, and
// returns the offset to go on with. The records are valid during the call. It ends early with the error of fn or of ctx; the
// offset is then that of the slice that was not finished.
func (l *Log) Each(ctx context.Context, topic string, partition int32, from int64, fn func(*Records) error) (next int64, err error) {
	var c Chunk
	var r Records
	for ctx.Err() == nil {
		if err := l.Read(topic, partition, from, 1<<20, &c); err != nil {
			return from, err
		}
		if c.Next <= from {
			return from, nil
		}
		for from < c.Next {
			next, err := c.Decode(&r, from, eachRows)
			if err == nil && r.N > 0 {
				err = fn(&r)
			}
			if err != nil {
				c.Release()
				return from, err
			}
			from = next
		}
		c.Release()
	}
	return from, ctx.Err()
}
