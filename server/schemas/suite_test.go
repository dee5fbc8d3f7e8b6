package schemas_test

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/registrytest"
	"github.com/leatdb/leat/format/registry/remote"
	"github.com/leatdb/leat/server/schemas"
)

// serve serves a registry and returns its URL.
func serve(t *testing.T, r *registry.Local) string {
	web := httptest.NewServer(schemas.New(r, slog.New(slog.DiscardHandler)))
	t.Cleanup(web.Close)
	return web.URL
}

// TestOverHTTP: asked over HTTP, the registry does what it does when it is asked
// directly.
func TestOverHTTP(t *testing.T) {
	registrytest.Run(t, func(t *testing.T) registry.Registry {
		r, err := remote.New(remote.Options{URLs: []string{serve(t, registry.NewLocal(nil))}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		return r
	})
}
