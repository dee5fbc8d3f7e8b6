package log

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// compactTxnRun drives a compacted partition with random transactions of several producers, open over each other, and
// compactions between, and knows what a reader of committed records must see: the last committed value of every key.
type compactTxnRun struct {
	t    *testing.T
	l    *Log
	rng  *rand.Rand
	now  clock
	prod []*compactProducer
	recs []compactRecord
	n    int
}

// compactRecord is a record that was appended, and what has become of it.
type compactRecord struct {
	offset     int64
	key, value string // no value: null
	committed  bool
	open       *compactProducer // whose transaction it belongs to, while that is open
}

type compactProducer struct {
	id    string
	pid   ProducerID
	seq   int32
	begun bool
}

// want is the last committed value of every key, as far as all transactions are decided.
func (r *compactTxnRun) want() map[string]string {
	var all [][2]string
	for _, rec := range r.recs {
		if rec.open != nil {
			break
		}
		if rec.committed {
			all = append(all, [2]string{rec.key, rec.value})
		}
	}
	return lastValues(all)
}

func TestCompactTransactions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := &compactTxnRun{t: t, rng: rand.New(rand.NewPCG(seed, 9))}
			r.now.millis.Store(1_000_000)
			r.l = openMem(t, Options{FS: vfs.NewMem(), Now: r.now.now, SegmentBytes: 700}, TopicConfig{Cleanup: Compact, TombstoneMillis: 300})
			for i := range 3 {
				p := &compactProducer{id: fmt.Sprint("p", i)}
				var err error
				if p.pid, err = r.l.InitTransactions(ctx, InitProducer{p.id, 60_000, NoProducer}); err != nil {
					t.Fatal(err)
				}
				r.prod = append(r.prod, p)
			}
			for range 400 {
				r.step()
			}
			for _, p := range r.prod {
				r.end(p, true)
			}
			r.check()
			r.settle()
		})
	}
}

func (r *compactTxnRun) step() {
	p := r.prod[r.rng.IntN(len(r.prod))]
	switch k := r.rng.IntN(100); {
	case k < 70:
		r.write(p)
	case k < 85:
		r.end(p, r.rng.IntN(3) > 0)
	case k < 93:
		r.now.millis.Add(50)
		if err := r.l.Compact("t", 0); err != nil {
			r.t.Fatal(err)
		}
		r.check()
	default:
		mustFlush(r.t, r.l)
	}
}

func (r *compactTxnRun) write(p *compactProducer) {
	r.n++
	key, value := fmt.Sprint("k", r.rng.IntN(8)), fmt.Sprint("v", r.n)
	var b BatchBuilder
	if r.rng.IntN(4) == 0 {
		value = ""
		b.Append([]byte(key), nil, nil, int64(r.n))
	} else {
		b.Append([]byte(key), []byte(value), nil, int64(r.n))
	}
	batch := recompress(r.t, b.Bytes(), Codec(r.rng.IntN(5)))
	o := AppendOptions{TransactionalID: p.id, Join: true}
	head := produced{producer: p.pid, seq: p.seq, txn: true}
	rec := compactRecord{key: key, value: value}
	if r.rng.IntN(4) == 0 { // outside of transactions
		head, o = produced{producer: NoProducer, seq: -1}, AppendOptions{}
		rec.committed = true
	} else {
		p.seq++
		p.begun, rec.open = true, p
	}
	got := r.l.Append(ctx, []Write{{"t", 0, head.sign(batch)}}, o, func(error) {})
	if got[0].Err != nil {
		r.t.Fatal(got[0].Err)
	}
	rec.offset = got[0].Base
	r.recs = append(r.recs, rec)
}

func (r *compactTxnRun) end(p *compactProducer, commit bool) {
	if !p.begun {
		return
	}
	if _, err := r.l.EndTransaction(ctx, p.id, p.pid, commit, false); err != nil {
		r.t.Fatal(err)
	}
	for i := range r.recs {
		if rec := &r.recs[i]; rec.open == p {
			rec.open, rec.committed = nil, commit
		}
	}
	p.begun = false
}

