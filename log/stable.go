package log

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Isolation says what a reader sees of transactions.
type Isolation uint8

const (
	// ReadCommitted stops at the first record of an open transaction, the last stable offset, and leaves out the records
	// of aborted ones.
	ReadCommitted Isolation = iota
	// ReadUncommitted sees everything up to the high watermark.
	ReadUncommitted
)

// partitionTxns is what readers have to know about the transactions of a partition: the published view. Partitions without
// transactions have none.
type partitionTxns struct {
	open []openTxn // by first offset

	// By last offset. It is only appended to and, when some entries go, replaced, so that readers may hold a part of it.
	aborted []AbortedTxn
}

type openTxn struct {
	producer int64
	first    int64
}

// AbortedTxn is a transaction whose records in a partition must not be seen by readers of committed records.
type AbortedTxn struct {
	Producer    int64
	First, Last int64 // offsets of its first record and of its marker
	stable      int64 // the last stable offset behind its end: no later entry begins below
}

// stable is the last stable offset: below it every transaction is decided. The caller holds mu.
func (p *partition) stable() int64 {
	if p.txns == nil || len(p.txns.open) == 0 {
		return p.end
	}
	return min(p.end, max(p.start, p.txns.open[0].first))
}

// limit is where readers of an isolation stop; the caller holds mu.
func (p *partition) limit(i Isolation) int64 {
	if i == ReadUncommitted {
		return p.end
	}
	return p.stable()
}

// trackTxn notes a published batch of a transaction; the caller holds mu, and has moved the end behind it.
func (p *partition) trackTxn(h *BatchHeader, kind markerKind) {
	if p.txns == nil {
		p.txns = &partitionTxns{}
	}
	t := p.txns
	i := slices.IndexFunc(t.open, func(o openTxn) bool { return o.producer == h.ProducerID })
	if !h.Control() {
		if i < 0 {
			t.open = append(t.open, openTxn{h.ProducerID, h.BaseOffset})
		}
		return
	}
	if i < 0 {
		return // a transaction without records here
	}
	first := t.open[i].first
	t.open = slices.Delete(t.open, i, i+1)
	if kind == abortMarker {
		t.aborted = append(t.aborted, AbortedTxn{h.ProducerID, first, h.BaseOffset, p.stable()})
	}
}

// dropAborted forgets the aborted transactions that end below an offset, because nothing of them is left; the caller holds mu.
func (p *partition) dropAborted(below int64) {
	if p.txns == nil {
		return
	}
	if n := abortedFrom(p.txns.aborted, below); n > 0 {
		p.txns.aborted = slices.Clone(p.txns.aborted[n:])
	}
}

// abortedFrom is the index of the first entry that ends at an offset or behind it.
func abortedFrom(all []AbortedTxn, offset int64) int {
	return sort.Search(len(all), func(i int) bool { return all[i].Last >= offset })
}

// takeAborted gets the aborted transactions that may have records in the chunk. all is what the partition had when the chunk was
// located.
func (c *Chunk) takeAborted(all []AbortedTxn) {
	c.aborted, c.hiding = c.aborted[:0], c.hiding[:0]
	for _, a := range all[abortedFrom(all, c.Start):] {
		if a.First < c.Next {
			c.aborted = append(c.aborted, a)
		}
		if a.stable >= c.Next {
			break
		}
	}
	slices.SortFunc(c.aborted, func(a, b AbortedTxn) int { return cmp.Compare(a.First, b.First) })
}

// Aborted lists the aborted transactions with records in a chunk that was read with ReadCommitted, by first offset: whoever
// takes the batches as they are has to leave out theirs. It is valid until Release.
func (c *Chunk) Aborted() []AbortedTxn { return c.aborted }

// hidden says that a batch belongs to an aborted transaction.
func (c *Chunk) hidden(h *BatchHeader) bool {
	if len(c.aborted) == 0 || !h.Transactional() {
		return false
	}
	if len(c.hiding) == 0 {
		c.hiding = appendAborted(c.hiding, c.aborted)
	}
	return c.hiding.covers(h)
}

// abortedIndex is aborted transactions by producer and first offset.
type abortedIndex []AbortedTxn

func appendAborted(x abortedIndex, all []AbortedTxn) abortedIndex {
	x = append(x, all...)
	slices.SortFunc(x, func(a, b AbortedTxn) int {
		return cmp.Or(cmp.Compare(a.Producer, b.Producer), cmp.Compare(a.First, b.First))
	})
	return x
}

// last returns the last transaction of a producer that begins at an offset or before, or nil. A producer has one at a time, so
// no other can have a batch there.
func (x abortedIndex) last(producer, offset int64) *AbortedTxn {
	i := sort.Search(len(x), func(i int) bool {
		return x[i].Producer > producer || x[i].Producer == producer && x[i].First > offset
	})
	if i == 0 || x[i-1].Producer != producer {
		return nil
	}
	return &x[i-1]
}

// covers says that a batch of a transaction belongs to one of them.
func (x abortedIndex) covers(h *BatchHeader) bool {
	a := x.last(h.ProducerID, h.BaseOffset)
	return a != nil && h.BaseOffset < a.Last
}

// Watermarks are the offsets a partition is known by.
type Watermarks struct {
	Start  int64 // the first that can be read
	Stable int64 // where readers of committed records stop
	High   int64 // where all readers stop: behind the last durable record
}

// Watermarks returns the offsets of a partition.
func (l *Log) Watermarks(topic string, partition int32) (Watermarks, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return Watermarks{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return Watermarks{p.start, p.stable(), p.end}, nil
}

// noLimit stands for the end of everything.
const noLimit = math.MaxInt64
