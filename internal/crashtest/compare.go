package crashtest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/leatdb/leat/log"
)

// difference counts what is wrong in a topic.
type difference struct{ lost, duplicated, different int64 }

func (d difference) any() bool { return d != difference{} }

// compare compares all topics of the two runs, and the tables.
func (r *run) compare(context.Context) error {
	want, err := openLog(r.whole)
	if err != nil {
		return err
	}
	defer want.Close()
	got, err := openLog(r.crash)
	if err != nil {
		return err
	}
	defer got.Close()
	for _, c := range checks {
		r.progress("comparing %s", c.topic)
		if err := r.compareTopic(c, want, got); err != nil {
			return fmt.Errorf("comparing %s: %w", c.topic, err)
		}
	}
	return r.compareTables()
}

func openLog(dir string) (*log.Log, error) { return log.Open(filepath.Join(dir, "log"), log.Options{}) }

func (r *run) compareTopic(c check, want, got *log.Log) error {
	var n int64
	var d difference
	for p := range int32(c.partitions) {
		w, err := digest(want, c, p)
		if err != nil {
			return err
		}
		g, err := digest(got, c, p)
		if err != nil {
			return err
		}
		pd, first := diff(w, g)
		if pd.any() {
			r.say("%s-%d: %s", c.topic, p, first.describe(want, got, c.topic, p))
		}
		d = difference{d.lost + pd.lost, d.duplicated + pd.duplicated, d.different + pd.different}
		n += int64(len(w))
	}
	kind := "output"
	switch {
	case c.input:
		kind = "input"
		if c.topic != progressTopic {
			r.sum.Records += n
		}
	default:
		r.sum.Outputs += n
	}
	r.sum.add(d)
	if d.any() {
		r.say("  %-7s %-28s %9d records: %d lost, %d duplicated, %d different", kind, c.topic, n, d.lost, d.duplicated, d.different)
		return nil
	}
	r.say("  %-7s %-28s %9d records, %s", kind, c.topic, n, c.order)
	return nil
}

// fingerprint stands for a record: what is compared of it, and what it is
// sorted by before.
type fingerprint struct {
	order  uint64
	sum    [16]byte
	offset int64
}

// wallClock is the part of an entry of the processing log that tells when it
// was written.
var wallClock = regexp.MustCompile(`"time":\d+`)

// digest reads a partition as fingerprints, sorted as the check asks for. An
// offset that does not follow the one before is an error: the topics of the
// workload have no gaps.
func digest(l *log.Log, c check, partition int32) ([]fingerprint, error) {
	var out []fingerprint
	err := eachRecord(l, c.topic, partition, 0, func(offset, at int64, key, value []byte) error {
		if offset != int64(len(out)) {
			return fmt.Errorf("offset %d follows %d", offset, len(out)-1)
		}
		if c.topic == processingLog {
			at, value = 0, wallClock.ReplaceAll(value, nil)
		}
		if c.order == perKey {
			at = 0
		}
		p := fingerprint{sum: sum(at, key, value), offset: offset}
		switch c.order {
		case perKey:
			s := sum(0, key, nil)
			p.order = binary.LittleEndian.Uint64(s[:])
		case anyOrder:
			p.order = binary.LittleEndian.Uint64(p.sum[:])
		}
		out = append(out, p)
		return nil
	})
	if c.order != inOrder {
		slices.SortStableFunc(out, func(a, b fingerprint) int { return cmp.Compare(a.order, b.order) })
	}
	return out, err
}

// sum hashes a record; null and empty differ.
func sum(at int64, key, value []byte) (out [16]byte) {
	buf := binary.LittleEndian.AppendUint64(make([]byte, 0, 256), uint64(at))
	for _, b := range [][]byte{key, value} {
		n := int64(len(b))
		if b == nil {
			n = -1
		}
		buf = append(binary.LittleEndian.AppendUint64(buf, uint64(n)), b...)
	}
	full := sha256.Sum256(buf)
	copy(out[:], full[:])
	return out
}

