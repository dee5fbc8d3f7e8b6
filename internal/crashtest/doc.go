// Package crashtest shows that no crash makes the database lose, repeat or
// change anything. A workload of continuous queries runs once without
// interruption and once while the process is killed over and over; then the
// logs of both are compared, record by record.
//
//	summary, err := crashtest.Suite{Kills: 200, Records: 1_000_000, Seed: 1, Child: child}.Run(ctx)
//	fmt.Println(summary)
//
// # The two processes
//
// The parent starts a child (the same program, see [RunChild]) on a data
// directory and kills it with SIGKILL at a drawn moment: some milliseconds after
// its start, so that recovery is hit too, or some milliseconds after a drawn
// number of acknowledgements. The child opens the database, declares the
// workload (which is there already, but for the first times), asks the log how
// far the input has come, and goes on producing. It writes every acknowledgement
// to its standard output, which the parent reads: what was acknowledged must be
// there at the next start, exactly once, and what was not may be there or not,
// but whole groups only.
//
// # What makes the results comparable
//
// The input is a function of the seed: groups of records for several partitions
// of several topics, each group one atomic Produce. A query over one topic
// without repartition has then one right answer, in order. A join of two topics
// has it only if the order in which the rows of both sides are taken is the
// same in every run; a fast producer and a slow task, or a restart, change it.
// The workload is therefore cut into phases of drawn size, each with two turns:
//
//  1. changes of the table USERS and rows of the stream OFFERS,
//  2. rows of the streams CLICKS and CARTS, mixed.
//
// A turn begins when everything of the turn before is processed and durable
// ([leat.DB.Settle]), after a restart too. Within a turn producer, queries and
// commits run freely, and so do kills. So the joins of CLICKS with USERS and
// with OFFERS have one right answer, in order, though rows of each side wait for,
// and come after, those of the other; the second is an outer join, whose rows
// without a partner appear when stream time says so.
//
// The join of CLICKS with CARTS is left free: which of two partners arrives last
// differs from run to run, so the order of the results does, but not the
// results, since it is an inner join whose grace is longer than one side can be
// ahead of the other. (An outer join gives a late row without a partner up at
// once, so its results, too, would depend on which side is ahead.) It is compared
// as a multiset: every row with its key, value and timestamp, exactly as often.
// What each topic is compared as stands in checks, in schema.go.
//
// # Power cuts and broken disks
//
// The tests of this package also run a small workload in memory, cut the power
// at every single operation on the disk and go on from what is left; cut it
// again and again; fill the disk; and let a sync fail.
package crashtest
