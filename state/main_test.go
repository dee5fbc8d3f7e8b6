package state

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// TestMain keeps the model tests short; -rapid.checks=N makes them long.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"rapid.checks":     "5",
		"rapid.nofailfile": "true",
		"test.parallel":    "10", // They mostly wait for Badger to open and close.
	} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	// glog's flush daemon belongs to a dependency of Badger.
	tuning.sparseRows, tuning.garbage, tuning.filterSlack = 16, 1<<10, 64
	tuning.foldBytes, tuning.manyKeys, tuning.muchPending = 2<<10, 100, 4<<10
	goleak.VerifyTestMain(m)
}
