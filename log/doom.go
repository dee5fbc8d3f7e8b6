package log

import (
	"errors"
	"path"
	"strconv"

	"github.com/leatdb/leat/internal/vfs"
)

// Files are removed in two steps, so that no crash finds a checkpoint that names a missing file: first they are doomed, that
// is, not part of any partition any more; behind the next checkpoint, which does not list them, and when the last reader is
// done with them, they are removed.

// doomedTopic is a deleted topic whose directory is still there.
type doomedTopic struct {
	dir  string
	segs []*segment
}

func (l *Log) doom(segs ...*segment) {
	l.doomedMu.Lock()
	defer l.doomedMu.Unlock()
	l.doomed = append(l.doomed, segs...)
}

func (l *Log) doomTopic(t *topic, segs []*segment) {
	l.doomedMu.Lock()
	defer l.doomedMu.Unlock()
	l.doomedTopics = append(l.doomedTopics, doomedTopic{t.dir(l.dir), segs})
}

func (l *Log) takeDoomed() ([]*segment, []doomedTopic) {
	l.doomedMu.Lock()
	defer l.doomedMu.Unlock()
	segs, topics := l.doomed, l.doomedTopics
	l.doomed, l.doomedTopics = nil, nil
	return segs, topics
}

// remove removes what nobody reads any more. The rest stays doomed.
func (l *Log) remove(segs []*segment, topics []doomedTopic) error {
	for _, s := range segs {
		if s.refs.Load() > 0 {
			l.doom(s)
			continue
		}
		l.segments.forget(s)
		name := s.path(l.dir)
		for _, file := range []string{indexPath(name), name} {
			if err := l.fs.Remove(file); err != nil && !errors.Is(err, vfs.ErrNotExist) {
				return err
			}
		}
	}
	for _, t := range topics {
		busy := false
		for _, s := range t.segs {
			busy = busy || s.refs.Load() > 0
		}
		if busy {
			l.doomedMu.Lock()
			l.doomedTopics = append(l.doomedTopics, t)
			l.doomedMu.Unlock()
			continue
		}
		for _, s := range t.segs {
			l.segments.forget(s)
		}
		if err := l.fs.RemoveAll(t.dir); err != nil {
			return err
		}
	}
	return nil
}

// removeOrphans removes files of segments and topics that the recovered state does not know: remains of a flush, a removal
// or a compaction that a crash has interrupted.
func (l *Log) removeOrphans() error {
	root := path.Join(l.dir, "topics")
	known := map[string]*topic{}
	for _, t := range l.topics {
		known[path.Base(t.dir(l.dir))] = t
	}
	return l.eachEntry(root, func(name string) error {
		t := known[name]
		dir := path.Join(root, name)
		if t == nil {
			return l.fs.RemoveAll(dir)
		}
		return l.eachEntry(dir, func(name string) error {
			i, err := strconv.ParseInt(name, 10, 32)
			if err != nil || t.partition(int32(i)) == nil {
				return l.fs.RemoveAll(path.Join(dir, name))
			}
			return l.removeOrphanSegments(t.partition(int32(i)), path.Join(dir, name))
		})
	})
}

func (l *Log) removeOrphanSegments(p *partition, dir string) error {
	known := map[string]bool{}
	for _, s := range p.segs {
		known[s.name()], known[indexPath(s.name())] = true, true
	}
	return l.eachEntry(dir, func(name string) error {
		if known[name] {
			return nil
		}
		return l.fs.Remove(path.Join(dir, name))
	})
}

// eachEntry calls fn for the names in a directory that may be missing.
func (l *Log) eachEntry(dir string, fn func(name string) error) error {
	names, err := l.fs.List(dir)
	if errors.Is(err, vfs.ErrNotExist) {
		return nil
	}
	for i := 0; i < len(names) && err == nil; i++ {
		err = fn(names[i])
	}
	return err
}
