package exec

// horizon is what the stages upstream had before them when a task found one of
// its repartition inputs empty. The order in which a task merges its inputs shall
// not depend on how fast other tasks are, so it waits until all of that has
// arrived or has turned out to be for others. What is produced meanwhile counts
// as later, so the wait has an end also where input never ceases.
//
// A stage that reads from a stage itself is looked at after that one is through.
type horizon struct {
	levels []*stage // Those upstream, the farthest first; not reached yet.
	marks  []mark   // Of the level being waited for.
}

// mark is an offset that the input of a task has to reach, durably.
type mark struct {
	in  *input
	end int64
}

// set looks at the stages upstream of the inputs.
func (h *horizon) set(inputs []*input) error {
	h.levels, h.marks = h.levels[:0], h.marks[:0]
	for _, in := range inputs {
		if in.leaf.awaits() {
			h.addLevels(in.upstream)
		}
	}
	return h.nextLevel()
}

// addLevels appends a stage behind those that feed it.
func (h *horizon) addLevels(s *stage) {
	for _, have := range h.levels {
		if have == s {
			return
		}
	}
	for _, l := range s.leaves {
		if l.awaits() {
			h.addLevels(l.upstream)
		}
	}
	h.levels = append(h.levels, s)
}

// nextLevel marks what the next stage has before it now.
func (h *horizon) nextLevel() error {
	for len(h.marks) == 0 && len(h.levels) > 0 {
		for _, t := range h.levels[0].tasks {
			for _, in := range t.inputs {
				end, err := t.rt.opts.Log.EndOffset(in.topic, in.partition)
				if err != nil {
					return err
				}
				if end = min(end, in.limit.Load()); in.durable.Load() < end {
					h.marks = append(h.marks, mark{in, end})
				}
			}
		}
		h.levels = h.levels[1:]
	}
	return nil
}

// reached tells whether all that was upstream has arrived.
func (h *horizon) reached() (bool, error) {
	for len(h.marks) > 0 {
		kept := h.marks[:0]
		for _, m := range h.marks {
			if m.in.durable.Load() < m.end {
				kept = append(kept, m)
			}
		}
		if h.marks = kept; len(kept) > 0 {
			return false, nil
		}
		if err := h.nextLevel(); err != nil {
			return false, err
		}
	}
	return true, nil
}

// wakeStarved wakes the tasks that may have waited for a commit of this one.
func (q *Query) wakeStarved() {
	if len(q.stages) < 2 {
		return
	}
	q.eachTask(func(t *task) {
		if t.starved.Load() {
			t.wake()
		}
	})
}
