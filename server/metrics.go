package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/exec"
)

// metrics is the registry behind GET /metrics: the figures of the database, read
// when they are asked for, those of the process, and those of requests.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(db *leat.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "leat_http_request_seconds",
			Help:    "Time that requests took; those of push queries take as long as their client stays.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route", "code"}),
	}
	m.registry.MustRegister(m.requests, &dbCollector{db}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// measure observes the requests of a route table.
func (m *metrics) measure(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		status := statusRecorder{ResponseWriter: w, code: http.StatusOK}
		mux.ServeHTTP(&status, r)
		_, route := mux.Handler(r)
		m.requests.WithLabelValues(route, strconv.Itoa(status.code)).Observe(time.Since(began).Seconds())
	})
}

// statusRecorder remembers the status of a response.
type statusRecorder struct {
	http.ResponseWriter
	code int
}

func (s *statusRecorder) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the writer.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// desc describes a figure; every figure has its line here.
func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("leat_"+name, help, labels, nil)
}

// queryFigure is a figure of every persistent query.
type queryFigure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(*leat.QueryMetrics) float64
}

func counterOf(name, help string, read func(*leat.QueryMetrics) int64) queryFigure {
	return queryFigure{desc("query_"+name, help, "query", "sink"), prometheus.CounterValue, func(q *leat.QueryMetrics) float64 { return float64(read(q)) }}
}

func gaugeOf(name, help string, read func(*leat.QueryMetrics) int64) queryFigure {
	f := counterOf(name, help, read)
	f.kind = prometheus.GaugeValue
	return f
}

var queryFigures = []queryFigure{
	counterOf("rows_in_total", "Records read from the sources.", func(q *leat.QueryMetrics) int64 { return q.RowsIn }),
	counterOf("rows_out_total", "Records written to the sink.", func(q *leat.QueryMetrics) int64 { return q.RowsOut }),
	counterOf("late_rows_total", "Rows of windows that were closed already.", func(q *leat.QueryMetrics) int64 { return q.Late }),
	counterOf("errors_total", "Rows that went to the processing log.", func(q *leat.QueryMetrics) int64 { return q.Errors }),
	counterOf("restarts_total", "Times that a task failed and was started again.", func(q *leat.QueryMetrics) int64 { return q.Failures }),
	counterOf("commits_total", "Commits handed to the log.", func(q *leat.QueryMetrics) int64 { return q.Commits }),
	gaugeOf("lag_records", "Records of the inputs that are not processed yet.", func(q *leat.QueryMetrics) int64 { return q.Lag }),
	{desc("query_stream_time_seconds", "Highest row time seen, since 1970; absent before the first row.", "query", "sink"), prometheus.GaugeValue,
		func(q *leat.QueryMetrics) float64 { return float64(q.StreamTime) / 1e3 }},
	gaugeOf("state_bytes", "Memory of the stores.", func(q *leat.QueryMetrics) int64 { return q.Stats.State.Bytes }),
	gaugeOf("state_keys", "Keys in the stores.", func(q *leat.QueryMetrics) int64 { return q.Stats.State.Keys }),
	counterOf("state_lookups_total", "Keys looked up in the stores.", func(q *leat.QueryMetrics) int64 { return q.Stats.State.Lookups }),
	counterOf("state_disk_reads_total", "Lookups and scans that went to the disk.", func(q *leat.QueryMetrics) int64 { return q.Stats.State.DiskReads }),
}

var (
	queryState   = desc("query_state", "1 for the state that the query is in.", "query", "sink", "state")
	queryError   = desc("query_error", "1 for the class of the error that the query is in the state ERROR for, NO_ERROR without one.", "query", "sink", "class")
	commitTimes  = desc("query_commit_seconds", "Time from handing a commit to the log until it was durable.", "query", "sink")
	pushQueries  = desc("push_queries", "Running queries of clients.")
	stateBytes   = desc("state_bytes", "Memory that all stores use.")
	stateBound   = desc("state_bound_bytes", "Memory that all stores may use.")
	walBytes     = desc("log_wal_written_bytes_total", "Bytes written to the write-ahead log.")
	walSyncs     = desc("log_wal_syncs_total", "Syncs of the write-ahead log.")
	segmentBytes = desc("log_segment_written_bytes_total", "Bytes written to segments.")
	walSize      = desc("log_wal_bytes", "Size of the write-ahead log.")
	tailBytes    = desc("log_tail_bytes", "Memory of the tails of partitions.")
	queuedBytes  = desc("log_queued_bytes", "Bytes that wait to be written.")
	healthy      = desc("healthy", "1 when the database serves, 0 when its storage has failed.")
	topicEnd     = desc("topic_end_offset", "Offset after the last durable record.", "topic", "partition")
	topicBytes   = desc("topic_bytes", "Size of the record batches that are kept.", "topic")
	buildInfo    = desc("build_info", "1, with the version of the program.", "version")
	topicStart   = desc("topic_start_offset", "Offset of the first record that is kept.", "topic", "partition")
)

