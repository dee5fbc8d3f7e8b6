package exec

// feed is a leaf of the plan in a task: it hands the rows of its inputs, in
// their merged order, to the operators above.
type feed struct {
	leaf   *leaf
	inputs []*input // One, except in push queries: there one per partition.
	next   operator
	needs  bool // Somebody above needs Batch.Seq.

	// The round: row k has come from the k-th entry of these.
	n   int
	seq []uint32

	one   batch // A batch of a single input.
	mixed batch // Of several.
}

// gather chooses the rows of the next round: those of all inputs, in the order
// of time, then partition, then tables before streams, then place in the plan,
// until one of them has used up what it has decoded. It returns false when
// there is nothing to do.
//
// Nothing is taken as long as a stage upstream is about to write to an input that
// is empty now; see horizon.
func (t *task) gather() (bool, error) {
	moved := false
	for _, f := range t.chain.feeds {
		f.n, f.seq = 0, f.seq[:0]
	}
	for _, in := range t.inputs {
		in.dry = false
		in.from = in.cur
		if in.ready() {
			continue
		}
		m, err := in.load()
		if err != nil {
			return false, err
		}
		moved = moved || m
		in.from = in.cur
		in.dry = !in.ready()
	}
	if wait, err := t.awaitUpstream(); wait || err != nil {
		return moved, err
	}
	if len(t.inputs) == 1 {
		in := t.inputs[0]
		in.feed.take(in, len(in.source.good)-in.cur, 0)
	} else {
		t.merge()
	}
	for _, in := range t.inputs {
		if in.cur > in.from {
			moved = true
			in.advance()
		}
	}
	return moved, nil
}

// awaitUpstream tells whether the task has to wait for a stage upstream: an input
// that the stage writes is empty, and another is not.
func (t *task) awaitUpstream() (bool, error) {
	waiting, rows := false, false
	for _, in := range t.inputs {
		waiting = waiting || in.dry && in.leaf.awaits()
		rows = rows || !in.dry
	}
	if !waiting || !rows {
		t.starved.Store(false)
		return false, nil
	}
	if !t.starved.Swap(true) {
		if err := t.horizon.set(t.inputs); err != nil {
			return false, err
		}
	}
	reached, err := t.horizon.reached()
	if err != nil || !reached {
		return true, err
	}
	// All has arrived; some of it perhaps after the inputs were found empty.
	t.starved.Store(false)
	for _, in := range t.inputs {
		if !in.dry {
			continue
		}
		if _, err := in.load(); err != nil {
			return false, err
		}
		in.from, in.dry = in.cur, !in.ready()
	}
	return false, nil
}

// merge takes runs of rows from the input whose next row comes first, as long
// as it does.
func (t *task) merge() {
	seq := uint32(0)
	for {
		best, second := -1, -1
		for i, in := range t.inputs {
			switch {
			case !in.ready():
				if !in.dry {
					return // What it has decoded is used up.
				}
			case best < 0 || in.time() < t.inputs[best].time():
				best, second = i, best
			case second < 0 || in.time() < t.inputs[second].time():
				second = i
			}
		}
		if best < 0 {
			return
		}
		in := t.inputs[best]
		n := len(in.source.good) - in.cur
		if second >= 0 {
			n = in.runBefore(t.inputs[second].time(), best < second)
		}
		in.feed.take(in, n, seq)
		seq += uint32(n)
	}
}

// runBefore counts the rows that come before one of the given time, which they
// also do at an equal time if they win ties.
func (in *input) runBefore(time int64, winsTies bool) int {
	if winsTies {
		time++
	}
	good, times := in.source.good[in.cur:], in.source.batch.Time
	n := 0
	for n < len(good) && times[good[n]] < time {
		n++
	}
	return n
}

// take hands the next n rows of an input to the round, numbered from seq.
func (f *feed) take(in *input, n int, seq uint32) {
	if in.cur == in.from {
		in.source.places = in.source.places[:0]
	}
	if f.needs || len(f.inputs) > 1 {
		for k := range n {
			in.source.places = append(in.source.places, uint32(f.n+k))
			f.seq = append(f.seq, seq+uint32(k))
		}
	}
	f.n += n
	in.cur += n
}

// emit pushes the rows of the round.
func (f *feed) emit() {
	if f.n == 0 {
		return
	}
	f.seen()
	for _, in := range f.inputs {
		if in.cur-in.from == f.n {
			f.emitOne(in)
			return
		}
	}
	f.emitMixed()
}

// seen counts the rows and keeps the stream time of the task.
func (f *feed) seen() {
	count := &f.inputs[0].task.count
	highest := count.streamTime.Load()
	for _, in := range f.inputs {
		times := in.source.batch.Time
		for _, r := range in.source.good[in.from:in.cur] {
			highest = max(highest, times[r])
		}
	}
	count.streamTime.Store(highest)
}

// emitOne pushes rows that all come from one input, without copying.
func (f *feed) emitOne(in *input) {
	s := in.source
	f.one = s.batch
	f.one.Sel = s.good[in.from:in.cur]
	f.one.Seq = nil
	if f.needs {
		s.seq = resize(s.seq, s.batch.N)
		for k, r := range f.one.Sel {
			s.seq[r] = f.seq[k]
		}
		f.one.Seq = s.seq
	}
	f.next.push(&f.one)
}

// emitMixed pushes rows of several inputs as one batch in merged order.
func (f *feed) emitMixed() {
	m := &f.mixed
	if m.Cols == nil {
		m.Cols = newVectors(f.inputs[0].source.schema.Columns())
	}
	m.N, m.Sel, m.Topic = f.n, firstRows(f.n), f.leaf.topic
	resetVectors(m.Cols, f.n)
	m.NoValue = m.NoValue.Reset()
	m.Time, m.Offset, m.Partition = resize(m.Time, f.n), resize(m.Offset, f.n), resize(m.Partition, f.n)
	windowed := f.inputs[0].source.windowed()
	if windowed {
		m.WindowStart, m.WindowEnd = resize(m.WindowStart, f.n), resize(m.WindowEnd, f.n)
	}
	for _, in := range f.inputs {
		if in.cur > in.from {
			m.copyRows(&in.source.batch, in.source.good[in.from:in.cur], in.source.places, windowed)
		}
	}
	m.Seq = nil
	if f.needs {
		m.Seq = f.seq
	}
	f.next.push(m)
}

// copyRows copies rows of src to the places at.
func (b *batch) copyRows(src *batch, rows, at []uint32, windowed bool) {
	for c, v := range b.Cols {
		v.CopyRows(at, src.Cols[c], rows)
	}
	for k, r := range rows {
		p := at[k]
		b.Time[p], b.Offset[p], b.Partition[p] = src.Time[r], src.Offset[r], src.Partition[r]
		if windowed {
			b.WindowStart[p], b.WindowEnd[p] = src.WindowStart[r], src.WindowEnd[r]
		}
		if src.NoValue.Get(int(r)) {
			b.NoValue = b.NoValue.Grow(b.N)
			b.NoValue.Set(int(p))
		}
	}
}

func (f *feed) release() {
	for _, in := range f.inputs {
		in.release()
	}
	f.one, f.mixed, f.seq = batch{}, batch{}, nil
}
