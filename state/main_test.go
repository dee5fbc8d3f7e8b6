package state

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// TestMain keeps the model tests short; -rapid.checks=N makes them long.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "8"); err != nil {
		panic(err)
	}
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
	// glog's flush daemon belongs to a dependency of Badger.
	tuning.sparseRows, tuning.garbage, tuning.filterSlack = 16, 1<<10, 64
	tuning.foldBytes, tuning.manyKeys = 2<<10, 100
	goleak.VerifyTestMain(m)
}
