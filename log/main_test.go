package log

import (
	"testing"

	"go.uber.org/goleak"
)

// fewer is n, or a part of it under -short, which is how the race detector runs: all kinds of things happen then, but less often.
func fewer(n, part int) int {
	if testing.Short() {
		return max(1, n/part)
	}
	return n
}

// sparser is a distance between things to try, or a multiple of it under -short.
func sparser(step, times int) int {
	if testing.Short() {
		return step * times
	}
	return step
}

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(m)
}
