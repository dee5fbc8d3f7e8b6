// Package bench measures leat: the Nexmark queries end to end (JSON in, JSON
// out, through the durable log, exactly once), the log and the state stores.
//
// Every figure comes with its limit, measured in the same run on the same
// records: what the same machine does when only the unavoidable work is left.
// Machines differ and are shared, so the ratio is what counts.
package bench
