package crashtest

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// childArg is the environment variable that makes the test binary a child.
const childArg = "LEAT_CRASHTEST_ORDER"

func TestMain(m *testing.M) {
	if arg := os.Getenv(childArg); arg != "" {
		if err := RunChild(context.Background(), arg, os.Stdin, os.Stdout); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func testChild(ctx context.Context, arg string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), childArg+"="+arg)
	return c
}

// TestKills is a small run of the suite of leat test --crash.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes for some seconds")
	}
	s := Suite{Kills: 10, Records: 20_000, Seed: 1, Child: testChild, Dir: t.TempDir(), Out: t.Output()}
	sum, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(sum.String())
	if sum.Failed() || sum.Kills != s.Kills || sum.Records != int64(s.Records) || sum.Outputs == 0 {
		t.Error("expected no difference between the runs")
	}
}
