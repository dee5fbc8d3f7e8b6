package log

// reach says how far the parts of the checkpoint go that are ahead of the offset or LSN at which the replay begins: what they
// include is not applied again. It is there during Open only.
type reach struct {
	producers map[*partition]int64 // offsets below are in partition.producers
	txns      map[*partition]int64 // offsets below are in partition.txns
	lsn       LSN                  // entries up to it are in Log.txns and Log.producers
	now       int64                // wall time, milliseconds
}

// replayProducers applies an entry about the log as a whole, its producers or its transactions.
func (l *Log) replayProducers(lsn LSN, kind uint64, r *fieldReader) {
	switch kind {
	case entryProperty:
		if p := r.property(); !r.failed {
			l.props.set(p.Key, p.Value)
		}
	case entryEpoch:
		l.epoch = max(l.epoch, int32(r.uvarint()))
	case entryProducers:
		l.producers.restore(int64(r.uvarint()))
	default:
		if lsn <= l.reach.lsn {
			skipEntry(kind, r)
			return
		}
		l.replayTxn(kind, r)
	}
}

// replayTxn applies an entry about a transaction that the checkpoint does not include.
func (l *Log) replayTxn(kind uint64, r *fieldReader) {
	switch kind {
	case entryTxn:
		now := r.txn()
		if r.failed {
			return
		}
		x := l.txns.byID[now.id]
		if x == nil {
			x = &transaction{id: now.id, producer: NoProducer}
		}
		x.last, x.timeoutMillis, x.state, x.started, x.updated = now.last, now.timeoutMillis, now.state, now.started, now.updated
		if l.txns.put(x, now.producer); x.state == txnGone {
			l.txns.drop(x)
		}
		if x.state != TxnOngoing {
			x.clear()
		}
	case entryTxnParts:
		x := l.txns.byID[r.string()]
		r.txnParts(func(number uint32, partition int32) {
			if p := l.partitionByNumber(uint64(number), uint64(partition)); p != nil && x != nil {
				x.join(p)
			}
		})
	case entryTxnOffsets:
		x, group := l.txns.byID[r.string()], r.string()
		if x != nil {
			x.joinGroup(group)
		}
		r.txnOffsets(func(number uint32, o GroupOffset) {
			if t := l.byNumber[number]; t != nil && x != nil {
				o.Group, o.Topic = group, t.name
				x.hold([]plannedOffset{{topic: t, off: &o}})
			}
		})
	default:
		r.failed = true
	}
}

// txn reads a transactional id without what joined its transaction.
func (r *fieldReader) txn() transaction {
	return transaction{
		id:            r.string(),
		producer:      ProducerID{int64(r.uvarint()), int16(r.uvarint())},
		last:          ProducerID{r.varint(), int16(r.varint())},
		timeoutMillis: int32(r.uvarint()),
		state:         min(TxnState(r.uvarint()), txnGone),
		started:       int64(r.uvarint()),
		updated:       int64(r.uvarint()),
	}
}

func (r *fieldReader) txnParts(fn func(number uint32, partition int32)) {
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		fn(uint32(r.uvarint()), int32(r.uvarint()))
	}
}

func (r *fieldReader) txnOffsets(fn func(number uint32, o GroupOffset)) {
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		number, o := r.offsetValue()
		fn(number, o)
	}
}

// finishTxns completes what a replay has found: the published view of pending positions, and, if the log was cut, what the
// checkpoint remembers of batches that are lost.
func (l *Log) finishTxns() {
	for _, x := range l.txns.byID {
		for k := range x.offs {
			if l.byNumber[k.topic.number] == nil {
				delete(x.offs, k) // the topic was deleted
				continue
			}
			l.offsets.hold([]txnOffset{k})
		}
		for p := range x.parts {
			if l.byNumber[p.topic.number] == nil {
				delete(x.parts, p)
			}
		}
	}
	for _, t := range l.topics {
		for _, p := range t.parts {
			p.forgetLost()
		}
	}
	l.reach = nil
	l.txns.look()
}

// forgetLost forgets what the checkpoint remembers of batches behind the end, which is only there if a damaged log was cut: a
// batch that is sent again must not be taken for a repetition.
func (p *partition) forgetLost() {
	for n := len(p.epochs); n > 0 && p.epochs[n-1].first >= p.next; n-- {
		p.epochs = p.epochs[:n-1]
	}
	for id, st := range p.producers {
		if st.known > 0 && st.last[st.known-1].lastOffset >= p.next || st.txnFirst >= p.next {
			delete(p.producers, id)
		}
	}
	if p.txns == nil {
		return
	}
	open := p.txns.open[:0]
	for _, o := range p.txns.open {
		if o.first < p.next {
			open = append(open, o)
		}
	}
	p.txns.open = open
	for n := len(p.txns.aborted); n > 0 && p.txns.aborted[n-1].Last >= p.next; n-- {
		p.txns.aborted = p.txns.aborted[:n-1]
	}
}
