package vfs

// memFile is an open file of a Mem. Several may share a node.
type memFile struct {
	m    *Mem
	n    *node
	name string
}

func (f *memFile) ReadAt(b []byte, pos int64) (int, error) {
	f.n.mu.RLock()
	defer f.n.mu.RUnlock()
	return f.n.data.readAt(b, pos)
}

func (f *memFile) WriteAt(b []byte, pos int64) (int, error) {
	err := f.m.begin(Op{Kind: OpWrite, Name: f.name, Pos: pos, Len: len(b)})
	if err != nil {
		n := f.writeSome(b, pos, err)
		return n, pathErr("write", f.name, err)
	}
	defer f.m.end()
	f.n.write(f.m, b, pos)
	return len(b), nil
}

// writeSome writes what an injected short write lets through.
func (f *memFile) writeSome(b []byte, pos int64, err error) int {
	short, ok := err.(*ShortWrite)
	if !ok {
		return 0
	}
	n := min(short.N, len(b))
	if f.m.volatile != nil {
		f.m.volatile.Lock()
		defer f.m.volatile.Unlock()
	}
	f.n.write(f.m, b[:n], pos)
	return n
}

func (f *memFile) WriteVec(bufs [][]byte, pos int64) error { return writeEach(f, bufs, pos) }

func (f *memFile) Size() (int64, error) {
	f.n.mu.RLock()
	defer f.n.mu.RUnlock()
	return f.n.data.size, nil
}

func (f *memFile) Truncate(size int64) error {
	if err := f.m.begin(Op{Kind: OpTruncate, Name: f.name, Pos: size}); err != nil {
		return pathErr("truncate", f.name, err)
	}
	defer f.m.end()
	f.n.truncate(f.m, size)
	return nil
}

func (f *memFile) Preallocate(size int64) error {
	old, _ := f.Size()
	if old >= size {
		return nil
	}
	if err := f.m.begin(Op{Kind: OpPreallocate, Name: f.name, Pos: old, Len: int(size - old)}); err != nil {
		return pathErr("fallocate", f.name, err)
	}
	defer f.m.end()
	f.n.truncate(f.m, size)
	return nil
}

func (f *memFile) DataSync() error { return f.sync() }
func (f *memFile) Sync() error     { return f.sync() }
func (f *memFile) Close() error    { return nil }

// SyncFiles implements FS.
func (m *Mem) SyncFiles(files []File) error {
	for _, f := range files {
		if err := f.DataSync(); err != nil {
			return err
		}
	}
	return nil
}

func (f *memFile) sync() error {
	if err := f.m.begin(Op{Kind: OpSync, Name: f.name}); err != nil {
		if f.m.volatile != nil {
			f.m.volatile.Lock()
			f.n.forgetUnsynced()
			f.m.volatile.Unlock()
		}
		return pathErr("fsync", f.name, err)
	}
	defer f.m.end()
	if f.m.volatile != nil {
		f.n.settle()
	}
	return nil
}

func (n *node) write(m *Mem, b []byte, pos int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.data.writeAt(b, pos)
	if m.volatile != nil {
		n.fileOps = append(n.fileOps, fileOp{pos: pos, data: append([]byte(nil), b...)})
	}
}

func (n *node) truncate(m *Mem, size int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.data.truncate(size)
	if m.volatile != nil {
		n.fileOps = append(n.fileOps, fileOp{pos: size, truncate: true})
	}
}
