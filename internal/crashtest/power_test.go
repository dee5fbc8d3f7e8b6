package crashtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// cut is what a power cut leaves.
type cut struct {
	op    vfs.Op
	n     int
	fs    *vfs.Mem
	acked int // Groups that were acknowledged before.
}

// cutter takes a picture of the disk, as a power cut would leave it, at every
// write, sync and change of a directory.
type cutter struct {
	mu    sync.Mutex
	rng   *rand.Rand
	acked atomic.Int64
	n     int
	cuts  []cut
}

func (c *cutter) hook(fs *vfs.Mem) func(vfs.Op) error {
	return func(op vfs.Op) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
		acked := int(c.acked.Load()) // Before the picture: whatever is acknowledged later may be missing.
		c.cuts = append(c.cuts, cut{op, c.n, fs.Crash(c.rng), acked})
		return nil
	}
}

// TestPowerCuts cuts the power at every operation on the disk, in a run with all
// queries of the workload, and lets the run go on from what is left.
func TestPowerCuts(t *testing.T) {
	m := newMemoryRun(small)
	want := uninterrupted(t, m)
	fs := vfs.NewCrashMem()
	c := &cutter{rng: rand.New(rand.NewPCG(small.Seed, 7))}
	fs.SetHook(c.hook(fs))
	m.acked = func(groups int) { c.acked.Store(int64(groups)) }
	db, err := openOn(fs)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(m.run(t.Context(), db, 0), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	m.acked = func(int) {}
	step := 1
	if testing.Short() {
		step = max(1, len(c.cuts)/50)
	}
	var next, tried atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for !t.Failed() {
				i := int(next.Add(1)-1) * step
				if i >= len(c.cuts) {
					return
				}
				tried.Add(1)
				if err := m.goOn(t.Context(), c.cuts[i], want); err != nil {
					t.Errorf("power cut before operation %d of %d (%+v): %v", c.cuts[i].n, len(c.cuts), c.cuts[i].op, err)
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d power cuts, of %d operations", tried.Load(), len(c.cuts))
}

// goOn starts on what a power cut has left, finishes the run and compares.
func (m *memoryRun) goOn(ctx context.Context, c cut, want *result) error {
	db, err := openOn(c.fs)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer db.Close()
	if err := m.run(ctx, db, c.acked); err != nil {
		return err
	}
	got, err := collect(ctx, db)
	if err != nil {
		return err
	}
	return want.same(got)
}

var errPowerCut = errors.New("the power is cut")

// TestPowerCutsInARow cuts the power again and again: every start has to cope
// with what the one before has left, recoveries that were cut themselves among
// them.
func TestPowerCutsInARow(t *testing.T) {
	m := newMemoryRun(small)
	want := uninterrupted(t, m)
	rng := rand.New(rand.NewPCG(small.Seed, 8))
	cuts, most := 0, 60
	if testing.Short() {
		most = 15
	}
	var acked atomic.Int64
	m.acked = func(groups int) { acked.Store(int64(groups)) }
	for fs := vfs.NewCrashMem(); ; cuts++ {
		if cuts == most {
			if err := m.goOn(t.Context(), cut{fs: fs, acked: int(acked.Load())}, want); err != nil {
				t.Fatalf("after %d power cuts: %v", cuts, err)
			}
			break
		}
		next, known, err := m.runUntilCut(t, fs, rng, &acked)
		if err != nil {
			t.Fatalf("after %d power cuts: %v", cuts, err)
		}
		if next == nil {
			break // All is in, and the power is still on.
		}
		fs = next
		acked.Store(int64(known))
	}
	t.Logf("%d power cuts in a row", cuts)
}

// runUntilCut runs until a drawn operation on the disk, from which on nothing
// succeeds any more. It returns the disk as it was left, and how many groups were
// acknowledged when it was; or no disk, when everything is in.
func (m *memoryRun) runUntilCut(t *testing.T, fs *vfs.Mem, rng *rand.Rand, acked *atomic.Int64) (left *vfs.Mem, known int, err error) {
	var mu sync.Mutex
	ops := 1 + rng.IntN(40)
	crash := rand.New(rand.NewPCG(rng.Uint64(), 0))
	fs.SetHook(func(vfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if ops--; ops > 0 {
			return nil
		}
		if left == nil {
			known = int(acked.Load())
			left = fs.Crash(crash)
		}
		return errPowerCut
	})
	db, err := openOn(fs)
	if err == nil {
		err = m.run(t.Context(), db, int(acked.Load()))
		db.Close()
	}
	mu.Lock()
	defer mu.Unlock()
	if left != nil && (err == nil || errors.Is(err, errPowerCut)) {
		err = nil
	}
	return left, known, err
}
