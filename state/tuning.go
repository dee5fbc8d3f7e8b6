package state

// tuning holds thresholds below which tidying up is not worth its time. They are
// variables so that tests reach them with few rows.
var tuning = struct {
	// sparseRows is how many rows of a slab may be free however few are used.
	sparseRows int
	// garbage is how many bytes of an arena may be garbage however few are used.
	garbage int64
	// filterSlack is how many keys of a filter may have come back to memory
	// however few have not.
	filterSlack int
	// foldBytes is how many bytes of deltas a store gathers before they are
	// merged in memory: a hot key is then held once, not once per commit.
	foldBytes int
	// manyKeys is from how many keys on a dropped store is deleted by prefix,
	// which stops Badger for about 50 ms but leaves no tombstones.
	manyKeys int
	// muchPending is from how many bytes of pending deltas on Close leaves them
	// to the log.
	muchPending int
}{
	sparseRows:  1024,
	garbage:     4 * chunkSize,
	filterSlack: 1 << 16,
	foldBytes:   16 << 20,
	manyKeys:    50_000,
	muchPending: 4 << 20,
}
