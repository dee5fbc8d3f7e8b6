package log

import (
	"fmt"
	"path"
	"strings"
	"sync/atomic"
)

// segment is a file with a run of batches of one partition, exactly as readers get them. All but the last of a partition are
// sealed: they never change again, and go away as a whole. The last is appended to by flushes only.
//
// What is in a segment is told by the checkpoint, never by the directory: bytes behind the length it knows, and files it
// does not know, are remains of an interrupted flush.
type segment struct {
	part    *partition
	base    int64  // every offset in it is at least this
	rewrite uint32 // how often compaction has rewritten it; part of the file name

	// Guarded by partition.mu.
	next    int64 // offset behind the last batch
	bytes   int64
	maxTime int64 // highest record time, milliseconds
	created int64 // wall time of the first append, milliseconds
	written int64 // wall time of the last append, milliseconds
	sealed  bool

	refs atomic.Int32 // readers that have found it; taken under partition.mu, the file is not removed before they are done
	file *segmentFile // guarded by segmentFiles.mu; nil when not open

	// stamp tells the index file of these bytes from one that a crash has left behind: it is drawn when the segment is made,
	// and again when a process ended without closing the log while the segment was being appended to.
	stamp uint32
}

// maxSegmentSpan bounds positions and relative offsets in a segment, which its index keeps in 32 bits.
const maxSegmentSpan = 1 << 31

// dir is where the files of a topic are: a readable part of the name and the id. The checkpoint tells which topic has which
// id; the name is for people.
func (t *topic) dir(root string) string {
	readable := t.name[:min(len(t.name), 200)]
	if readable[0] == '.' {
		readable = "_" + readable[1:] // not hidden, not . or ..
	}
	return path.Join(root, "topics", fmt.Sprintf("%s.%x", readable, t.id[:8]))
}

func (p *partition) dir(root string) string {
	return path.Join(p.topic.dir(root), fmt.Sprint(p.id))
}

// name is the file name, which begins with the base offset as Kafka's does.
func (s *segment) name() string {
	if s.rewrite == 0 {
		return fmt.Sprintf("%020d.log", s.base)
	}
	return fmt.Sprintf("%020d.c%d.log", s.base, s.rewrite)
}

func (s *segment) path(root string) string { return path.Join(s.part.dir(root), s.name()) }

func indexPath(segmentPath string) string { return strings.TrimSuffix(segmentPath, ".log") + ".index" }

// covering returns the first segment that may hold offset or, behind a gap, what follows it; the caller holds mu.
func (p *partition) covering(offset int64) *segment {
	lo, hi := 0, len(p.segs)
	for lo < hi {
		mid := (lo + hi) / 2
		if p.segs[mid].next > offset {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo == len(p.segs) {
		return nil
	}
	return p.segs[lo]
}

// active returns the segment that is appended to, or nil; the caller holds mu.
func (p *partition) active() *segment {
	if n := len(p.segs); n > 0 && !p.segs[n-1].sealed {
		return p.segs[n-1]
	}
	return nil
}
