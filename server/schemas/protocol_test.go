package schemas_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/leatdb/leat/format/registry"
)

// TestProtocol makes the requests of testdata as they would stand on a wire:
// method and path, headers, and the body behind an empty line. Every file begins
// with an empty registry. The answers are status, media type where it is not the
// usual one, and body.
func TestProtocol(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		url := serve(t, registry.NewLocal(nil))
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return request(t, url, d)
		})
	})
}

func request(t *testing.T, url string, d *datadriven.TestData) string {
	t.Helper()
	head, body, _ := strings.Cut(d.Input, "\n\n")
	lines := strings.Split(head, "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	req, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	media := resp.Header.Get("Content-Type")
	if media == "application/vnd.schemaregistry.v1+json" {
		media = ""
	}
	return strings.Join(strings.Fields(fmt.Sprintf("%d %s", resp.StatusCode, media)), " ") + "\n" + strings.TrimSpace(string(answer)) + "\n"
}
