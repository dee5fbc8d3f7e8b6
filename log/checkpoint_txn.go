package log

import "encoding/binary"

// The part of a checkpoint about producers and transactions. The sequencer may be ahead of what is durable while it is
// encoded; catchUp then waits.

// encodeTxns writes the transactional ids, and the LSN up to which they include entries.
func (l *Log) encodeTxns() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := appendUvarints(nil, uint64(l.lastLSN), uint64(len(l.txns.byID)))
	for _, id := range sortedKeys(l.txns.byID) {
		x := l.txns.byID[id]
		b = appendTxn(b, x)
		b = appendTxnParts(b, id, x.sortedParts())
		b = binary.AppendUvarint(b, uint64(len(x.groups)))
		for _, group := range sortedKeys(x.groups) {
			b = appendTxnOffsets(b, id, group, x.pending(group))
		}
	}
	return b
}

// pending lists the pending positions of a group.
func (x *transaction) pending(group string) []plannedOffset {
	var all []plannedOffset
	for k, off := range x.offs {
		if k.group == group {
			all = append(all, plannedOffset{topic: k.topic, off: &off})
		}
	}
	return all
}

// decodeTxns reads what encodeTxns wrote: for every id the entries that make it.
func (l *Log) decodeTxns(r *fieldReader) {
	l.reach.lsn = LSN(r.uvarint())
	entry := func(want uint64) {
		if kind := r.uvarint(); kind != want {
			r.failed = true
			return
		}
		l.replayTxn(want, r)
	}
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		entry(entryTxn)
		entry(entryTxnParts)
		for groups := r.uvarint(); groups > 0 && !r.failed; groups-- {
			entry(entryTxnOffsets)
		}
	}
}

// encodeProducers writes the producers of a partition, and the offset up to which they include batches.
func (l *Log) encodeProducers(b []byte, p *partition) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	b = binary.AppendUvarint(b, uint64(len(p.producers)))
	if len(p.producers) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(p.next))
	for _, id := range sortedKeys(p.producers) {
		st := p.producers[id]
		b = appendUvarints(b, uint64(id), uint64(st.epoch), zigzag(st.txnFirst), uint64(st.used), uint64(st.known))
		for _, s := range st.last[:st.known] {
			b = appendUvarints(b, uint64(s.lastOffset), uint64(s.lastSeq), uint64(s.delta))
		}
	}
	return b
}

func (l *Log) decodeProducers(r *fieldReader, p *partition) {
	n := r.uvarint()
	if n == 0 {
		return
	}
	l.reach.producers[p] = int64(r.uvarint())
	p.producers = map[int64]*producer{}
	for ; n > 0 && !r.failed; n-- {
		id := int64(r.uvarint())
		st := &producer{epoch: int16(r.uvarint()), txnFirst: r.varint(), used: int64(r.uvarint())}
		known := r.uvarint()
		if known > sentBatches {
			r.failed = true
			return
		}
		st.known = uint8(known)
		for i := range st.last[:known] {
			st.last[i] = sent{lastOffset: int64(r.uvarint()), lastSeq: int32(r.uvarint()), delta: int32(r.uvarint())}
		}
		p.producers[id] = st
	}
}

// encodeTxns writes the published view of transactions and leader epochs; the caller holds mu.
func (p *partition) encodeTxns(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(p.epochs)))
	for _, e := range p.epochs {
		b = appendUvarints(b, uint64(e.epoch), uint64(e.first))
	}
	if p.txns == nil {
		return append(b, 0)
	}
	b = appendUvarints(append(b, 1), uint64(p.end), uint64(len(p.txns.open)))
	for _, o := range p.txns.open {
		b = appendUvarints(b, uint64(o.producer), uint64(o.first))
	}
	b = binary.AppendUvarint(b, uint64(len(p.txns.aborted)))
	for _, a := range p.txns.aborted {
		b = appendUvarints(b, uint64(a.Producer), uint64(a.First), uint64(a.Last), uint64(a.stable))
	}
	return b
}

func (l *Log) decodePartitionTxns(r *fieldReader, p *partition) {
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		p.epochs = append(p.epochs, epochStart{epoch: int32(r.uvarint()), first: int64(r.uvarint())})
	}
	if r.uvarint() == 0 {
		return
	}
	l.reach.txns[p] = int64(r.uvarint())
	p.txns = &partitionTxns{}
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		p.txns.open = append(p.txns.open, openTxn{int64(r.uvarint()), int64(r.uvarint())})
	}
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		p.txns.aborted = append(p.txns.aborted, AbortedTxn{int64(r.uvarint()), int64(r.uvarint()), int64(r.uvarint()), int64(r.uvarint())})
	}
}
