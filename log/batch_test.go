package log

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"pgregory.net/rapid"

	"github.com/leatdb/leat/internal/vfs"
)

// rec is a record as the tests see it.
type rec struct {
	offset, time int64
	key, value   []byte
	headers      []Header
}

func (r rec) String() string {
	return fmt.Sprintf("%d@%d %v=%v %v", r.offset, r.time, nullable(r.key), nullable(r.value), r.headers)
}

func nullable(b []byte) string {
	if b == nil {
		return "null"
	}
	return fmt.Sprintf("%q", b)
}

// decodeSlices decodes a chunk in slices of at most maxRows.
func decodeSlices(c *Chunk, from int64, maxRows int) ([]rec, error) {
	var all []rec
	var r Records
	for from < c.Next {
		next, err := c.Decode(&r, from, maxRows)
		if err != nil {
			return all, err
		}
		if r.N > maxRows || r.N == 0 && next < c.Next {
			return all, fmt.Errorf("%d rows from offset %d to %d", r.N, from, next)
		}
		for i := range r.N {
			h, err := r.Headers(i, nil)
			if err != nil {
				return all, err
			}
			for j := range h {
				h[j].Value = bytes.Clone(h[j].Value)
			}
			all = append(all, rec{r.Offset[i], r.Time[i], bytes.Clone(r.Key(i)), bytes.Clone(r.Value(i)), h})
		}
		from = next
	}
	return all, nil
}

// chunkOf makes a chunk of batches as they would be read from offset base on.
func chunkOf(base int64, batches ...[]byte) *Chunk {
	b := bytes.Join(batches, nil)
	patchBatches(b, base, 0)
	next := endOfBatches(b)
	return &Chunk{Topic: "t", Start: base, Next: next, pieces: []piece{{base: b, to: len(b)}}}
}

func genBytes() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
			return nil
		}
		return rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
	})
}

// TestBuildDecode: what is built is what is decoded, in slices of any size, from any offset.
func TestBuildDecode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want []rec
		var batches [][]byte
		base := rapid.Int64Range(0, 1<<40).Draw(t, "base")
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			var b BatchBuilder
			for range rapid.IntRange(1, 20).Draw(t, "records") {
				r := rec{offset: base + int64(len(want)), time: rapid.Int64Range(0, 1<<42).Draw(t, "time"),
					key: genBytes().Draw(t, "key"), value: genBytes().Draw(t, "value")}
				for range rapid.IntRange(0, 2).Draw(t, "headers") {
					r.headers = append(r.headers, Header{rapid.StringN(0, 10, 30).Draw(t, "header"), genBytes().Draw(t, "header value")})
				}
				b.Append(r.key, r.value, r.headers, r.time)
				want = append(want, r)
			}
			codec := Codec(rapid.IntRange(0, int(CodecZstd)).Draw(t, "codec"))
			batches = append(batches, recompress(t, b.Bytes(), codec))
		}
		c := chunkOf(base, batches...)
		from := base + int64(rapid.IntRange(0, len(want)-1).Draw(t, "from"))
		got, err := decodeSlices(c, from, rapid.IntRange(1, 30).Draw(t, "rows"))
		if err != nil {
			t.Fatal(err)
		}
		if g, w := fmt.Sprint(got), fmt.Sprint(want[from-base:]); g != w {
			t.Fatalf("got  %s\nwant %s", g, w)
		}
	})
}

type fataler interface{ Fatal(...any) }

// recompress returns a copy of an uncompressed batch with its records compressed.
func recompress(t fataler, b []byte, codec Codec) []byte {
	out, err := compress(codec, bytes.Clone(b[:batchHeaderBytes]), b[batchHeaderBytes:])
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint16(out[batchAttributes:], uint16(codec))
	sealBatch(out)
	return out
}

