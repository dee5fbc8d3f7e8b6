package exec

// joinSide numbers the inputs of a join.
type joinSide uint8

const (
	leftSide joinSide = iota
	rightSide
)

func (s joinSide) other() joinSide { return 1 - s }

// sides brings the rows of a join's inputs into one order, that of Seq. The
// right rows of a round come as one batch and wait; the left rows come after
// them, in one batch or several, and take along the right rows before them;
// what is left on the right ends the round.
//
// The right batch is not copied. What is below it is a chain of operators that
// are pushed once a round, so that it stays as it is until the next round.
type sides struct {
	rows joiner
	kept batch // The right rows of the round; kept.Sel[next:] were not taken yet.
	next int
	none batch // The left side where there are only right rows.
	runs []joinRun
}

// joiner is the part of a join that knows what rows do.
type joiner interface {
	// load tells that a batch has arrived, once for each.
	load(side joinSide, b *batch)
	// join processes the runs, which name rows of the batches loaded last, and
	// hands on what they make.
	join(left, right *batch, runs []joinRun)
}

// joinRun is a run of rows of one side: those of Sel[from:to].
type joinRun struct {
	from, to uint32
	side     joinSide
}

// pushLeft takes left rows and the right rows before them.
func (s *sides) pushLeft(b *batch) {
	s.rows.load(leftSide, b)
	s.runs = s.runs[:0]
	for k := 0; k < len(b.Sel); {
		if s.next < len(s.kept.Sel) {
			s.takeRight(b.Seq[b.Sel[k]])
		}
		from := k
		if s.next == len(s.kept.Sel) {
			k = len(b.Sel)
		} else {
			for limit := s.kept.Seq[s.kept.Sel[s.next]]; k < len(b.Sel) && b.Seq[b.Sel[k]] <= limit; {
				k++
			}
		}
		s.runs = append(s.runs, joinRun{uint32(from), uint32(k), leftSide})
	}
	s.rows.join(b, &s.kept, s.runs)
}

// takeRight appends the run of right rows that come before the place before.
func (s *sides) takeRight(before uint32) {
	from := s.next
	for s.next < len(s.kept.Sel) && s.kept.Seq[s.kept.Sel[s.next]] < before {
		s.next++
	}
	if s.next > from {
		s.runs = append(s.runs, joinRun{uint32(from), uint32(s.next), rightSide})
	}
}

// pushRight keeps the right rows of the round.
func (s *sides) pushRight(b *batch) {
	s.kept, s.next = *b, 0
	s.rows.load(rightSide, &s.kept)
}

// endRound takes the right rows behind the last left row.
func (s *sides) endRound() {
	if s.next < len(s.kept.Sel) {
		s.runs = append(s.runs[:0], joinRun{uint32(s.next), uint32(len(s.kept.Sel)), rightSide})
		s.rows.join(&s.none, &s.kept, s.runs)
	}
	s.kept, s.next = batch{}, 0
}

func (s *sides) release() { s.kept, s.next, s.runs = batch{}, 0, nil }

// rightInput is the operator that the right side of a join ends with. Memory is
// the join's own, which is in the chain, too.
type rightInput struct{ *sides }

func (r rightInput) push(b *batch) { r.pushRight(b) }
func (r rightInput) release()      {}
