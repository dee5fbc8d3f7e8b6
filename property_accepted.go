package leat

// prefixes of properties that are accepted as they come: they configure
// functions or have no meaning here, and scripts that set them must run.
var openPrefixes = []string{"ksql.functions.", "ksql.new.", "ksql.query.push.", "ksql.streams.", "ksql.windowed.", "ksql.sink."}

// accepted are properties without an effect here, which scripts may set: those
// of a Kafka client and of the runtime that ksqlDB is built on, and switches of
// things that are always on. The value tells whether ALTER SYSTEM takes them.
var accepted = map[string]bool{
	"acceptable.recovery.lag": true, "batch.size": true, "buffer.memory": true, "compression.type": true, "delivery.timeout.ms": true,
	"fetch.max.bytes": true, "fetch.max.wait.ms": true, "fetch.min.bytes": true, "heartbeat.interval.ms": true, "linger.ms": true,
	"max.block.ms": true, "max.partition.fetch.bytes": true, "max.poll.interval.ms": true, "max.poll.records": true, "max.request.size": true,
	"max.warmup.replicas": true, "metadata.max.age.ms": true, "num.standby.replicas": true, "poll.ms": true, "probing.rebalance.interval.ms": true,
	"session.timeout.ms": true, "window.size.ms": true,

	"buffered.records.per.partition": false, "max.task.idle.ms": false, "num.stream.threads": false, "task.timeout.ms": false,
	"topology.optimization": false, "use.exact.numeric.comparison": false,
	"ksql.fail.on.production.error": false, "ksql.headers.columns.enabled": false, "ksql.lambdas.enabled": false,
	"ksql.query.persistent.max.bytes.buffering.total": false, "ksql.query.pull.interpreter.enabled": false,
	"ksql.query.pull.max.allowed.offset.lag":         false,
	"ksql.query.transient.max.bytes.buffering.total": false, "ksql.source.table.materialization.enabled": false, "ksql.suppress.buffer.size.bytes": false,
}
