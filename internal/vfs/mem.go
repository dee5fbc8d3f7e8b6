package vfs

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
)

// Mem is a file system in memory. NewMem makes a plain one, as fast as copying; NewCrashMem makes one that also remembers
// what is not durable yet, see Crash and Kill.
type Mem struct {
	mu    sync.Mutex // guards the tree of names, the locks and the hook
	root  *node
	locks map[string]bool
	hook  func(Op) error

	// volatile is nil in a plain Mem. In a crashable one it is held by every change and by Crash and Kill, so that these
	// see the whole file system at one moment.
	volatile *sync.Mutex
}

// node is a file or a directory. Files and directories are never renamed into each other.
type node struct {
	isDir bool

	// Of a directory, guarded by Mem.mu: the entries as seen by a running process, as they would be found after a power
	// cut, and the changes in between, oldest first. The last two are used by a crashable Mem only.
	entries map[string]*node
	durable map[string]*node
	dirOps  []dirOp

	// Of a file: the bytes as seen by a running process, as they would be found after a power cut, and the writes in
	// between, oldest first. The last two are used by a crashable Mem only.
	mu      sync.RWMutex
	data    content
	synced  content
	fileOps []fileOp
}

// NewMem makes an empty file system in memory.
func NewMem() *Mem {
	return &Mem{root: newDir(), locks: map[string]bool{}}
}

func newDir() *node {
	return &node{isDir: true, entries: map[string]*node{}, durable: map[string]*node{}}
}

func pathErr(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }

func split(name string) []string {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" {
		return nil
	}
	return strings.Split(name, "/")
}

// find walks to a node; the caller holds mu. It returns nil if there is none.
func (m *Mem) find(name string) *node {
	n := m.root
	for _, part := range split(name) {
		if n = n.entries[part]; n == nil {
			return nil
		}
	}
	return n
}

// parent walks to the directory of a name; the caller holds mu.
func (m *Mem) parent(op, name string) (dir *node, base string, err error) {
	dir = m.find(path.Dir(path.Clean("/" + name)))
	if dir == nil || !dir.isDir {
		return nil, "", pathErr(op, name, fs.ErrNotExist)
	}
	return dir, path.Base(name), nil
}

// begin asks the hook and locks for a change; end unlocks.
func (m *Mem) begin(op Op) error {
	m.mu.Lock()
	hook := m.hook
	m.mu.Unlock()
	if hook != nil {
		if err := hook(op); err != nil {
			return err
		}
	}
	if m.volatile != nil {
		m.volatile.Lock()
	}
	return nil
}

func (m *Mem) end() {
	if m.volatile != nil {
		m.volatile.Unlock()
	}
}

// link sets (or, with a nil node, removes) a directory entry; the caller holds mu.
func (m *Mem) link(dir *node, base string, n *node) {
	if n == nil {
		delete(dir.entries, base)
	} else {
		dir.entries[base] = n
	}
	if m.volatile != nil {
		dir.dirOps = append(dir.dirOps, dirOp{name: base, node: n})
	}
}

// Create implements FS.
func (m *Mem) Create(name string) (File, error) {
	if err := m.begin(Op{Kind: OpCreate, Name: name}); err != nil {
		return nil, pathErr("create", name, err)
	}
	defer m.end()
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent("create", name)
	if err != nil {
		return nil, err
	}
	if n := dir.entries[base]; n != nil {
		if n.isDir {
			return nil, pathErr("create", name, fs.ErrExist)
		}
		n.truncate(m, 0)
		return &memFile{m, n, name}, nil
	}
	n := &node{}
	m.link(dir, base, n)
	return &memFile{m, n, name}, nil
}

// Open implements FS.
func (m *Mem) Open(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.find(name)
	if n == nil || n.isDir {
		return nil, pathErr("open", name, fs.ErrNotExist)
	}
	return &memFile{m, n, name}, nil
}

// Remove implements FS.
func (m *Mem) Remove(name string) error {
	if err := m.begin(Op{Kind: OpRemove, Name: name}); err != nil {
		return pathErr("remove", name, err)
	}
	defer m.end()
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent("remove", name)
	if err != nil {
		return err
	}
	n := dir.entries[base]
	if n == nil {
		return pathErr("remove", name, fs.ErrNotExist)
	}
	if n.isDir && len(n.entries) > 0 {
		return pathErr("remove", name, fmt.Errorf("directory not empty"))
	}
	m.link(dir, base, nil)
	return nil
}

// RemoveAll implements FS.
func (m *Mem) RemoveAll(name string) error {
	if err := m.begin(Op{Kind: OpRemove, Name: name}); err != nil {
		return pathErr("remove", name, err)
	}
	defer m.end()
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent("remove", name)
	if err != nil || dir.entries[base] == nil {
		return nil
	}
	m.link(dir, base, nil)
	return nil
}

// Rename implements FS. Both names must be in the same directory.
func (m *Mem) Rename(from, to string) error {
	if err := m.begin(Op{Kind: OpRename, Name: to}); err != nil {
		return pathErr("rename", to, err)
	}
	defer m.end()
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent("rename", from)
	if err != nil {
		return err
	}
	dir2, base2, err := m.parent("rename", to)
	if err != nil {
		return err
	}
	n := dir.entries[base]
	if n == nil {
		return pathErr("rename", from, fs.ErrNotExist)
	}
	if dir != dir2 {
		return pathErr("rename", to, fmt.Errorf("not in the directory of %s", from))
	}
	delete(dir.entries, base)
	dir.entries[base2] = n
	if m.volatile != nil {
		dir.dirOps = append(dir.dirOps, dirOp{name: base2, node: n, from: base})
	}
	return nil
}

// MkdirAll implements FS.
func (m *Mem) MkdirAll(name string) error {
	if err := m.begin(Op{Kind: OpMkdir, Name: name}); err != nil {
		return pathErr("mkdir", name, err)
	}
	defer m.end()
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.root
	for _, part := range split(name) {
		next := n.entries[part]
		if next == nil {
			next = newDir()
			m.link(n, part, next)
		}
		if !next.isDir {
			return pathErr("mkdir", name, fs.ErrExist)
		}
		n = next
	}
	return nil
}

// List implements FS.
func (m *Mem) List(name string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.find(name)
	if n == nil || !n.isDir {
		return nil, pathErr("list", name, fs.ErrNotExist)
	}
	names := make([]string, 0, len(n.entries))
	for e := range n.entries {
		names = append(names, e)
	}
	sort.Strings(names)
	return names, nil
}

// Lock implements FS.
func (m *Mem) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[name] {
		return nil, pathErr("lock", name, ErrLocked)
	}
	m.locks[name] = true
	return memLock{m, name}, nil
}

type memLock struct {
	m    *Mem
	name string
}

func (l memLock) Close() error {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	delete(l.m.locks, l.name)
	return nil
}
