package vfs

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func contents(t testing.TB, fs FS, name string) []byte {
	t.Helper()
	f := must(fs.Open(name))(t)
	defer f.Close()
	b := make([]byte, must(f.Size())(t))
	if len(b) > 0 {
		if n, err := f.ReadAt(b, 0); n < len(b) {
			t.Fatal(n, err)
		}
	}
	return b
}

// TestMemIsLikeOS does the same random things to files in memory and on the disk.
func TestMemIsLikeOS(t *testing.T) {
	n := 0
	dirs := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		n++
		dir := filepath.Join(dirs, fmt.Sprint(n))
		mem := NewMem()
		if rapid.Bool().Draw(rt, "crashable") {
			mem = NewCrashMem()
		}
		var open [2]File
		systems := [2]FS{OS, mem}
		names := [2]string{filepath.Join(dir, "d", "f"), "d/f"}
		for i, fs := range systems {
			check(t, fs.MkdirAll(filepath.Dir(names[i])))
			open[i] = must(fs.Create(names[i]))(t)
			defer open[i].Close()
		}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			kind, pos := rapid.IntRange(0, 4).Draw(rt, "kind"), rapid.Int64Range(0, 3*chunkBytes).Draw(rt, "pos")
			data := bytes.Repeat([]byte{byte(rapid.IntRange(1, 255).Draw(rt, "byte"))}, rapid.IntRange(0, 2*chunkBytes).Draw(rt, "len"))
			var seen [2]string
			for i, f := range open {
				seen[i] = change(f, kind, pos, data)
			}
			if seen[0] != seen[1] {
				rt.Fatalf("the disk says %s, the memory %s", seen[0], seen[1])
			}
		}
		if !bytes.Equal(contents(t, OS, names[0]), contents(t, mem, names[1])) {
			rt.Fatal("the contents differ")
		}
	})
}

// change does something to a file and says what came of it.
func change(f File, kind int, pos int64, data []byte) string {
	switch kind {
	case 0:
		n, err := f.WriteAt(data, pos)
		return fmt.Sprint(n, err)
	case 1:
		return fmt.Sprint(f.WriteVec([][]byte{data, nil, data[:len(data)/2], {1, 2, 3}}, pos))
	case 2:
		return fmt.Sprint(f.Truncate(pos))
	case 3:
		return fmt.Sprint(f.Preallocate(pos), f.Sync())
	}
	b := make([]byte, len(data))
	n, err := f.ReadAt(b, pos)
	size, _ := f.Size()
	return fmt.Sprint(n, err, size, b[:n])
}

func TestNames(t *testing.T) {
	root := t.TempDir()
	for what, fs := range map[string]FS{root: OS, "m": NewMem()} {
		dir := filepath.Join(what, "a", "b")
		if _, err := fs.List(dir); !errors.Is(err, ErrNotExist) {
			t.Fatal(err)
		}
		check(t, fs.MkdirAll(dir))
		for _, name := range []string{"y", "x", "z"} {
			f := must(fs.Create(filepath.Join(dir, name)))(t)
			must(f.WriteAt([]byte(name), 0))(t)
			check(t, f.Close())
		}
		check(t, fs.Rename(filepath.Join(dir, "x"), filepath.Join(dir, "y")))
		check(t, fs.Remove(filepath.Join(dir, "z")))
		check(t, fs.SyncDir(dir))
		if got := fmt.Sprint(must(fs.List(dir))(t)); got != "[y]" {
			t.Fatal(got)
		}
		if got := string(contents(t, fs, filepath.Join(dir, "y"))); got != "x" {
			t.Fatal(got)
		}
		for _, err := range []error{fs.Remove(filepath.Join(dir, "z")), fs.Rename(filepath.Join(dir, "z"), filepath.Join(dir, "y"))} {
			if !errors.Is(err, ErrNotExist) {
				t.Fatal(err)
			}
		}
		if err := fs.Remove(dir); err == nil {
			t.Fatal("removed a directory with a file")
		}
		check(t, fs.RemoveAll(filepath.Join(what, "a")))
		check(t, fs.RemoveAll(filepath.Join(what, "a")))
		if _, err := fs.Open(filepath.Join(dir, "y")); !errors.Is(err, ErrNotExist) {
			t.Fatal(err)
		}
		lock := must(fs.Lock(filepath.Join(what, "LOCK")))(t)
		if _, err := fs.Lock(filepath.Join(what, "LOCK")); !errors.Is(err, ErrLocked) {
			t.Fatal(err)
		}
		check(t, lock.Close())
		check(t, must(fs.Lock(filepath.Join(what, "LOCK")))(t).Close())
	}
}