// dbCollector reads the figures of a database for each scrape.
type dbCollector struct{ db *leat.DB }

// Describe names the figures that are always there.
func (c *dbCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range queryFigures {
		ch <- f.desc
	}
	for _, d := range []*prometheus.Desc{queryState, queryError, commitTimes, topicBytes, buildInfo, pushQueries, stateBytes, stateBound, walBytes, walSyncs, segmentBytes, walSize, tailBytes,
		queuedBytes, healthy, topicEnd, topicStart} {
		ch <- d
	}
}

// Collect sends the figures.
func (c *dbCollector) Collect(ch chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	m := c.db.Metrics()
	for i := range m.Queries {
		collectQuery(&m.Queries[i], send)
		ch <- commitHistogram(&m.Queries[i])
	}
	for _, t := range m.Topics {
		send(topicBytes, prometheus.GaugeValue, float64(t.Bytes), t.Name)
		for _, p := range t.Ends {
			partition := strconv.Itoa(int(p.Partition))
			send(topicEnd, prometheus.GaugeValue, float64(p.End), t.Name, partition)
			send(topicStart, prometheus.GaugeValue, float64(p.Start), t.Name, partition)
		}
	}
	send(buildInfo, prometheus.GaugeValue, 1, leat.Version)
	send(healthy, prometheus.GaugeValue, oneIf(c.db.Healthy() == nil))
	send(pushQueries, prometheus.GaugeValue, float64(m.Push))
	send(stateBytes, prometheus.GaugeValue, float64(m.StateBytes))
	send(stateBound, prometheus.GaugeValue, float64(m.StateBound))
	send(walBytes, prometheus.CounterValue, float64(m.Log.WALBytesWritten))
	send(walSyncs, prometheus.CounterValue, float64(m.Log.WALSyncs))
	send(segmentBytes, prometheus.CounterValue, float64(m.Log.SegmentBytesWritten))
	send(walSize, prometheus.GaugeValue, float64(m.Log.WALBytes))
	send(tailBytes, prometheus.GaugeValue, float64(m.Log.CacheBytes))
	send(queuedBytes, prometheus.GaugeValue, float64(m.Log.QueuedBytes))
}

func collectQuery(q *leat.QueryMetrics, send func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string)) {
	for _, f := range queryFigures {
		if v := f.read(q); v >= 0 { // No stream time before the first row.
			send(f.desc, f.kind, v, q.ID, q.Sink)
		}
	}
	for _, state := range []exec.State{exec.Running, exec.Paused, exec.Failed} {
		send(queryState, prometheus.GaugeValue, oneIf(q.State == state), q.ID, q.Sink, string(state))
	}
	for _, class := range []exec.ErrorClass{exec.NoError, exec.UserError, exec.SystemError, exec.UnknownError} {
		send(queryError, prometheus.GaugeValue, oneIf(q.Class == class), q.ID, q.Sink, string(class))
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// commitHistogram is how long the commits of a query took.
func commitHistogram(q *leat.QueryMetrics) prometheus.Metric {
	buckets, count := map[float64]uint64{}, uint64(0)
	for i, n := range q.CommitLatency.Buckets {
		count += uint64(n)
		if i < len(exec.LatencyBounds) {
			buckets[exec.LatencyBounds[i].Seconds()] = count
		}
	}
	return prometheus.MustNewConstHistogram(commitTimes, count, float64(q.CommitLatency.Nanos)/1e9, buckets, q.ID, q.Sink)
}
