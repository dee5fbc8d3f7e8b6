package log

import "encoding/binary"

// Murmur2 is the 32-bit murmur2 hash with the seed Kafka's clients use, so that a key lands in the same partition whoever
// produces it.
func Murmur2(key []byte) uint32 {
	const (
		seed = 0x9747b28c
		m    = 0x5bd1e995
		r    = 24
	)
	h := uint32(seed) ^ uint32(len(key))
	for ; len(key) >= 4; key = key[4:] {
		k := binary.LittleEndian.Uint32(key) * m
		k ^= k >> r
		h = h*m ^ k*m
	}
	switch len(key) {
	case 3:
		h ^= uint32(key[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(key[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(key[0])) * m
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}

// MurmurPartition is the partition of a key among n, as Kafka's clients choose it.
func MurmurPartition(key []byte, n int32) int32 {
	return int32(Murmur2(key)&0x7fffffff) % n
}

// RoundRobin chooses partitions for records without keys, each in turn. The zero value starts at partition 0. Not safe for
// concurrent use.
type RoundRobin struct{ next int32 }

// Partition returns the next partition among n.
func (r *RoundRobin) Partition(n int32) int32 {
	p := r.next % n
	r.next = p + 1
	return p
}
