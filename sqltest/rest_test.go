package sqltest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

// TestServed runs the cases of testdata/served against a server.
func TestServed(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var out bytes.Buffer
	s := Suite{Out: &out, Serve: func(db *leat.DB) http.Handler { return server.New(db, slog.New(slog.DiscardHandler)).Handler() }}
	report, err := s.Files(context.Background(), "testdata/served")
	if err != nil {
		t.Fatal(err)
	}
	if report.Failed() > 0 || len(report.Results) == 0 {
		t.Errorf("%s\n%s", report, out.String())
	}
}

func TestServedCasesNeedAServer(t *testing.T) {
	var out bytes.Buffer
	report, err := (&Suite{Out: &out}).Files(context.Background(), "testdata/served")
	if err != nil || len(report.Results) > 0 || len(report.Skipped) == 0 || report.Skipped[0].Reason != "it needs a server" {
		t.Errorf("%v, error %v\n%s", report, err, out.String())
	}
}
