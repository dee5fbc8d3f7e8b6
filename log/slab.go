package log

import (
	"sync"
	"sync/atomic"
)

// slab is a piece of memory that WAL records are encoded into, one behind the other. It is what the writer writes from and,
// at the same time, the tail of the partitions: a produced batch is copied once, into a slab, and read from there. The log
// holds one reference from the first record on until the slab is flushed and evicted; every chunk that aliases it holds
// another. At zero the memory goes back to the pool.
type slab struct {
	buf  []byte // its whole capacity; used up to used
	refs atomic.Int32

	// Guarded by Log.mu.
	used    int
	lastLSN LSN          // of the last record in it
	tenants []*partition // whose tails have entries in it, each once
}

// The first slab of a log is small, for idle logs; busy ones get maxSlab, and a record that would waste too much of one gets
// its own.
const (
	slabUnit = 64 << 10
	maxSlab  = 1 << 20
)

// Slabs come in classes: multiples of slabUnit up to maxSlab, and of maxSlab up to the largest that are kept. Those are the
// groups of busy tasks; memory that is new for each of them costs more in page faults than all copying.
const (
	smallClasses = maxSlab / slabUnit
	slabClasses  = smallClasses + 15
)

var slabPools [slabClasses + 1]sync.Pool

// slabClass is the class of slabs of at least n bytes, and their size.
func slabClass(n int) (class, size int) {
	if n <= maxSlab {
		class = (n + slabUnit - 1) / slabUnit
		return class, class * slabUnit
	}
	units := (n + maxSlab - 1) / maxSlab
	return smallClasses + units - 1, units * maxSlab
}

// newSlab makes a slab of at least n bytes with one reference.
func newSlab(n int) *slab {
	class, size := slabClass(n)
	s := &slab{}
	s.refs.Store(1)
	if class <= slabClasses {
		if b, ok := slabPools[class].Get().(*[]byte); ok {
			s.buf = *b
			return s
		}
	}
	s.buf = make([]byte, size)
	return s
}

func (s *slab) acquire() { s.refs.Add(1) }

func (s *slab) release() {
	if n := s.refs.Add(-1); n > 0 {
		return
	} else if n < 0 {
		panic("log: slab released twice")
	}
	if class, _ := slabClass(len(s.buf)); class <= slabClasses {
		buf := s.buf
		slabPools[class].Put(&buf)
	}
	s.buf = nil
}

// dropSlabs gives up the tails, when the log is closed.
func (l *Log) dropSlabs() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.slabs {
		s.release()
	}
	l.slabs, l.slab, l.slabBytes = nil, nil, 0
}
