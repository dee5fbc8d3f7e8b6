package bench

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/leatdb/leat/state"
)

// StateOptions sizes the state benchmark.
type StateOptions struct {
	Dir  string
	Rows int
	Keys int
}

// State measures a keyed count in a state table against the same count in a Go
// map, and how long the table takes to come back after a restart.
func State(_ context.Context, out io.Writer, o StateOptions) error {
	db, err := state.Open(filepath.Join(o.Dir, "state"), nil, state.Options{Memory: 1 << 30})
	if err != nil {
		return err
	}
	keys := make([]int64, o.Rows)
	for i := range keys {
		keys[i] = int64(mix(uint64(i)) % uint64(o.Keys))
	}
	t, err := db.Table("bench/count/0", state.Layout{Words: 1, IntKey: true})
	if err != nil {
		return err
	}
	table, err := measure(func() error { return countTable(db, t, keys) })
	if err != nil {
		return err
	}
	limit, err := measure(func() error {
		counts := map[int64]int64{}
		for _, k := range keys {
			counts[k]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "count by key, %d rows, %d keys   %8s rows/s   Go map %8s rows/s   ratio %.2f\n",
		o.Rows, o.Keys, rate(int64(o.Rows), table.cpu), rate(int64(o.Rows), limit.cpu), limit.cpu.Seconds()/table.cpu.Seconds())
	t.Close()
	if err := db.Close(); err != nil {
		return err
	}
	return restoreState(out, o)
}

// countTable counts the keys in batches, with a commit every 100 batches.
func countTable(db *state.DB, t *state.Table, keys []int64) error {
	const batch = 4096
	rows := make([]uint32, batch)
	for i := range rows {
		rows[i] = uint32(i)
	}
	groups := make([]uint32, batch)
	lsn := uint64(0)
	for from, n := 0, 0; from < len(keys); from, n = from+batch, n+1 {
		part := keys[from:min(from+batch, len(keys))]
		t.UpsertInts(part, rows[:len(part)], groups, nil)
		words := t.Words()
		for _, g := range groups[:len(part)] {
			words[g]++
		}
		if n%100 == 99 || from+batch >= len(keys) {
			delta, err := t.AppendDelta(nil)
			if err != nil {
				return err
			}
			lsn++
			db.Committed(lsn, t.Name(), delta)
		}
	}
	return nil
}

func restoreState(out io.Writer, o StateOptions) error {
	var found bool
	restore, err := measure(func() error {
		db, err := state.Open(filepath.Join(o.Dir, "state"), nil, state.Options{Memory: 1 << 30})
		if err != nil {
			return err
		}
		t, err := db.Table("bench/count/0", state.Layout{Words: 1, IntKey: true})
		if err != nil {
			return err
		}
		found = t.Find(state.AppendIntKey(nil, 0)) != state.None
		t.Close()
		return db.Close()
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "restart with %d keys to the first answer (found: %v)   %.3f s\n", o.Keys, found, restore.wall.Seconds())
	return nil
}

// mix spreads consecutive numbers over 64 bits (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
