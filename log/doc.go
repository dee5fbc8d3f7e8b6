// Package log is the embedded commit log: topics with partitions of Kafka record batches, producers with sequences and
// transactions, consumer group offsets and state deltas, made durable together by one shared write-ahead log. It knows bytes
// only.
//
// The way of a commit: Commit or Produce plans a group (checks it, finds its partitions), sequences it (gives it an LSN and
// its records their offsets, copies it into a slab), and queues it. The writer goroutine writes everything queued with one
// write and one sync, publishes it to the tails of the partitions, and calls back. Read serves the tails from memory.
//
//	l, err := log.Open(dir, log.Options{})
//	err = l.CreateTopic(ctx, "clicks", log.TopicConfig{Partitions: 3})
//	offsets, err := l.Produce(ctx, []log.Write{{Topic: "clicks", Partition: 0, Batch: b.Bytes()}})
//
//	var c log.Chunk
//	var r log.Records
//	err = l.Read("clicks", 0, offset, 1<<20, &c)
//	for offset < c.Next {
//		offset, err = c.Decode(&r, offset, 4096)
//		// rows 0 to r.N-1
//	}
//	c.Release()
//
// The process itself writes with Produce and Commit and reads with Read: committed records only. A server in front of it hands
// what its clients send to Append, and reads for them with Fetch; the transactions of producers go through InitTransactions,
// AddPartitions, CommitTxnOffsets and EndTransaction. docs/design/log-layout.md says how these are kept.
package log