// spot is the first place where two partitions differ: the offsets there, -1 for
// the end.
type spot struct{ want, got int64 }

// diff compares two partitions. Records that only changed places are different,
// and otherwise each missing one is lost, and each one too many duplicated, or
// different if it should not be there at all.
func diff(want, got []fingerprint) (d difference, first spot) {
	n := 0
	for n < len(want) && n < len(got) && want[n].sum == got[n].sum {
		n++
	}
	if n == len(want) && n == len(got) {
		return d, first
	}
	first = spot{offsetAt(want, n), offsetAt(got, n)}
	known, balance := map[[16]byte]bool{}, map[[16]byte]int64{}
	for i := range want {
		known[want[i].sum] = true
	}
	for _, p := range want[n:] {
		balance[p.sum]--
	}
	for _, p := range got[n:] {
		balance[p.sum]++
	}
	for s, b := range balance {
		switch {
		case b < 0:
			d.lost -= b
		case b > 0 && known[s]:
			d.duplicated += b
		case b > 0:
			d.different += b
		}
	}
	if !d.any() {
		for ; n < len(want); n++ {
			if want[n].sum != got[n].sum {
				d.different++
			}
		}
	}
	return d, first
}

func offsetAt(prints []fingerprint, i int) int64 {
	if i < len(prints) {
		return prints[i].offset
	}
	return -1
}

// describe shows the two records.
func (s spot) describe(want, got *log.Log, topic string, partition int32) string {
	return fmt.Sprintf("the first difference: uninterrupted %s, killed %s", show(want, topic, partition, s.want), show(got, topic, partition, s.got))
}

func show(l *log.Log, topic string, partition int32, offset int64) string {
	if offset < 0 {
		return "ends"
	}
	text := "cannot be read"
	err := eachRecord(l, topic, partition, offset, func(offset, at int64, key, value []byte) error {
		text = fmt.Sprintf("has at offset %d time %d key %q value %q", offset, at, key, value)
		return errEnough
	})
	if err != nil && err != errEnough {
		text += ": " + err.Error()
	}
	return text
}

var errEnough = fmt.Errorf("enough records")

// eachRecord calls fn for the records of a partition from an offset on. Key and
// value, nil for null, are valid during the call.
func eachRecord(l *log.Log, topic string, partition int32, from int64, fn func(offset, at int64, key, value []byte) error) error {
	var chunk log.Chunk
	defer chunk.Release()
	var r log.Records
	for {
		if err := l.Read(topic, partition, from, 1<<20, &chunk); err != nil {
			return err
		}
		if chunk.Empty() {
			return nil
		}
		for from < chunk.Next {
			next, err := chunk.Decode(&r, from, 4096)
			if err != nil {
				return err
			}
			for i := range r.N {
				if err := fn(r.Offset[i], r.Time[i], r.Key(i), r.Value(i)); err != nil {
					return err
				}
			}
			from = next
		}
	}
}

// compareTables compares the rows of the tables, which both runs have written
// down after everything was processed.
func (r *run) compareTables() error {
	var rows [2][]fingerprint
	for i, dir := range []string{r.whole, r.crash} {
		text, err := os.ReadFile(filepath.Join(dir, tablesFile))
		if err != nil {
			return err
		}
		lines := bytes.Split(text, []byte("\n"))
		sort.Slice(lines, func(a, b int) bool { return bytes.Compare(lines[a], lines[b]) < 0 })
		for _, line := range lines {
			rows[i] = append(rows[i], fingerprint{sum: sum(0, nil, line)})
		}
	}
	d, _ := diff(rows[0], rows[1])
	r.sum.add(d)
	if d.any() {
		r.say("  tables  %s: %d rows lost, %d duplicated, %d different", strings.Join(tables, ", "), d.lost, d.duplicated, d.different)
		return nil
	}
	r.say("  tables  %-28s %9d rows, identical", strings.Join(tables, ", "), len(rows[0]))
	return nil
}
