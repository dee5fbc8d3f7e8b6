package broker

import (
	"encoding/binary"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fetchAnswer is the response of a Fetch. It is encoded here and not by kmsg, so that records go from the log's memory to the
// peer without a copy: the answer is a list of buffers. In brackets, the versions that have a field:
//
//	throttle, [7] error, [7] session, topics:
//	  [4-12] name or [13] id, partitions:
//	    partition, error, high watermark, last stable offset, [5] log start,
//	    aborted transactions: producer id, first offset
//	    [11] preferred replica, records
//	    [12] tags: 0 diverging epoch: epoch, end offset
type fetchAnswer struct {
	kmsg.FetchResponse // only version, error and session
	*fetcher           // nil: without partitions
}

func newFetchAnswer(version, code int16, session int32) *fetchAnswer {
	return &fetchAnswer{FetchResponse: kmsg.FetchResponse{Version: version, ErrorCode: code, SessionID: session}}
}

func (a *fetchAnswer) detach() {
	if a.fetcher != nil {
		a.fetcher.detach()
	}
}

func (a *fetchAnswer) release() {
	if a.fetcher != nil {
		a.fetcher.release()
	}
}

// appendVector implements vectored.
func (a *fetchAnswer) appendVector(head []byte, bufs [][]byte) [][]byte {
	w := fetchWriter{b: head, flexible: a.Version >= 12, bufs: bufs}
	w.int32(0)
	if a.Version >= 7 {
		w.int16(a.ErrorCode)
		w.int32(a.SessionID)
	}
	var reads []reading
	if a.fetcher != nil {
		reads = a.reads
	}
	topics := 0
	for i := 0; i < len(reads); i = nextTopic(reads, i) {
		if !allSilent(reads[i:nextTopic(reads, i)]) {
			topics++
		}
	}
	w.array(topics)
	for i := 0; i < len(reads); {
		end := nextTopic(reads, i)
		if group := reads[i:end]; !allSilent(group) {
			a.topic(&w, group)
		}
		i = end
	}
	w.tags()
	return w.finish()
}

// nextTopic is where the run of partitions of one topic ends that begins at i.
func nextTopic(reads []reading, i int) int {
	j := i + 1
	for j < len(reads) && reads[j].id == reads[i].id && (reads[j].topic == reads[i].topic || reads[i].id != [16]byte{}) {
		j++
	}
	return j
}

func allSilent(reads []reading) bool {
	for i := range reads {
		if !reads[i].silent {
			return false
		}
	}
	return true
}

func (a *fetchAnswer) topic(w *fetchWriter, reads []reading) {
	if a.Version >= 13 {
		w.b = append(w.b, reads[0].id[:]...)
	} else {
		w.string(reads[0].topic)
	}
	n := 0
	for i := range reads {
		if !reads[i].silent {
			n++
		}
	}
	w.array(n)
	for i := range reads {
		if !reads[i].silent {
			a.partition(w, &reads[i])
		}
	}
	w.tags()
}

func (a *fetchAnswer) partition(w *fetchWriter, r *reading) {
	w.int32(r.partition)
	w.int16(r.code)
	w.int64(r.high)
	w.int64(r.stable)
	if a.Version >= 5 {
		w.int64(r.start)
	}
	a.aborted(w, r)
	if a.Version >= 11 {
		w.int32(-1)
	}
	if r.chunk != nil {
		w.records(r.chunk, r.bytes)
	} else {
		w.bytesLength(0) // never null, which some clients take for damage
	}
	if !w.flexible {
		return
	}
	if !r.diverged {
		w.tags()
		return
	}
	w.b = append(w.b, 1, 0, 13) // one tag: number 0 of 13 bytes
	w.int32(r.divergedEpoch)
	w.int64(r.divergedEnd)
	w.tags()
}

func (a *fetchAnswer) aborted(w *fetchWriter, r *reading) {
	if a.isolation == log.ReadUncommitted {
		w.nullArray()
		return
	}
	var all []log.AbortedTxn
	if r.chunk != nil {
		all = r.chunk.Aborted()
	}
	w.array(len(all))
	for _, t := range all {
		w.int64(t.Producer)
		w.int64(t.First)
		w.tags()
	}
}

// fetchWriter appends the primitive types of the protocol to b, and records to a list of buffers.
type fetchWriter struct {
	b        []byte
	flexible bool
	bufs     [][]byte
	flushed  int // what of b is in bufs
}

func (w *fetchWriter) int16(v int16) { w.b = binary.BigEndian.AppendUint16(w.b, uint16(v)) }
func (w *fetchWriter) int32(v int32) { w.b = binary.BigEndian.AppendUint32(w.b, uint32(v)) }
func (w *fetchWriter) int64(v int64) { w.b = binary.BigEndian.AppendUint64(w.b, uint64(v)) }

func (w *fetchWriter) array(n int) {
	if w.flexible {
		w.b = binary.AppendUvarint(w.b, uint64(n)+1)
	} else {
		w.int32(int32(n))
	}
}

func (w *fetchWriter) nullArray() {
	if w.flexible {
		w.b = append(w.b, 0)
	} else {
		w.int32(-1)
	}
}

func (w *fetchWriter) string(s string) {
	if w.flexible {
		w.b = binary.AppendUvarint(w.b, uint64(len(s))+1)
	} else {
		w.int16(int16(len(s)))
	}
	w.b = append(w.b, s...)
}

func (w *fetchWriter) bytesLength(n int) { w.array(n) }

// tags ends a structure.
func (w *fetchWriter) tags() {
	if w.flexible {
		w.b = append(w.b, 0)
	}
}

// records appends the batches of a chunk without copying them.
func (w *fetchWriter) records(c *log.Chunk, bytes int) {
	w.bytesLength(bytes)
	w.flush()
	w.bufs = c.AppendTo(w.bufs)
}

// flush makes what was written since the last flush a buffer of its own. Should b move to other memory later, the old memory
// keeps what is in it.
func (w *fetchWriter) flush() {
	if len(w.b) > w.flushed {
		w.bufs = append(w.bufs, w.b[w.flushed:len(w.b):len(w.b)])
		w.flushed = len(w.b)
	}
}

func (w *fetchWriter) finish() [][]byte {
	w.flush()
	return w.bufs
}