func TestAppendColumns(t *testing.T) {
	t.Parallel()
	var r Records
	var b, again BatchBuilder
	b.Append([]byte("a"), []byte("1"), nil, 5)
	b.Append(nil, []byte("2"), nil, 7)
	b.Append([]byte("c"), nil, nil, 6)
	c := chunkOf(0, b.Bytes())
	if _, err := c.Decode(&r, 0, 10); err != nil {
		t.Fatal(err)
	}
	again.AppendColumns(r.Keys(), r.Values(), r.Time[:r.N], []int32{2, 0})
	again.AppendColumns(Spans{}, r.Values(), r.Time[:r.N], nil)
	got, err := decodeSlices(chunkOf(0, again.Bytes()), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := `[0@6 "c"=null [] 1@5 "a"="1" [] 2@5 null="1" [] 3@7 null="2" [] 4@6 null=null []]`
	if fmt.Sprint(got) != want {
		t.Fatalf("got  %v\nwant %s", got, want)
	}
	h, err := CheckBatch(again.Bytes())
	if err != nil || h.Count != 5 || h.FirstTime != 6 || h.MaxTime != 7 || h.LastDelta != 4 || again.Size() != h.Bytes {
		t.Fatalf("%+v, %v", h, err)
	}
	if again.Reset(); again.Len() != 0 || again.Bytes() != nil {
		t.Fatal("a reset builder has records")
	}
}

// TestXerialSnappy decodes the framing of Java clients.
func TestXerialSnappy(t *testing.T) {
	t.Parallel()
	plain := batchOf("k", strings.Repeat("v", 100))
	records := plain[batchHeaderBytes:]
	out := bytes.Clone(plain[:batchHeaderBytes])
	out = append(out, xerialMagic...)
	out = append(out, 0, 0, 0, 1, 0, 0, 0, 1)
	for _, part := range [][]byte{records[:40], records[40:]} {
		block := snappy.Encode(nil, part)
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(block))), block...)
	}
	binary.BigEndian.PutUint16(out[batchAttributes:], uint16(CodecSnappy))
	sealBatch(out)
	got, err := decodeSlices(chunkOf(3, out), 3, 10)
	if err != nil || len(got) != 1 || got[0].offset != 3 || string(got[0].value) != strings.Repeat("v", 100) {
		t.Fatal(got, err)
	}
}

func TestControlAndAppendTime(t *testing.T) {
	t.Parallel()
	control, stamped := batchOf("c", "c"), batchOf("a", "1", "b", "2")
	binary.BigEndian.PutUint16(control[batchAttributes:], attrControl)
	sealBatch(control)
	binary.BigEndian.PutUint16(stamped[batchAttributes:], attrAppend)
	binary.BigEndian.PutUint64(stamped[batchMaxTime:], 99)
	sealBatch(stamped)
	got, err := decodeSlices(chunkOf(0, control, stamped, control), 0, 10)
	if err != nil || fmt.Sprint(got) != `[1@99 "a"="1" [] 2@99 "b"="2" []]` {
		t.Fatal(got, err)
	}
}

func TestDecodeRefusesDamage(t *testing.T) {
	t.Parallel()
	c := chunkOf(0, batchOf("a", "1"), batchOf("b", "2"))
	c.pieces[0].base[len(c.pieces[0].base)-2] ^= 1
	got, err := decodeSlices(c, 0, 10)
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "t-0@1") {
		t.Fatal(got, err)
	}
}

// TestMurmur2 uses the values of the tests of Kafka's Java client.
func TestMurmur2(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := int32(Murmur2([]byte(key))); got != want {
			t.Errorf("murmur2 of %q is %d, expected %d", key, got, want)
		}
	}
	if p := MurmurPartition([]byte("foobar"), 7); p != int32(uint32(-790332482&0x7fffffff)%7) {
		t.Errorf("partition %d", p)
	}
	var rr RoundRobin
	var got []int32
	for range 5 {
		got = append(got, rr.Partition(3))
	}
	if !slices.Equal(got, []int32{0, 1, 2, 0, 1}) {
		t.Errorf("round robin %v", got)
	}
}

// FuzzDecode: whatever the records of a batch are, decoding ends, and rows point into the data.
func FuzzDecode(f *testing.F) {
	for codec := CodecNone; codec <= CodecZstd; codec++ {
		f.Add(recompress(f, batchOf("a", "1", "b", "2"), codec), uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, rows uint8) {
		if len(b) < batchHeaderBytes {
			return
		}
		b = bytes.Clone(b)
		b[batchMagic] = 2
		sealBatch(b)
		if _, err := checkBatches(b); err != nil {
			return
		}
		c := chunkOf(10, b)
		var r Records
		for from := int64(10); from < c.Next; {
			next, err := c.Decode(&r, from, int(rows)+1)
			if err != nil {
				if !errors.Is(err, ErrCorrupt) {
					t.Fatalf("%v is no ErrCorrupt", err)
				}
				return
			}
			if next <= from {
				t.Fatalf("no progress at %d", from)
			}
			from = next
			for i := range r.N {
				if r.KeyLen[i] != int32(len(r.Key(i))) && r.Key(i) != nil || len(r.Value(i)) > len(r.Data) {
					t.Fatal("a row points elsewhere")
				}
				if r.Offset[i] < 10 {
					t.Fatalf("offset %d", r.Offset[i])
				}
				if _, err := r.Headers(i, nil); err != nil && !errors.Is(err, ErrCorrupt) {
					t.Fatal(err)
				}
			}
		}
	})
}

