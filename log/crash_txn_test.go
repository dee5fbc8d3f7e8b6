package log

import (
	"fmt"
	"strings"
)

// The part of the crash tests about producers and transactions. Two transactional producers and one without transactions write
// to the topic txn. What a crash leaves must be the state after k steps here too: what readers of both isolations see, where
// every transactional id stands, which positions are committed or pending, and which batches are recognised when they are sent
// again.

const (
	modelTxnParts  = 2
	plainProducer  = 2
	modelProducers = 3
)

// txnStep is one thing a producer does. Those that are not the kind named are zero.
type txnStep struct {
	producer  int
	kind      string // init, join, write, offset, end
	partition int32
	values    []string
	batch     []byte
	commit    bool
	raise     bool
	offset    int64
}

// txnModel is what the steps come to.
type txnModel struct {
	parts  [modelTxnParts][]txnEntry
	prods  [modelProducers]txnProducer
	offset int64 // of group g2 in base-1; 0: none
}

// txnEntry is what is at an offset.
type txnEntry struct {
	value    string
	producer int
	state    byte // open, committed, aborted, or a marker
}

type txnProducer struct {
	known   bool
	epoch   int16
	state   TxnState
	joined  [modelTxnParts]bool
	pending int64
	seq     [modelTxnParts]int32
	last    [modelTxnParts]*sentBatch
}

type sentBatch struct {
	bytes []byte
	base  int64
}

func (m *txnModel) apply(s *txnStep) {
	p := &m.prods[s.producer]
	switch s.kind {
	case "init":
		if p.state == TxnOngoing {
			m.finish(s.producer, false)
		}
		if p.known {
			p.nextEpoch()
		}
		p.known, p.state = true, TxnEmpty
	case "join":
		p.state, p.joined[s.partition] = TxnOngoing, true
	case "offset":
		p.state, p.pending = TxnOngoing, s.offset
	case "write":
		state := byte('c')
		if s.producer != plainProducer {
			p.state, p.joined[s.partition] = TxnOngoing, true
			state = 'o'
		}
		p.last[s.partition] = &sentBatch{s.batch, int64(len(m.parts[s.partition]))}
		p.seq[s.partition] += int32(len(s.values))
		for _, v := range s.values {
			m.parts[s.partition] = append(m.parts[s.partition], txnEntry{v, s.producer, state})
		}
	case "end":
		m.finish(s.producer, s.commit)
		if s.raise {
			p.nextEpoch()
		}
	}
}

func (p *txnProducer) nextEpoch() {
	p.epoch++
	p.seq, p.last = [modelTxnParts]int32{}, [modelTxnParts]*sentBatch{}
}

func (m *txnModel) finish(producer int, commit bool) {
	p := &m.prods[producer]
	p.state = TxnAborted
	state := byte('a')
	if commit {
		p.state, state = TxnCommitted, 'c'
		if p.pending > 0 {
			m.offset = p.pending
		}
	}
	for i := range m.parts {
		if !p.joined[i] {
			continue
		}
		for j := range m.parts[i] {
			if e := &m.parts[i][j]; e.producer == producer && e.state == 'o' {
				e.state = state
			}
		}
		m.parts[i] = append(m.parts[i], txnEntry{producer: producer, state: 'm'})
	}
	p.joined, p.pending = [modelTxnParts]bool{}, 0
}

// view is what a reader sees of a partition, in the form of partitionView.
func (m *txnModel) view(i int) string {
	entries := m.parts[i]
	stable := len(entries)
	for j, e := range entries {
		if e.state == 'o' {
			stable = j
			break
		}
	}
	var committed, all strings.Builder
	for j, e := range entries {
		if e.state == 'm' {
			continue
		}
		fmt.Fprintf(&all, " %d=%s", j, e.value)
		if e.state == 'c' && j < stable {
			fmt.Fprintf(&committed, " %d=%s", j, e.value)
		}
	}
	return fmt.Sprintf("stable %d end %d committed%s all%s", stable, len(entries), committed.String(), all.String())
}

func (m *txnModel) String() string {
	var b strings.Builder
	for i := range m.parts {
		fmt.Fprintln(&b, "txn", i, m.view(i))
	}
	pending := false
	for i := range m.prods[:plainProducer] {
		if p := &m.prods[i]; p.known {
			fmt.Fprintln(&b, txnName(i), p.epoch, p.state, p.joined)
		}
		pending = pending || m.prods[i].pending > 0
	}
	fmt.Fprintln(&b, "g2", m.offset, pending)
	return b.String()
}

func txnName(producer int) string { return fmt.Sprint("producer", producer) }

// observeTxns is what a log holds, in the form of txnModel.String.
func observeTxns(l *Log) (string, error) {
	var b strings.Builder
	for i := range int32(modelTxnParts) {
		view, err := partitionView(l, i)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(&b, "txn", i, view)
	}
	for i := range plainProducer {
		if x, ok := l.Transaction(txnName(i)); ok {
			var joined [modelTxnParts]bool
			for _, tp := range x.Partitions {
				joined[tp.Partition] = true
			}
			fmt.Fprintln(&b, x.ID, x.Producer.Epoch, x.State, joined)
		}
	}
	o, pending, _ := l.GroupOffset("g2", "base", 1)
	fmt.Fprintln(&b, "g2", o.Offset, pending)
	return b.String(), nil
}

