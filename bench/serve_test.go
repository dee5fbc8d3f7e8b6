package bench

import (
	"strings"
	"testing"
	"time"
)

// TestServe: a small run prints every figure.
func TestServe(t *testing.T) {
	var out strings.Builder
	err := Serve(t.Context(), &out, ServeOptions{Dir: t.TempDir(), Keys: 100, Connections: 4, Stretch: 100 * time.Millisecond, Runs: 1, Subscribers: 20,
		Progress: func(string, ...any) {}})
	if err != nil {
		t.Fatal(err)
	}
	for _, figure := range []string{"pull queries by key", "ratio ", "latency p50", "20 idle subscribers", "produce to push"} {
		if !strings.Contains(out.String(), figure) {
			t.Errorf("no %q in\n%s", figure, out.String())
		}
	}
}
