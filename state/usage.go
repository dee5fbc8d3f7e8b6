package state

// Usage is what a store holds and what it was asked for since it was opened.
// Lookups that were no DiskReads were answered from memory.
type Usage struct {
	Bytes     int64 // Memory.
	Keys      int64 // In memory or not; of a Buffer, its entries in memory.
	Lookups   int64 // Keys asked for.
	DiskReads int64 // Point reads and scans of Badger.
}

// Add adds the figures of another store.
func (u *Usage) Add(v Usage) {
	u.Bytes += v.Bytes
	u.Keys += v.Keys
	u.Lookups += v.Lookups
	u.DiskReads += v.DiskReads
}

func (c *core) usage(bytes, keys int64) Usage {
	return Usage{Bytes: bytes, Keys: keys, Lookups: c.lookups, DiskReads: c.reads.Load()}
}

// Usage returns the figures of the table. Like every method of a store, it is for
// the goroutine that uses the store.
func (t *Table) Usage() Usage { return t.c.usage(t.Bytes(), t.keys()) }

// keys is Len as far as it is known without looking at the disk.
func (t *Table) keys() int64 { return int64(t.live - t.dead + t.gone) }

// Usage returns the figures of all windows.
func (w *Windows) Usage() Usage {
	keys := int64(0)
	for _, win := range w.tables {
		keys += win.t.keys()
	}
	return w.c.usage(w.Bytes(), keys)
}

// Usage returns the figures of the sessions; its keys are the sessions in memory.
func (s *Sessions) Usage() Usage { return s.c.usage(s.Bytes(), int64(s.live-s.dead)) }

// Usage returns the figures of the buffer.
func (b *Buffer) Usage() Usage {
	entries := 0
	for _, k := range b.buckets {
		entries += len(k.entries)
	}
	return b.c.usage(b.Bytes(), int64(entries))
}