func partitionView(l *Log, i int32) (string, error) {
	w, err := l.Watermarks("txn", i)
	if err != nil {
		return "", err
	}
	var views [2]strings.Builder
	var c Chunk
	defer c.Release()
	var r Records
	for isolation := ReadCommitted; isolation <= ReadUncommitted; isolation++ {
		for offset := int64(0); ; {
			if err := l.Fetch("txn", i, offset, 250, isolation, &c); err != nil {
				return "", err
			}
			if c.Empty() {
				break
			}
			for offset = max(offset, c.Start); offset < c.Next; {
				if offset, err = c.Decode(&r, offset, 5); err != nil {
					return "", err
				}
				for k := range r.N {
					fmt.Fprintf(&views[isolation], " %d=%s", r.Offset[k], r.Value(k))
				}
			}
		}
	}
	return fmt.Sprintf("stable %d end %d committed%s all%s", w.Stable, w.High, views[0].String(), views[1].String()), nil
}

// checkRepeats sends the last batch of every producer again: it must be recognised.
func (m *txnModel) checkRepeats(l *Log) error {
	for i := range m.prods {
		for partition, last := range m.prods[i].last {
			if last == nil {
				continue
			}
			done := make(chan error, 1)
			w := []Write{{"txn", int32(partition), last.bytes}}
			got := l.Append(ctx, w, AppendOptions{TransactionalID: txnName(i)}, func(err error) { done <- err })
			if err := <-done; err != nil {
				return err
			}
			if r := got[0]; r.Err != nil || !r.Duplicate || r.Base != last.base {
				return fmt.Errorf("the batch of producer %d at %d-%d, sent again: %+v", i, partition, last.base, r)
			}
		}
	}
	return nil
}

// txnStep lets a producer do something.
func (r *crashRun) txnStep(n int) {
	m := &r.live.txn
	i := r.rng.IntN(modelProducers)
	p := &m.prods[i]
	if i == plainProducer {
		if r.ids[i] == NoProducer {
			id, err := r.log.NewProducer(ctx)
			if err != nil {
				r.t.Fatal(err)
			}
			r.ids[i] = id
		}
		r.txnWrite(n, i)
		return
	}
	switch k := r.rng.IntN(10); {
	case !p.known || k == 0:
		r.txnInit(i)
	case k < 6:
		r.txnWrite(n, i)
	case k == 6:
		partition := r.rng.Int32N(modelTxnParts)
		if p.joined[partition] {
			return
		}
		r.beginTxn(txnStep{producer: i, kind: "join", partition: partition})
		r.ackTxn(r.log.AddPartitions(ctx, txnName(i), r.ids[i], []TopicPartition{{"txn", partition}}))
	case k == 7:
		r.beginTxn(txnStep{producer: i, kind: "offset", offset: int64(n)})
		r.ackTxn(r.log.CommitTxnOffsets(ctx, txnName(i), r.ids[i], "g2", []GroupOffset{{Topic: "base", Partition: 1, Offset: int64(n)}}, true))
	default:
		if p.state != TxnOngoing {
			return
		}
		s := txnStep{producer: i, kind: "end", commit: r.rng.IntN(3) > 0, raise: r.rng.IntN(2) == 0}
		r.beginTxn(s)
		id, err := r.log.EndTransaction(ctx, txnName(i), r.ids[i], s.commit, s.raise)
		r.ids[i] = id
		r.ackTxn(err)
	}
}

func (r *crashRun) beginTxn(s txnStep) {
	r.settle()
	r.begin(step{offset: -1, txn: &s})
}

func (r *crashRun) ackTxn(err error) {
	if err != nil {
		r.t.Fatal(err)
	}
	r.model.ack()
}

func (r *crashRun) txnInit(i int) {
	r.beginTxn(txnStep{producer: i, kind: "init"})
	current := NoProducer
	if r.rng.IntN(2) == 0 && r.live.txn.prods[i].epoch > 0 {
		current = r.ids[i]
	}
	id, err := r.log.InitTransactions(ctx, InitProducer{txnName(i), 15 * 60_000, current})
	r.ids[i] = id
	r.ackTxn(err)
}

func (r *crashRun) txnWrite(n, i int) {
	s := txnStep{producer: i, kind: "write", partition: r.rng.Int32N(modelTxnParts)}
	for k := range 1 + r.rng.IntN(3) {
		s.values = append(s.values, fmt.Sprint(n, ".", k))
	}
	codec := Codec(r.rng.IntN(5))
	if codec == CodecZstd {
		codec = CodecNone // its encoder starts goroutines that outlive the test
	}
	s.batch = produced{producer: r.ids[i], seq: r.live.txn.prods[i].seq[s.partition], txn: i != plainProducer, codec: codec, values: s.values}.bytes(r.t)
	r.begin(step{offset: -1, txn: &s})
	got := r.log.Append(ctx, []Write{{"txn", s.partition, s.batch}}, AppendOptions{TransactionalID: txnName(i), Join: true},
		func(err error) { r.done(0, err) })
	if want := int64(len(r.live.txn.parts[s.partition]) - len(s.values)); got[0].Err != nil || got[0].Base != want {
		r.t.Fatalf("append: %+v, expected %d", got[0], want)
	}
}
