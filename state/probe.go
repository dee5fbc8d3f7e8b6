package state

// blockRows is how many keys are looked up together.
const blockRows = 128

// probeBlock looks up a block of keys in four passes: hash them, load their
// slots, load where the keys of the found rows are, compare. Within a pass the
// loads do not depend on each other, so the processor has many cache misses
// under way at a time; one key after the other, it waits for each.
type probeBlock struct {
	tags  [blockRows]uint32
	slots [blockRows]uint64
	refs  [blockRows]ref
}

// probe writes the row of each key to found, or None: then the key is to be
// looked up in full, as it may be in memory nevertheless, behind another key with
// the same tag.
func (b *probeBlock) probe(t *Table, keys *Keys, rows, found []uint32) {
	slots := t.bytesIndex.slots
	found = found[:len(rows)]
	if len(slots) == 0 {
		for k := range found {
			found[k] = None
		}
		return
	}
	for k, r := range rows {
		b.tags[k&(blockRows-1)] = uint32(hashBytes(keys.at(r)) >> 32)
	}
	shift, mask := t.bytesIndex.shift&31, uint32(len(slots)-1)
	for k := range rows {
		b.slots[k&(blockRows-1)] = slots[b.tags[k&(blockRows-1)]>>shift&mask]
	}
	for k := range rows {
		s, tag := b.slots[k&(blockRows-1)], b.tags[k&(blockRows-1)]
		for i := tag >> shift; uint32(s>>32) != tag && s != 0; s = slots[i&mask] {
			i++
		}
		found[k] = uint32(s) - 1 // None, if the slot is empty.
		var p ref
		if s != 0 {
			p = t.refs[int(uint32(s)-1)*t.refs1]
		}
		b.refs[k&(blockRows-1)] = p
	}
	for k, r := range rows {
		if found[k] != None && string(t.arena.get(b.refs[k&(blockRows-1)])) != string(keys.at(r)) {
			found[k] = None
		}
	}
}
