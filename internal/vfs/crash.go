package vfs

import (
	"math/rand/v2"
	"sync"
)

// dirOp is a change of a directory that no SyncDir has made durable yet: name leads to node (nil: to nothing), and from, if
// set, leads to nothing any more.
type dirOp struct {
	name string
	node *node
	from string
}

// fileOp is a write or a truncation that no sync has made durable yet. A lost one was in flight when a sync failed: the
// kernel has marked its pages clean, and no later sync brings it to the disk.
type fileOp struct {
	pos      int64
	data     []byte
	truncate bool
	lost     bool
}

// NewCrashMem makes an empty file system in memory that can lose its power. It costs a copy of every unsynced write.
func NewCrashMem() *Mem {
	m := NewMem()
	m.volatile = new(sync.Mutex)
	return m
}

// SyncDir implements FS.
func (m *Mem) SyncDir(name string) error {
	if err := m.begin(Op{Kind: OpSyncDir, Name: name}); err != nil {
		return pathErr("fsync", name, err)
	}
	defer m.end()
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.find(name)
	if n == nil || !n.isDir {
		return pathErr("fsync", name, ErrNotExist)
	}
	if m.volatile != nil {
		for _, op := range n.dirOps {
			op.apply(n.durable)
		}
		n.dirOps = nil
	}
	return nil
}

func (op dirOp) apply(entries map[string]*node) {
	if op.from != "" {
		delete(entries, op.from)
	}
	if op.node == nil {
		delete(entries, op.name)
		return
	}
	entries[op.name] = op.node
}

// settle makes the unsynced writes of a file durable, except those a failed sync has lost.
func (n *node) settle() {
	n.mu.Lock()
	defer n.mu.Unlock()
	var lost []fileOp
	for _, op := range n.fileOps {
		if op.lost {
			lost = append(lost, op)
			continue
		}
		op.apply(&n.synced)
	}
	n.fileOps = lost
}

func (n *node) forgetUnsynced() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.fileOps {
		n.fileOps[i].lost = true
	}
}

func (op fileOp) apply(c *content) {
	if op.truncate {
		c.truncate(op.pos)
		return
	}
	c.writeAt(op.data, op.pos)
}

// Kill returns the file system as another process would find it after this one was killed: everything written is there,
// and what was not durable still is not. The original is left as it is.
func (m *Mem) Kill() *Mem { return m.snapshot(killed{}) }

// Crash returns the file system as it could be found after a power cut at this moment: synced bytes and entries, plus a
// random choice of the others, torn at sectors. The original is left as it is.
func (m *Mem) Crash(rng *rand.Rand) *Mem { return m.snapshot(newPowerCut(rng)) }

// survivor decides what a snapshot keeps of the changes that are not durable.
type survivor interface {
	// file builds the content of a file and returns the operations that stay volatile.
	file(n *node) (content, content, []fileOp)
	// dir returns how many of n operations are kept, and whether the i-th of these is.
	keepDirOp(i, n int) bool
	// volatileDirs says that directory operations stay volatile too.
	volatileDirs() bool
}

func (m *Mem) snapshot(s survivor) *Mem {
	if m.volatile == nil {
		panic("vfs: Crash and Kill need a file system made by NewCrashMem")
	}
	m.volatile.Lock()
	defer m.volatile.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	c := NewCrashMem()
	seen := map[*node]*node{}
	c.root = cloneNode(m.root, s, seen)
	return c
}

// cloneNode copies a node once, however many entries lead to it.
func cloneNode(n *node, s survivor, seen map[*node]*node) *node {
	if n == nil {
		return nil
	}
	if c := seen[n]; c != nil {
		return c
	}
	c := &node{isDir: n.isDir}
	seen[n] = c
	if !n.isDir {
		n.mu.Lock()
		defer n.mu.Unlock()
		c.data, c.synced, c.fileOps = s.file(n)
		return c
	}
	c.entries, c.durable = map[string]*node{}, map[string]*node{}
	for _, name := range sortedNames(n.durable) {
		child := cloneNode(n.durable[name], s, seen)
		c.entries[name], c.durable[name] = child, child
	}
	for i, op := range n.dirOps {
		if !s.keepDirOp(i, len(n.dirOps)) {
			continue
		}
		op.node = cloneNode(op.node, s, seen)
		op.apply(c.entries)
		if s.volatileDirs() {
			c.dirOps = append(c.dirOps, op)
		} else {
			op.apply(c.durable)
		}
	}
	return c
}

// killed keeps everything, as volatile as it was.
type killed struct{}

func (killed) file(n *node) (content, content, []fileOp) {
	return n.data.clone(), n.synced.clone(), append([]fileOp(nil), n.fileOps...)
}
func (killed) keepDirOp(int, int) bool { return true }
func (killed) volatileDirs() bool      { return true }