// TestManySyncs syncs enough files at once to take the other way.
func TestManySyncs(t *testing.T) {
	dir := t.TempDir()
	var files []File
	for i := range 70 {
		f := must(OS.Create(filepath.Join(dir, fmt.Sprint(i))))(t)
		defer f.Close()
		must(f.WriteAt([]byte("x"), 0))(t)
		files = append(files, f)
	}
	check(t, OS.SyncFiles(files[:3]))
	check(t, OS.SyncFiles(files))
	check(t, OS.SyncFiles(nil))
}

// TestPowerCut: what was synced is there after every power cut, what was not is sometimes there and sometimes not, and what a
// cut leaves of a write are sectors of it.
func TestPowerCut(t *testing.T) {
	m := NewCrashMem()
	check(t, m.MkdirAll("d"))
	check(t, m.SyncDir("/"))
	synced := bytes.Repeat([]byte{1}, 10_000)
	f := must(m.Create("d/synced"))(t)
	must(f.WriteAt(synced, 0))(t)
	check(t, f.DataSync())
	check(t, m.SyncDir("d"))
	must(f.WriteAt(bytes.Repeat([]byte{2}, 8192), 4096))(t)
	must(m.Create("d/new"))(t)
	check(t, m.Rename("d/synced", "d/renamed"))
	found := map[string]int{}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		c := m.Crash(rng)
		name := "d/synced"
		if _, err := c.Open(name); err != nil {
			name = "d/renamed"
			found["renamed"]++
		}
		if _, err := c.Open("d/new"); err == nil {
			found["new"]++
		}
		b := contents(t, c, name)
		if len(b) < len(synced) || !bytes.Equal(b[:4096], synced[:4096]) {
			t.Fatal("synced bytes are lost")
		}
		twos := 0
		for pos := 4096; pos < 8192; pos += 512 {
			if sector := b[pos : pos+512]; bytes.Count(sector, []byte{2}) == 512 {
				twos++
			} else if bytes.Count(sector, []byte{1}) != 512 {
				t.Fatal("half a sector")
			}
		}
		found[fmt.Sprint("sectors", min(twos, 1)+twos/8)]++
	}
	for _, want := range []string{"renamed", "new", "sectors0", "sectors1", "sectors2"} {
		if n := found[want]; n == 0 || n == 200 {
			t.Errorf("%s: %d of 200 times", want, n)
		}
	}
	killed := m.Kill()
	if b := contents(t, killed, "d/renamed"); len(b) != 4096+8192 || b[5000] != 2 {
		t.Error("a kill loses writes")
	}
	for range 50 {
		if _, err := killed.Crash(rng).Open("d/synced"); err == nil {
			return // the renaming is not durable after the kill either
		}
	}
	t.Error("a kill makes things durable")
}

// TestFailedSyncLoses: bytes of a failed sync do not become durable by a later one.
func TestFailedSyncLoses(t *testing.T) {
	m := NewCrashMem()
	f := must(m.Create("f"))(t)
	check(t, m.SyncDir("/"))
	broken := errors.New("broken")
	m.SetHook(FailNth(OpSync, 1, broken))
	must(f.WriteAt([]byte("lost"), 0))(t)
	if err := f.DataSync(); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	check(t, f.DataSync())
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		if len(contents(t, m.Crash(rng), "f")) == 0 {
			return
		}
	}
	t.Fatal("the second sync has saved what the first has lost")
}

func TestDiskFull(t *testing.T) {
	m := NewMem()
	f := must(m.Create("f"))(t)
	m.SetHook(DiskFull(10))
	must(f.WriteAt(make([]byte, 8), 0))(t)
	if n, err := f.WriteAt(make([]byte, 8), 8); n != 2 || !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(n, err)
	}
	if size := must(f.Size())(t); size != 10 {
		t.Fatal(size)
	}
	if err := f.Preallocate(100); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}
