package crashtest

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/internal/vfs"
)

// small is a workload for runs in memory.
var small = Workload{Seed: 3, Records: 400, Phases: 4, Group: 20}

// openOn opens a database whose log is on a file system in memory. State is
// rebuilt from the log.
func openOn(fs *vfs.Mem) (*leat.DB, error) {
	o := order{CommitEvery: "5"}
	opts := append(o.options(), leat.WithFS(fs), leat.WithLogger(slog.New(slog.DiscardHandler)))
	return leat.OpenMem(context.Background(), opts...)
}

// memoryRun brings a workload into a database in memory.
type memoryRun struct {
	work   Workload
	groups []group
	ends   []ends
	slow   bool
	acked  func(groups int) // Is told how many groups are acknowledged.
}

func newMemoryRun(w Workload) *memoryRun {
	groups := w.outline()
	return &memoryRun{work: w, groups: groups, ends: w.allEnds(groups), acked: func(int) {}}
}

// run declares the workload, checks that what is there fits to what was
// acknowledged, and brings in the rest.
func (m *memoryRun) run(ctx context.Context, db *leat.DB, acked int) error {
	if err := declare(ctx, db); err != nil {
		return err
	}
	n, e, err := position(db.Log())
	if err != nil {
		return err
	}
	if n < acked || n > acked+inFlight {
		return fmt.Errorf("%d groups were acknowledged and at most %d under way, but %d are there", acked, inFlight, n)
	}
	if e != m.ends[n] {
		return fmt.Errorf("with %d groups in, the input should end at %s, not at %s", n, m.ends[n].String(), e.String())
	}
	m.acked(n)
	f := feeder{work: m.work, groups: m.groups, db: db, slow: m.slow, acked: m.acked, settling: func(int) {}}
	return f.feed(ctx, n)
}

// TestPace feeds the queries group by group, each processed before the next is
// there, and as fast as they take it: how the rows fall into batches and commits
// must not change any result.
func TestPace(t *testing.T) {
	m := newMemoryRun(Workload{Seed: 5, Records: 3000, Phases: 4, Group: 5})
	fast := uninterrupted(t, m)
	m.slow = true
	if err := fast.same(uninterrupted(t, m)); err != nil {
		t.Error(err)
	}
}

// result is what a run leaves: the fingerprints of all topics, and the rows of
// the tables.
type result struct {
	topics map[string][]fingerprint
	rows   map[string]int
}

func collect(ctx context.Context, db *leat.DB) (*result, error) {
	r := &result{topics: map[string][]fingerprint{}, rows: map[string]int{}}
	for _, c := range checks {
		for p := range int32(c.partitions) {
			d, err := digest(db.Log(), c, p)
			if err != nil {
				return nil, fmt.Errorf("%s-%d: %w", c.topic, p, err)
			}
			r.topics[fmt.Sprintf("%s-%d", c.topic, p)] = d
		}
	}
	lines, err := tableRows(ctx, db)
	for _, line := range lines {
		r.rows[line]++
	}
	return r, err
}

// same tells what differs from the right result.
func (want *result) same(got *result) error {
	for name, w := range want.topics {
		if d, at := diff(w, got.topics[name]); d.any() {
			return fmt.Errorf("%s: %d lost, %d duplicated, %d different, first at offsets %d and %d", name, d.lost, d.duplicated, d.different, at.want, at.got)
		}
	}
	if len(want.rows) != len(got.rows) {
		return fmt.Errorf("the tables have %d rows, expected %d", len(got.rows), len(want.rows))
	}
	for row := range want.rows {
		if got.rows[row] == 0 {
			return fmt.Errorf("the row %q is missing in the tables", row)
		}
	}
	return nil
}

// uninterrupted is the right result of a workload.
func uninterrupted(t *testing.T, m *memoryRun) *result {
	t.Helper()
	db, err := openOn(vfs.NewCrashMem())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := m.run(t.Context(), db, 0); err != nil {
		t.Fatal(err)
	}
	r, err := collect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		n := 0
		for p := range c.partitions {
			n += len(r.topics[fmt.Sprintf("%s-%d", c.topic, p)])
		}
		if n == 0 && c.topic != processingLog {
			t.Fatalf("the workload leaves nothing in %s, so it shows nothing", c.topic)
		}
	}
	return r
}
