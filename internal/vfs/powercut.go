package vfs

import (
	"math/rand/v2"
	"sort"
)

// powerCut keeps a random part of what was not durable. How much it keeps is drawn once per cut, so that all-gone,
// all-there, clean prefixes and wild subsets all happen often.
type powerCut struct {
	rng     *rand.Rand
	percent int  // chance of an operation, or of a sector of a torn one, to have reached the disk
	prefix  bool // operations reached the disk in order
	sector  int  // bytes that reach the disk together
}

func newPowerCut(rng *rand.Rand) *powerCut {
	p := &powerCut{rng: rng, percent: []int{0, 20, 50, 80, 100}[rng.IntN(5)], prefix: rng.IntN(2) == 0, sector: 512}
	if rng.IntN(2) == 0 {
		p.sector = 4096
	}
	return p
}

func (p *powerCut) chance() bool { return p.rng.IntN(100) < p.percent }

func (p *powerCut) volatileDirs() bool { return false }

// keepDirOp keeps a prefix: the journals of file systems we run on commit the changes of one directory in order.
func (p *powerCut) keepDirOp(i, n int) bool { return i*100 < n*p.percent }

func (p *powerCut) file(n *node) (content, content, []fileOp) {
	c := n.synced.clone()
	stop := len(n.fileOps)
	if p.prefix && p.percent < 100 {
		stop = p.rng.IntN(len(n.fileOps) + 1)
	}
	for i, op := range n.fileOps {
		switch {
		case p.prefix && i > stop, op.truncate && !p.prefix && !p.chance():
		case p.prefix && i < stop, op.truncate, p.percent == 100:
			op.apply(&c)
		default:
			p.tear(&c, op)
		}
	}
	return c, c.clone(), nil
}

// tear lets each sector of a write reach the disk or not. A sector behind the old end that did not is zero, or holds what
// was on the disk before: noise.
func (p *powerCut) tear(c *content, op fileOp) {
	for data, pos := op.data, op.pos; len(data) > 0; {
		n := min(len(data), p.sector-int(pos%int64(p.sector)))
		switch {
		case p.chance():
			c.writeAt(data[:n], pos)
		case pos+int64(n) > c.size && p.chance():
			noise := make([]byte, n)
			for i := range noise {
				noise[i] = byte(p.rng.Uint32())
			}
			c.writeAt(noise, pos)
		}
		data, pos = data[n:], pos+int64(n)
	}
}

func sortedNames(entries map[string]*node) []string {
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
