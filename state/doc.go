// Package state keeps what running queries remember: keyed tables, windows,
// sessions and join buffers, in memory, with Badger behind them.
//
// It knows bytes only. A store is a set of rows named by a key; a row is a fixed
// number of 8-byte words and of byte strings (its blobs), as accumulators use
// them. What the words mean is the operator's business.
//
// The commit log is the truth. A store collects which rows changed; at a commit
// [Table.AppendDelta] (every kind of store has it) writes the last value of each
// changed row as one delta, which goes into the task's log group. When the group
// is durable, [DB.Committed] hands the delta to the flusher, which merges deltas
// and writes them to Badger some seconds later. So Badger holds committed values
// only and lags; on [Open] the log replays the deltas it does not have yet.
//
// Ownership. A store belongs to one task, and only one goroutine at a time may
// use it; its methods take no locks. The methods of [DB] may be called from any
// goroutine. One goroutine, the flusher, is started by Open and ended by Close.
//
// Errors. The methods that rows go through return no errors: a failed read of
// Badger is remembered and returned by the next AppendDelta, so that nothing
// computed without it can be committed. The store is then of no use: close it.
//
// Row numbers that a store hands out are valid until its next AppendDelta or
// Trim, which may evict rows.
package state
