package sqltest

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/leatdb/leat/planner/plan"
)

// lanes returns the records of a topic in lists whose order is told: with one
// partition all of them, with several those of each key, and those without a
// key one by one.
func (r *caseRun) lanes(ctx context.Context, topic string) ([][]record, error) {
	info, ok := r.db.Log().Topic(topic)
	if !ok {
		return nil, fmt.Errorf("there is no topic %s", topic)
	}
	var out [][]record
	for p := range int32(info.Config.Partitions) {
		all, err := readRecords(ctx, r.db.Log(), topic, p)
		if err != nil {
			return nil, err
		}
		if info.Config.Partitions == 1 {
			return [][]record{all}, nil
		}
		first := len(out) // Lane of the partition.
		for _, rec := range all {
			i := slices.IndexFunc(out[first:], func(lane []record) bool {
				return rec.key != nil && lane[0].key != nil && bytes.Equal(lane[0].key, rec.key)
			})
			if i < 0 {
				out = append(out, []record{rec})
			} else {
				out[first+i] = append(out[first+i], rec)
			}
		}
	}
	return out, nil
}

// checkInLanes compares what a mode that is not straight promises.
func (r *caseRun) checkInLanes(ctx context.Context, topic string, want []*CaseRecord, f topicFormat) error {
	lanes, err := r.lanes(ctx, topic)
	switch {
	case err != nil:
		return err
	case r.mode.Cache:
		return r.checkLast(lanes, want, f)
	}
	return r.checkLanes(lanes, want, f)
}

// checkLanes compares records of which only the order per key is told.
func (r *caseRun) checkLanes(lanes [][]record, want []*CaseRecord, f topicFormat) error {
	var got []record
	for _, lane := range lanes {
		got = append(got, lane...)
	}
	for i, w := range want {
		var why error
		found := slices.IndexFunc(lanes, func(lane []record) bool {
			if len(lane) == 0 || r.checkKey(&lane[0], w, f) != nil {
				return false
			}
			why = r.checkRecord(&lane[0], w, f)
			return why == nil
		})
		switch {
		case found >= 0:
			lanes[found] = lanes[found][1:]
		case why == nil:
			return r.diffRecords(fmt.Sprintf("record %d: there are no more records of this key", i+1), got, want, f)
		default:
			return r.diffRecords(fmt.Sprintf("record %d: %v", i+1, why), got, want, f)
		}
	}
	if len(got) != len(want) {
		return r.diffRecords(fmt.Sprintf("want %d records, got %d", len(want), len(got)), got, want, f)
	}
	return nil
}

// checkLast compares the last records of every key: what is between them depends
// on when the cache was emptied. A key whose last record is a tombstone may be
// missing.
func (r *caseRun) checkLast(lanes [][]record, want []*CaseRecord, f topicFormat) error {
	var got []record
	for _, lane := range lanes {
		for _, rec := range lane {
			got = slices.DeleteFunc(got, func(have record) bool { return bytes.Equal(have.key, rec.key) })
			got = append(got, rec)
		}
	}
	got = slices.DeleteFunc(got, func(rec record) bool { return rec.value == nil })
	var last []*CaseRecord
	for i, w := range want {
		replaced := slices.ContainsFunc(want[i+1:], func(later *CaseRecord) bool { return sameKey(w, later) })
		if v, err := parseJSON(w.Value); err == nil && v != nil && !replaced {
			last = append(last, w)
		}
	}
	var lone [][]record
	for _, rec := range got {
		lone = append(lone, []record{rec})
	}
	return r.checkLanes(lone, last, f)
}

// sameKey tells whether two records of a case have one key.
func sameKey(a, b *CaseRecord) bool {
	if (a.Window == nil) != (b.Window == nil) || a.Window != nil && *a.Window != *b.Window {
		return false
	}
	var keys [2]bytes.Buffer
	for i, rec := range []*CaseRecord{a, b} {
		v, err := parseJSON(rec.Key)
		if err != nil {
			return false
		}
		fmt.Fprint(&keys[i], v) // Maps are printed in the order of their keys.
	}
	return bytes.Equal(keys[0].Bytes(), keys[1].Bytes())
}

// isTable tells whether a table is written into the topic.
func (r *caseRun) isTable(topic string) bool {
	for _, src := range r.db.Catalog().OnTopic(topic) {
		if src.Derived() {
			return src.Relation == plan.Table
		}
	}
	return false
}
