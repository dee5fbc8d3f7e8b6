package exec

// windowSet sorts the entries of a batch by their window. Most batches have rows
// of one or two windows, and neighbours are of the same.
type windowSet struct {
	list []windowEntries
	n    int // Entries of list in use.
	last int
	hash []int32 // Numbers in list plus 1, by hash of the start; used beyond a few windows.
}

// windowEntries are the rows of one window.
type windowEntries struct {
	start int64
	keys  []uint32 // Entries of the keyer.
	rows  []uint32 // Row numbers in the output.
}

// fewWindows is how many windows are looked through one by one.
const fewWindows = 8

func (s *windowSet) reset() {
	s.n, s.last = 0, 0
	clear(s.hash)
}

// add adds an entry to its window.
func (s *windowSet) add(start int64, key, row uint32) {
	i := s.last
	if s.n == 0 || s.list[i].start != start {
		i = s.find(start)
		s.last = i
	}
	w := &s.list[i]
	w.keys, w.rows = append(w.keys, key), append(w.rows, row)
}

// find returns the number of the window, which it adds if it is new.
func (s *windowSet) find(start int64) int {
	if s.n <= fewWindows {
		for i := range s.n {
			if s.list[i].start == start {
				return i
			}
		}
		i := s.extend(start)
		if s.n > fewWindows {
			s.rehash(64)
		}
		return i
	}
	if 2*s.n > len(s.hash) {
		s.rehash(4 * s.n)
	}
	slot := s.slot(start)
	if s.hash[slot] == 0 {
		s.hash[slot] = int32(s.extend(start) + 1)
	}
	return int(s.hash[slot]) - 1
}

// slot is where the window is in the hash, or where it would be.
func (s *windowSet) slot(start int64) int {
	mask := len(s.hash) - 1
	i := int(uint64(start)*0x9e3779b97f4a7c15>>33) & mask
	for s.hash[i] != 0 && s.list[s.hash[i]-1].start != start {
		i = (i + 1) & mask
	}
	return i
}

// rehash makes room for at least size entries, all windows included.
func (s *windowSet) rehash(size int) {
	n := 64
	for n < size {
		n *= 2
	}
	if n > len(s.hash) {
		s.hash = make([]int32, n)
	}
	clear(s.hash)
	for i := range s.n {
		s.hash[s.slot(s.list[i].start)] = int32(i + 1)
	}
}

func (s *windowSet) extend(start int64) int {
	if s.n == len(s.list) {
		s.list = append(s.list, windowEntries{})
	}
	w := &s.list[s.n]
	w.start, w.keys, w.rows = start, w.keys[:0], w.rows[:0]
	s.n++
	return s.n - 1
}

// windows returns those in use, in the order of their first entry.
func (s *windowSet) windows() []windowEntries { return s.list[:s.n] }