// walBytes makes a WAL file of generation 1, without its head, of records with the given payloads.
func walBytes(payloads ...[]byte) []byte {
	var b []byte
	for i, payload := range payloads {
		rec := append(make([]byte, recordHeadBytes), payload...)
		sealRecord(rec, nil, recordHead{length: len(payload), lsn: LSN(i + 1), generation: 1, lag: 1}, 0, int64(len(b)))
		b = append(b, rec...)
		b = append(b, make([]byte, recordBytes(len(payload))-len(rec))...)
	}
	return b
}

// replayLog is a log in the middle of its opening.
func replayLog() *Log {
	l := &Log{topics: map[string]*topic{}, byNumber: map[uint32]*topic{}, byID: map[[16]byte]*topic{}, opts: Options{CacheBytes: 1 << 20}, policy: newPolicy()}
	l.reach = &reach{producers: map[*partition]int64{}, txns: map[*partition]int64{}}
	l.offsets.init()
	l.txns.init()
	return l
}

// FuzzWAL: whatever a WAL file holds, a scan ends, and what it returns has the right LSNs.
func FuzzWAL(f *testing.F) {
	config := TopicConfig{Partitions: 1}
	created := append(appendConfig(append(append([]byte{entryTopic, 1}, make([]byte, 16)...), 1, 't'), &config), entryEnd)
	f.Add(walBytes(created, []byte{entryNoGroup, 1, 'g', entryEnd}, []byte{entryDelta, 1, 's', 3, entryEnd, 1, 2, 3}), uint32(4), byte(0))
	f.Fuzz(func(t *testing.T, b []byte, at uint32, x byte) {
		if len(b) > 0 {
			b = bytes.Clone(b)
			b[int(at)%len(b)] ^= x
		}
		file, err := vfs.NewMem().Create("wal")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteAt(b, 0); err != nil {
			t.Fatal(err)
		}
		s, err := newWALScan(file, 1, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		l := replayLog()
		lsn := LSN(1)
		for ; ; lsn++ {
			h, payload, ok, err := s.next(lsn)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			if h.lsn != lsn {
				t.Fatalf("LSN %d, expected %d", h.lsn, lsn)
			}
			if _, err := l.replayRecord(lsn, payload, &checkpointHead{}); err != nil {
				break
			}
		}
		if _, err := s.evidence(min(s.pos, s.size), lsn); err != nil {
			t.Fatal(err)
		}
		l.dropSlabs()
	})
}

// FuzzEntries: whatever the payload of a valid record is, a replay ends without a panic.
func FuzzEntries(f *testing.F) {
	f.Add([]byte{entryEnd})
	f.Add(appendConfig(append([]byte{entryTopic, 1}, append(make([]byte, 16), 1, 't')...), &TopicConfig{Partitions: 1}))
	x := &transaction{id: "x", producer: ProducerID{1, 2}, last: NoProducer, state: TxnOngoing}
	p := &partition{topic: &topic{name: "t", number: 1}}
	offset := []plannedOffset{{topic: p.topic, off: &GroupOffset{Group: "g", Topic: "t", Offset: 3}}}
	txn := appendTxnOffsets(appendTxnParts(appendTxn(nil, x), "x", []*partition{p}), "x", "g", offset)
	marker := appendMarker(nil, commitMarker, x.producer, 0, 5)
	batch := produced{producer: x.producer, txn: true, values: []string{"v"}}.bytes(f)
	patchBatches(marker, 1, 0)
	f.Add(slices.Concat(txn, []byte{entryEnd}))
	f.Add(slices.Concat(txn, []byte{entryBatches, 1, 0, byte(len(batch))}, batch, []byte{entryBatches, 1, 0, byte(len(marker))}, marker, []byte{entryEnd}))
	f.Add(append(appendProperty([]byte{entryEpoch, 3, entryProducers, 9, entryNoOffset, 1, 'g', 1, 0, 5}, &Property{"k", []byte("v")}), entryEnd))
	f.Add(append([]byte{entryNoGroup, 1, 'g', entryDelta, 1, 's', 3, entryStart, 1, 0, 5, entryDrop, 1, entryEnd}, "abc"...))
	f.Fuzz(func(t *testing.T, payload []byte) {
		l := replayLog()
		l.addTopic(&topic{name: "t", number: 1}, TopicConfig{Partitions: 1})
		for lsn := range LSN(2) {
			l.replayRecord(lsn+1, payload, &checkpointHead{flushed: 1})
		}
		err := eachDelta(payload, func(string, []byte) error { return nil })
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		l.dropSlabs()
	})
}
