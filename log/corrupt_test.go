package log

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// corruptRun is a log whose WAL is about to be damaged: n groups of one record each, committed one by one, without a
// checkpoint, left as by a kill.
type corruptRun struct {
	fs      *vfs.Mem
	records []int64 // where the record of group i begins in the WAL file; and where the last ends
	name    string
	seed    uint32
	opts    Options
}

func newCorruptRun(t *testing.T, n, valueBytes int) *corruptRun {
	t.Helper()
	r := &corruptRun{fs: vfs.NewCrashMem(), name: "db/wal/0000000001.wal", opts: Options{WALFileBytes: 112 << 10}}
	r.opts.FS = r.fs
	l, err := Open("db", r.opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CreateTopic(ctx, "t", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r.records = append(r.records, l.wal.pos)
		if _, err := l.Produce(ctx, []Write{{"t", 0, batchOf(fmt.Sprint(i), strings.Repeat("v", valueBytes))}}); err != nil {
			t.Fatal(err)
		}
	}
	r.records = append(r.records, l.wal.pos)
	r.seed = l.wal.seed
	r.fs = r.fs.Kill()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

// reopen opens a copy of the damaged log and returns how many groups it has; they must be the first ones.
func (r *corruptRun) reopen(t *testing.T, damage func(f vfs.File), opts Options) (int, error) {
	t.Helper()
	fs := r.fs.Kill()
	f, err := fs.Open(r.name)
	if err != nil {
		t.Fatal(err)
	}
	damage(f)
	opts.FS, opts.WALFileBytes = fs, r.opts.WALFileBytes
	l, err := Open("db", opts)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	if _, ok := l.Topic("t"); !ok {
		return -1, nil // even the topic is cut
	}
	got := readAll(t, l, "t", 0)
	for i, rec := range got {
		if want := fmt.Sprintf("%d %d=", i, i); !strings.HasPrefix(rec, want) {
			t.Fatalf("record %d is %q", i, rec)
		}
	}
	if _, err := l.Produce(ctx, []Write{{"t", 0, batchOf("after", "x")}}); err != nil {
		t.Fatalf("produce after recovery: %v", err)
	}
	return len(got), nil
}

func flip(t *testing.T, f vfs.File, pos int64) {
	t.Helper()
	var b [1]byte
	if _, err := f.ReadAt(b[:], pos); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x40
	if _, err := f.WriteAt(b[:], pos); err != nil {
		t.Fatal(err)
	}
}

// groupAt is the group whose record has the byte at a position, padding included.
func (r *corruptRun) groupAt(pos int64) int {
	for i := range r.records {
		if pos < r.records[i] {
			return i - 1
		}
	}
	return len(r.records) - 1
}

// everyByte calls fn for every byte of the last 64 KiB of the WAL. open says whether to really open the log there: that takes
// ten times as long as reading the file, so without LEAT_EVERY_BYTE it is done at some of the positions only.
func (r *corruptRun) everyByte(fn func(pos int64, open bool)) {
	end := r.records[len(r.records)-1]
	every := 41
	if os.Getenv("LEAT_EVERY_BYTE") != "" {
		every = 1
	}
	i := 0
	for pos := max(walHeadBytes, end-64<<10); pos < end; pos += int64(sparser(1, 13)) {
		fn(pos, i%every == 0)
		i++
	}
}

// scan reads the WAL file as a recovery does, but from the group before the damage at pos on, and returns the number of groups
// it has, and whether the first bad record is proved to have been durable.
func (r *corruptRun) scan(t *testing.T, f vfs.File, pos int64) (groups int, proof bool) {
	t.Helper()
	before := max(r.groupAt(pos)-1, 0)
	s, err := newWALScan(f, 1, r.seed, r.records[before])
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	lsn := LSN(before + 2)
	for ; ; lsn++ {
		_, _, ok, err := s.next(lsn)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
	}
	highest, err := s.evidence(s.pos, lsn)
	if err != nil {
		t.Fatal(err)
	}
	return int(lsn) - 2, highest > 0 // the first record is the topic
}

// TestWALCutAtEveryByte cuts the WAL at every byte of its last 64 KiB: everything before must be there. Behind a cut there is
// nothing, so it always looks like a torn write.
func TestWALCutAtEveryByte(t *testing.T) {
	t.Parallel()
	r := newCorruptRun(t, 200, 400)
	f, err := r.fs.Kill().Open(r.name)
	if err != nil {
		t.Fatal(err)
	}
	end := r.records[len(r.records)-1]
	tail := make([]byte, end)
	if _, err := f.ReadAt(tail, 0); err != nil {
		t.Fatal(err)
	}
	r.everyByte(func(pos int64, open bool) {
		if err := f.Truncate(pos); err != nil {
			t.Fatal(err)
		}
		n, proof := r.scan(t, f, pos)
		if _, err := f.WriteAt(tail[pos:], pos); err != nil {
			t.Fatal(err)
		}
		if open {
			if n, err = r.reopen(t, func(f vfs.File) { f.Truncate(pos) }, Options{}); err != nil {
				t.Fatalf("cut at %d: %v", pos, err)
			}
		}
		// The cut may fall into the padding behind a record that is whole.
		if want := r.groupAt(pos); n != want && n != want+1 || proof {
			t.Fatalf("cut at %d: %d groups, expected %d; %v", pos, n, want, proof)
		}
	})
}

// TestWALFlippedAtEveryByte flips a bit in every byte of the last 64 KiB of the WAL: the log either refuses to open, or has
// exactly the groups before the damage. It may do the latter only for the last group: every other is followed by one that
// proves the loss. Padding may be damaged unnoticed.
func TestWALFlippedAtEveryByte(t *testing.T) {
	t.Parallel()
	r := newCorruptRun(t, 200, 400)
	f, err := r.fs.Kill().Open(r.name)
	if err != nil {
		t.Fatal(err)
	}
	last := len(r.records) - 2
	r.everyByte(func(pos int64, open bool) {
		flip(t, f, pos)
		n, refused := r.scan(t, f, pos)
		flip(t, f, pos)
		if open {
			var err error
			n, err = r.reopen(t, func(f vfs.File) { flip(t, f, pos) }, Options{})
			if refused = errors.Is(err, ErrCorrupt); err != nil && !refused {
				t.Fatal(err)
			}
		}
		hit := r.groupAt(pos)
		switch {
		case !refused && n == last+1 && pos+recordAlign > r.records[hit+1]: // in the padding
		case refused && hit < last:
		case !refused && hit == last && n == last:
		default:
			t.Fatalf("flipped at %d, in group %d of %d: %d groups, refused: %v", pos, hit, last, n, refused)
		}
	})
}

// TestNamedCorruptions damages the WAL in ways that have names, and says what must survive.
func TestNamedCorruptions(t *testing.T) {
	t.Parallel()
	r := newCorruptRun(t, 10, 100)
	rec := r.records
	write := func(b []byte, pos int64) func(vfs.File) {
		return func(f vfs.File) {
			if _, err := f.WriteAt(b, pos); err != nil {
				t.Fatal(err)
			}
		}
	}
	zeros := func(from, to int64) func(vfs.File) { return write(make([]byte, to-from), from) }
	copyOf := func(from, to, at int64) func(vfs.File) {
		return func(f vfs.File) {
			b := make([]byte, to-from)
			if _, err := f.ReadAt(b, from); err != nil {
				t.Fatal(err)
			}
			write(b, at)(f)
		}
	}
	noise := make([]byte, 4096)
	for i := range noise {
		noise[i] = byte(i*7 + i>>8*13 + 1)
	}
	for _, c := range []struct {
		name    string
		damage  func(vfs.File)
		survive int // groups; -1: refuses to open
	}{
		{"nothing", func(vfs.File) {}, 10},
		{"last record zeroed", zeros(rec[9], rec[10]), 9},
		{"second half of the last record zeroed", zeros((rec[9]+rec[10])/2, rec[10]), 9},
		{"two records zeroed, none behind", zeros(rec[8], rec[10]), 8},
		{"a record in the middle zeroed", zeros(rec[4], rec[5]), -1},
		{"the first record zeroed", zeros(walHeadBytes, rec[0]), -1},
		{"everything behind the head zeroed", zeros(walHeadBytes, rec[10]), 0},
		{"the head zeroed", zeros(0, walHeadBytes), -1},
		{"noise behind the end", write(noise, rec[10]), 10},
		{"noise over the last record", write(noise, rec[9]), 9},
		{"noise over a record in the middle", write(noise[:64], rec[4]+recordHeadBytes), -1},
		{"a zero length in the last record", write(make([]byte, 4), rec[9]+4), 9},
		{"a huge length in the middle", write([]byte{255, 255, 255, 255}, rec[4]+4), -1},
		{"the last record once more behind the end", copyOf(rec[9], rec[10], rec[10]), 10},
		{"an old record in the place of the last", copyOf(rec[2], rec[3], rec[9]), 9},
		{"a later record in the place of an earlier", copyOf(rec[6], rec[7], rec[3]), -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := r.reopen(t, c.damage, Options{})
			if c.survive < 0 {
				if !errors.Is(err, ErrCorrupt) {
					t.Fatalf("opened with %d groups, %v", n, err)
				}
				if _, err = r.reopen(t, c.damage, Options{AllowCorruption: true}); err != nil {
					t.Fatalf("with AllowCorruption: %v", err)
				}
				return
			}
			if c.survive == 0 && n == -1 {
				n = 0
			}
			if err != nil || n != c.survive {
				t.Fatalf("%d groups, %v, expected %d", n, err, c.survive)
			}
		})
	}
}

// TestAllowCorruption opens a log with damage in the middle, and again without the option: the damage stays cut, and LSNs and
// offsets go on behind everything that was ever given away or kept.
func TestAllowCorruption(t *testing.T) {
	t.Parallel()
	r := newCorruptRun(t, 10, 100)
	f, err := r.fs.Open(r.name)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, f, r.records[4]+40)
	opts := Options{FS: r.fs, WALFileBytes: r.opts.WALFileBytes}
	if _, err := Open("db", opts); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("opened a damaged log: %v", err)
	}
	opts.AllowCorruption = true
	l, err := Open("db", opts)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(readAll(t, l, "t", 0)); n != 4 {
		t.Fatalf("%d records, expected 4", n)
	}
	if lsn := l.DurableLSN(); lsn < 11 {
		t.Fatalf("LSN %d was given away before", lsn)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	opts.AllowCorruption = false
	if l, err = Open("db", opts); err != nil {
		t.Fatalf("the cut did not last: %v", err)
	}
	base, err := l.Produce(ctx, []Write{{"t", 0, batchOf("k", "v")}})
	if err != nil || base[0] != 4 {
		t.Fatal(base, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedCheckpoint flips every byte of a checkpoint that has something of everything: the log must refuse to open.
func TestDamagedCheckpoint(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashMem()
	l, err := Open("db", Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CreateTopic(ctx, "t", TopicConfig{RetentionMillis: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Produce(ctx, []Write{{"t", 0, batchOf("k", "v")}}); err != nil {
		t.Fatal(err)
	}
	p := initTxn(t, l, NoProducer)
	for i := range int32(2) {
		addPartitions(t, l, p, 0)
		produced{producer: p, seq: i, txn: true, values: []string{"a"}}.appendTo(t, l, 0, inTxn)
		if i == 0 {
			endTxn(t, l, p, false, false)
		}
	}
	if err := l.CommitTxnOffsets(ctx, testTxn, p, "g", []GroupOffset{{Topic: "t", Offset: 3}}, true); err != nil {
		t.Fatal(err)
	}
	if err := l.CommitOffsets(ctx, []GroupOffset{{Group: "g", Topic: "t", Offset: 2}}); err != nil {
		t.Fatal(err)
	}
	if err := l.SetProperties(ctx, Property{"k", []byte("v")}); err != nil {
		t.Fatal(err)
	}
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	image := fs.Kill()
	l.Close()
	b, err := readFile(image, "db/checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	for pos := range b {
		damaged := image.Kill()
		f, err := damaged.Open("db/checkpoint")
		if err != nil {
			t.Fatal(err)
		}
		flip(t, f, int64(pos))
		if l, err := Open("db", Options{FS: damaged}); err == nil {
			l.Close()
			t.Fatalf("opened with byte %d of the checkpoint damaged", pos)
		}
	}
	if err := image.Remove("db/checkpoint"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("db", Options{FS: image}); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("opened without its checkpoint: %v", err)
	}
}