// check compares what a client makes of the batches with what Decode does.
func (r *compactTxnRun) check() {
	r.t.Helper()
	var c Chunk
	var rec Records
	defer c.Release()
	var got [][2]string
	offset := start(r.t, r.l)
	for {
		if err := r.l.Read("t", 0, offset, 150, &c); err != nil {
			r.t.Fatal(err)
		}
		if c.Empty() {
			break
		}
		for offset = max(offset, c.Start); offset < c.Next; {
			var err error
			if offset, err = c.Decode(&rec, offset, 2); err != nil {
				r.t.Fatal(err)
			}
			for i := range rec.N {
				got = append(got, [2]string{string(rec.Key(i)), string(rec.Value(i))})
			}
		}
	}
	read := clientRead(r.t, r.l, ReadCommitted)
	expect(r.t, "decoded, and read as a client does", got, read)
	if got, want := lastValues(read), r.want(); !maps.Equal(got, want) {
		r.t.Fatalf("the last values are\n%v, expected\n%v", got, want)
	}
}

// settle compacts until nothing changes any more: no null, no aborted transaction, and no marker without records
// may be left.
func (r *compactTxnRun) settle() {
	want := r.want()
	for range 4 {
		r.now.millis.Add(1000)
		if err := r.l.Compact("t", 0); err != nil {
			r.t.Fatal(err)
		}
	}
	got := clientRead(r.t, r.l, ReadUncommitted)
	if len(got) != len(want) || !maps.Equal(lastValues(got), want) {
		r.t.Fatalf("left are %v, expected %v", got, want)
	}
	p := r.l.topics["t"].parts[0]
	if len(p.txns.aborted) > 0 || len(p.txns.open) > 0 || p.horizon != 0 {
		r.t.Fatalf("%v, horizon %d", p.txns, p.horizon)
	}
	var c Chunk
	defer c.Release()
	data := map[int64]bool{}
	for offset := start(r.t, r.l); ; offset = c.Next {
		if err := r.l.Fetch("t", 0, offset, 1<<20, ReadUncommitted, &c); err != nil {
			r.t.Fatal(err)
		}
		if c.Empty() {
			return
		}
		for _, b := range c.AppendTo(nil) {
			for ; len(b) > 0; b = b[batchBytes(b):] {
				h, _ := ParseBatchHeader(b)
				if h.Control() && !data[h.ProducerID] {
					r.t.Fatalf("the marker at %d is still there", h.BaseOffset)
				}
				data[h.ProducerID] = !h.Control()
			}
		}
	}
}

func lastValues(records [][2]string) map[string]string {
	last := map[string]string{}
	for _, kv := range records {
		if last[kv[0]] = kv[1]; kv[1] == "" {
			delete(last, kv[0])
		}
	}
	return last
}

func batchBytes(b []byte) int {
	h, _ := ParseBatchHeader(b)
	return h.Bytes
}

// clientRead reads partition 0 of t as Kafka's clients do: with the batches as they are, the list of aborted transactions, and
// the markers that end them.
func clientRead(t testing.TB, l *Log, isolation Isolation) [][2]string {
	t.Helper()
	var c Chunk
	defer c.Release()
	all := [][2]string{}
	offset, err := l.StartOffset("t", 0)
	if err != nil {
		t.Fatal(err)
	}
	for {
		if err := l.Fetch("t", 0, offset, 400, isolation, &c); err != nil {
			t.Fatal(err)
		}
		if c.Empty() {
			return all
		}
		aborted, gone := c.Aborted(), map[int64]bool{}
		for _, b := range c.AppendTo(nil) {
			for ; len(b) > 0; b = b[batchBytes(b):] {
				h, err := CheckBatch(b)
				if err != nil {
					t.Fatal(err)
				}
				for len(aborted) > 0 && aborted[0].First <= h.NextOffset()-1 {
					gone[aborted[0].Producer] = true
					aborted = aborted[1:]
				}
				if h.Control() {
					if kind, err := readMarker(b[:h.Bytes]); err != nil {
						t.Fatal(err)
					} else if kind == abortMarker {
						delete(gone, h.ProducerID)
					}
					continue
				}
				if h.Transactional() && gone[h.ProducerID] {
					continue
				}
				all = append(all, recordsOf(t, b[:h.Bytes], &h)...)
			}
		}
		offset = c.Next
	}
}

func recordsOf(t testing.TB, b []byte, h *BatchHeader) (all [][2]string) {
	t.Helper()
	plain, err := decompress(h.Codec(), nil, b[batchHeaderBytes:])
	if err != nil {
		t.Fatal(err)
	}
	err = eachRecord(plain, h, func(r *rawRecord) {
		var rec Records
		s := recordScan{data: r.raw, end: len(r.raw), left: 1}
		s.scan(&rec, minTime, 1)
		rec.Data = r.raw
		all = append(all, [2]string{string(rec.Key(0)), string(rec.Value(0))})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
