package leat

import (
	"github.com/leatdb/leat/exec"
	"github.com/leatdb/leat/log"
)

// Metrics are the figures of a database at one moment. Counters count from when
// the database was opened, those of a query from when it was started here.
type Metrics struct {
	Queries    []QueryMetrics // Persistent queries, by id.
	Topics     []TopicMetrics // By name, internal ones too.
	Log        log.Stats
	Push       int   // Running queries of clients.
	StateBytes int64 // Memory that state uses.
	StateBound int64 // Memory that state may use.
}

// QueryMetrics are the figures of a persistent query.
type QueryMetrics struct {
	ID, Sink string
	State    exec.State // RUNNING, PAUSED or ERROR.
	Class    exec.ErrorClass
	exec.Stats
}

// TopicMetrics are the figures of a topic.
type TopicMetrics struct {
	Name     string
	Internal bool
	Bytes    int64 // Of its record batches, on disk and in memory.
	Ends     []PartitionOffsets
}

// Metrics returns the figures of the database. It reads counters and does not
// wait for queries.
func (db *DB) Metrics() Metrics {
	m := Metrics{Log: db.log.Stats(), Push: len(db.queries.list())}
	m.StateBytes, m.StateBound = db.state.Usage()
	for _, q := range db.catalog.Load().Queries() {
		out := QueryMetrics{ID: q.ID, Sink: q.Sink, Stats: exec.Stats{StreamTime: -1}}
		status := db.statusOf(q.ID)
		out.State, out.Class = status.State, status.Class
		if running := db.runtime.Query(q.ID); running != nil {
			out.Stats = running.Stats()
		}
		m.Queries = append(m.Queries, out)
	}
	for _, t := range db.log.Topics() {
		out := TopicMetrics{Name: t.Name, Internal: t.Config.Internal, Ends: db.offsets(t.Name, t.Config.Partitions)}
		for p := range int32(t.Config.Partitions) {
			if n, err := db.log.PartitionBytes(t.Name, p); err == nil { // It may have been deleted meanwhile.
				out.Bytes += n
			}
		}
		m.Topics = append(m.Topics, out)
	}
	return m
}

// StorePositions returns how far the stores of the persistent queries are, by the id
// of the query.
func (db *DB) StorePositions() map[string][]exec.StorePosition {
	out := map[string][]exec.StorePosition{}
	for _, q := range db.catalog.Load().Queries() {
		if running := db.runtime.Query(q.ID); running != nil {
			out[q.ID] = running.StorePositions()
		}
	}
	return out
}
